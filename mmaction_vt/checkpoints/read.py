"""Reading a checkpoint of any layout."""

from pathlib import Path

from torch import Tensor

from ..errors import InputError
from .files import load_file
from .layouts import (
    dualformer_published,
    motionformer_published,
    timesformer_huggingface,
    timesformer_lightning,
    timesformer_mmaction2,
    timesformer_published,
    vivit_huggingface,
    vivit_lightning,
)
from .layouts import native as ours
from .layouts.base import list_keys

# Our own layout comes last: others also start with ``backbone.``.
LAYOUTS = (
    motionformer_published.JOINT_EMBEDDING,
    motionformer_published.LAYOUT,
    timesformer_published.LAYOUT,
    timesformer_mmaction2.LAYOUT,
    timesformer_lightning.LAYOUT,
    timesformer_huggingface.LAYOUT,
    vivit_huggingface.LAYOUT,
    vivit_lightning.LAYOUT,
    dualformer_published.LAYOUT,
    ours.LAYOUT,
)
# Where published code bases put the tensors inside their files.
STATE_KEYS = ('state_dict', 'model_state', 'model')


def read_checkpoint(path: str | Path) -> dict:
    """Read a checkpoint in our own or any published layout, which is recognised by its keys.

    Args:
        path: A file, a Hugging Face folder or an address.

    Returns:
        A dict with ``state_dict`` (our names: ``backbone.*`` and ``cls_head.*``), ``layout`` (its name), ``dropped``
        (keys that the model does not use) and ``meta`` (what the file states besides).

    Raises:
        InputError: If the file cannot be read, its layout is unknown, or it has an unexpected key.
    """
    try:
        return convert(load_file(path))
    except InputError as error:
        raise InputError(str(error) if str(path) in str(error) else f'{path}: {error}') from error


def is_known(state: dict[str, Tensor]) -> bool:
    """Whether a state dict has one of the layouts of video models."""
    return any(layout.recognises(state) for layout in LAYOUTS)


def convert(checkpoint: dict) -> dict:
    """Convert a checkpoint in memory to what ``read_checkpoint`` returns.

    Raises:
        InputError: If its layout is unknown, or it has an unexpected key.
    """
    state = state_dict_of(checkpoint)
    for layout in LAYOUTS:
        if layout.recognises(state):
            state_dict, dropped = layout.rename(state)
            meta = {key: checkpoint[key] for key in ('config', 'epoch') if key in checkpoint}
            meta |= checkpoint['meta'] if isinstance(checkpoint.get('meta'), dict) else {}
            if layout.config:
                meta['config'] = {**layout.config, **meta.get('config', {})}
            return {'state_dict': state_dict, 'layout': layout.name, 'dropped': dropped, 'meta': meta}
    known = ', '.join(dict.fromkeys(layout.name for layout in LAYOUTS))
    raise InputError(f'unknown checkpoint layout with keys {list_keys(list(state))}; known layouts: {known}')


def state_dict_of(checkpoint: dict) -> dict[str, Tensor]:
    """The tensors of a checkpoint by name, without the prefix of a distributed wrapper.

    Raises:
        InputError: If it has none.
    """
    state = next((checkpoint[key] for key in STATE_KEYS if isinstance(checkpoint.get(key), dict)), checkpoint)
    state = {key: value for key, value in state.items() if isinstance(value, Tensor)}
    if not state:
        raise InputError('the checkpoint has no tensors')
    if all(key.startswith('module.') for key in state):
        state = {key.removeprefix('module.'): value for key, value in state.items()}
    return state
