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

# Our own layout is asked last: others also start with ``backbone.``.
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
    """Read a checkpoint of our own or of any published layout, which is recognised.

    Args:
        path: A file, a Hugging Face folder or an address.

    Returns:
        A dict with ``state_dict`` (our names: ``backbone.*`` and ``cls_head.*``), ``layout`` (whose it was),
        ``dropped`` (keys left out on purpose) and ``meta`` (what else the file tells of the model).

    Raises:
        InputError: If the file cannot be read, or holds a layout that is not known or a key that has no place in it.
    """
    try:
        return convert(load_file(path))
    except InputError as error:
        raise InputError(str(error) if str(path) in str(error) else f'{path}: {error}') from error


def is_known(state: dict[str, Tensor]) -> bool:
    """Whether a state dict has one of the layouts of video models."""
    return any(layout.recognises(state) for layout in LAYOUTS)


def convert(checkpoint: dict) -> dict:
    """What ``read_checkpoint`` returns, from a checkpoint that is already in memory."""
    state = state_dict_of(checkpoint)
    for layout in LAYOUTS:
        if layout.recognises(state):
            state_dict, dropped = layout.rename(state)
            meta = {key: checkpoint[key] for key in ('config', 'epoch') if key in checkpoint}
            meta |= checkpoint['meta'] if isinstance(checkpoint.get('meta'), dict) else {}
            if layout.config:
                meta['config'] = {**layout.config, **meta.get('config', {})}
            return {'state_dict': state_dict, 'layout': layout.name, 'dropped': dropped, 'meta': meta}
    known = '; '.join(layout.name for layout in LAYOUTS)
    raise InputError(
        f'the checkpoint has keys like {list_keys(list(state))}, which none of the known layouts has ({known})'
    )


def state_dict_of(checkpoint: dict) -> dict[str, Tensor]:
    """The tensors of a checkpoint by their names, without the prefix of a distributed wrapper.

    Raises:
        InputError: If it holds none.
    """
    state = next((checkpoint[key] for key in STATE_KEYS if isinstance(checkpoint.get(key), dict)), checkpoint)
    state = {key: value for key, value in state.items() if isinstance(value, Tensor)}
    if not state:
        raise InputError('the checkpoint holds no tensors')
    if all(key.startswith('module.') for key in state):
        state = {key.removeprefix('module.'): value for key, value in state.items()}
    return state
