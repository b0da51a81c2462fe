"""The files of a Hugging Face folder: its config, its index and what the index names, all of them in the folder."""

import json
from pathlib import Path

from ..errors import InputError
from .tensors import shown

LARGEST_JSON = 2**26
SIDES = ('image_size', 'crop_size')  # or height and width, which must be the same
COUNTS = ('num_attention_heads', 'num_frames', 'frames_per_clip', *SIDES)
KINDS = {'layer_norm_eps': 'a number between 0 and 1', 'hidden_act': 'the name of an activation'}
LONGEST_FILE_NAME = 255


def inside(folder: Path, name: object, trust_links: bool = False) -> Path:
    """The path of a file of a folder.

    Args:
        folder: The folder.
        name: The file's name, without a folder.
        trust_links: Whether it may be a link to anywhere.

    Raises:
        InputError: If the name or a symbolic link points out of the folder. Links into the blobs of a cache of
            ``huggingface_hub`` are its own.
    """
    path = folder / _plain(name, folder)
    try:
        target, roots = path.resolve(), [folder.resolve()]
    except (OSError, RuntimeError) as error:
        raise InputError(f'{path} cannot be read: {error}') from error
    if roots[0].parent.name == 'snapshots':
        roots.append(roots[0].parent.parent / 'blobs')
    if not trust_links and not any(target.is_relative_to(root) for root in roots):
        raise InputError(
            f'{path} is a link out of its folder, to {target}: copy the file, or give --trust-checkpoint if you trust '
            'its origin'
        )
    return path


def read_json(path: Path) -> dict:
    """Read a JSON file that has an object.

    Raises:
        InputError: If it has none.
    """
    if not path.is_file():
        raise InputError(f'{path} is no regular file')
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise InputError(f'{path} has {path.stat().st_size:,} bytes; expected a small JSON file')
        content = json.loads(path.read_text(encoding='utf-8-sig'))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        reason = 'it is nested too deeply' if isinstance(error, RecursionError) else str(error).splitlines()[0]
        raise InputError(f'{path} is not a JSON file that can be read: {reason}') from error
    if not isinstance(content, dict):
        raise InputError(f'{path} has a {type(content).__name__}; expected a JSON object')
    return content


def read_index(path: Path) -> list[str]:
    """Names of the files of a sharded checkpoint, sorted.

    Raises:
        InputError: If the index cannot be read, or names something else than files beside it.
    """
    names = read_json(path).get('weight_map')
    if not isinstance(names, dict) or not names:
        raise InputError(f'{path} has no weight_map; expected an object with a file for each parameter')
    return sorted({_plain(name, path) for name in names.values()})


def _plain(name: object, owner: Path) -> str:
    """A file name without a folder, or an error that names the index or folder that has it."""
    is_text = isinstance(name, str) and name.isprintable() and len(name) <= LONGEST_FILE_NAME
    if not is_text or Path(str(name)).name != name or name in ('', '.', '..') or '\\' in str(name):
        raise InputError(f'{owner} names the file {shown(name)}; expected the name of a file beside it')
    return str(name)


def model_settings(config: dict) -> dict:
    """The entries of ``config.json`` that a conversion keeps, as far as they are there; class names as a list.

    Raises:
        InputError: If one is of another kind; the message names it.
    """
    settings = {
        name: config[name] for name in (*COUNTS, 'layer_norm_eps', 'hidden_act') if config.get(name) is not None
    }
    for name, value in settings.items():
        if name in SIDES and isinstance(value, list) and value == value[:1] * 2:
            settings[name] = value = value[0]
        if name in COUNTS:
            fault = isinstance(value, bool) or not isinstance(value, int) or value < 1
        elif name == 'layer_norm_eps':
            fault = isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1
        else:
            fault = not isinstance(value, str) or not value.isprintable()
        if fault:
            raise InputError(
                f"{name} in the checkpoint's config is {shown(value)}; expected {KINDS.get(name, 'a count')}"
            )
    labels = config.get('id2label') or {}
    if not isinstance(labels, dict) or not all(isinstance(label, str) for label in labels.values()):
        raise InputError("id2label in the checkpoint's config is no object with a name for each class")
    return {**settings, 'labels': list(labels.values())}
