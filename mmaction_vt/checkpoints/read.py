"""Reading a checkpoint of any layout."""

from contextlib import nullcontext
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
    videomae_huggingface,
    videomae_mmaction2,
    videomae_published,
    vivit_huggingface,
    vivit_lightning,
    vjepa2_huggingface,
    vjepa2_published,
)
from .layouts import native as ours
from .layouts.base import fitting, list_keys
from .tensors import allow_non_finite, check_finite, check_tensors

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
    videomae_published.LAYOUT,
    videomae_mmaction2.LAYOUT,
    videomae_huggingface.LAYOUT,
    vjepa2_published.LAYOUT,
    vjepa2_huggingface.LAYOUT,
    dualformer_published.LAYOUT,
    ours.LAYOUT,
)
# Where published code bases put the tensors inside their files.
STATE_KEYS = ('state_dict', 'model_state', 'model', 'module')
# What V-JEPA 2's files have beside each other: encoders, the one to use first, and several probes.
ENCODER_KEYS = ('ema_encoder', 'target_encoder', 'encoder')
PROBES = 'classifiers'
WRAPPER = 'module.'  # what DistributedDataParallel adds to each key


def read_checkpoint(path: str | Path, non_finite: bool = False) -> dict:
    """Read a checkpoint in our own or any published layout, which is recognised by its keys.

    Args:
        path: A file, a Hugging Face folder or an address.
        non_finite: Whether weights may be NaN or infinite; ``allow_non_finite()`` allows it everywhere.

    Returns:
        A dict with ``state_dict`` (our names: ``backbone.*`` and ``cls_head.*``), ``layout`` (its name), ``dropped``
        (keys that the model does not use) and ``meta`` (what the file states besides).

    Raises:
        InputError: If the file is not whole or cannot be read, its layout is unknown, it has an unexpected key, or a
            tensor that no model can have.
    """
    try:
        with allow_non_finite() if non_finite else nullcontext():
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
    layout = next((layout for layout in LAYOUTS if layout.recognises(state)), None)
    if layout is None and ours.resembles(state):
        layout = ours.LAYOUT
    if layout is None:
        known = ', '.join(dict.fromkeys(layout.name for layout in LAYOUTS))
        raise InputError(f'unknown checkpoint layout with keys {list_keys(list(state))}; known layouts: {known}')
    with fitting(layout.name):
        state_dict, dropped = layout.rename(state)
    check_finite(state_dict)
    meta = {key: checkpoint[key] for key in ('config', 'epoch') if key in checkpoint}
    meta |= checkpoint['meta'] if isinstance(checkpoint.get('meta'), dict) else {}
    if layout.config:
        meta['config'] = {**layout.config, **config_in(meta)}
    return {'state_dict': state_dict, 'layout': layout.name, 'dropped': dropped, 'meta': meta}


def config_in(meta: dict) -> dict:
    """Hugging Face's config in the meta data of a checkpoint. Other code bases store a text there, which is ignored."""
    config = meta.get('config')
    return config if isinstance(config, dict) else {}


def state_dict_of(checkpoint: dict) -> dict[str, Tensor]:
    """The tensors of a checkpoint by name, without the prefix of a distributed wrapper.

    Raises:
        InputError: If it has none.
    """
    keys = (*STATE_KEYS, *ENCODER_KEYS)
    found = next((key for key in keys if isinstance(checkpoint.get(key), dict)), None)
    state = checkpoint if found is None else checkpoint[found]
    probes = checkpoint.get(PROBES)
    if found is None and isinstance(probes, list) and probes and isinstance(probes[0], dict):
        state = probes[0]
    state = {key: value for key, value in state.items() if isinstance(value, Tensor)}
    if not state:
        kinds = [f'{key} is a {type(checkpoint[key]).__name__}' for key in STATE_KEYS if key in checkpoint]
        raise InputError(
            'the checkpoint has no tensors' + (f': its {" and ".join(kinds)} without any' if kinds else '')
        )
    check_tensors(state)
    state = unwrapped({key: value.detach() for key, value in state.items()}, WRAPPER)
    return unwrapped(state, 'backbone.') if found in ENCODER_KEYS else state


def unwrapped(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """A state dict without a prefix, if most keys have it.

    Raises:
        InputError: If a key is there with and without it.
    """
    if 2 * sum(key.startswith(prefix) for key in state) <= len(state):
        return state
    short = {key.removeprefix(prefix): value for key, value in state.items()}
    twice = next((key for key in state if key not in short and key.removeprefix(prefix) in state), None)
    if twice is not None:
        raise InputError(f'the checkpoint has the key {twice.removeprefix(prefix)} with and without {prefix}')
    return short


def backbone_of(checkpoint: dict) -> str:
    """The only backbone that what ``convert`` returned is for, as far as its layout, or the one before, says so."""
    names = (checkpoint['layout'], checkpoint['meta'].get('converted_from'))
    return next((layout.backbone for layout in LAYOUTS if layout.backbone and layout.name in names), '')
