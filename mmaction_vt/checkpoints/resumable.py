"""What a checkpoint must contain so that a training can be resumed from it."""

from numbers import Real

import numpy as np
from mmengine.logging import HistoryBuffer

from ..errors import InputError
from .read import state_dict_of
from .tensors import check_finite, shown

NEEDED = ('state_dict', 'optimizer', 'meta', 'message_hub')
HUB_PARTS = ('log_scalars', 'runtime_info', 'resumed_keys')
LARGEST_SEED, LARGEST_COUNT = 2**32, 2**40


def check_resumable(checkpoint: dict) -> None:
    """Check the parts of a training checkpoint, as far as they do not depend on the model and the optimizer.

    Raises:
        InputError: If a part is missing, or is not what mmengine's runner stores there; the message names it.
    """
    missing = [key for key in NEEDED if key not in checkpoint]
    if missing:
        raise InputError(f'missing keys: {", ".join(missing)}')
    for key in NEEDED:
        if not isinstance(checkpoint[key], dict):
            raise InputError(f'its {key} is a {type(checkpoint[key]).__name__}; expected a dict')
    check_finite(state_dict_of(checkpoint))
    _check_meta(checkpoint['meta'])
    _check_message_hub(checkpoint['message_hub'])


def is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST_COUNT


def is_number(value: object) -> bool:
    return isinstance(value, (Real, np.number)) and not isinstance(value, bool)


def _check_meta(meta: dict) -> None:
    for key in ('epoch', 'iter'):
        if not is_count(meta.get(key)):
            raise InputError(f'its meta has no {key} that is a number from 0')
    seed = meta.get('seed')
    if seed is not None and not (is_count(seed) and seed < LARGEST_SEED):
        raise InputError(f'its seed is {shown(seed)}; expected a number from 0 to {LARGEST_SEED - 1}')


def _check_message_hub(hub: dict) -> None:
    for part in HUB_PARTS:
        if not isinstance(hub.get(part), dict):
            raise InputError(f'its message_hub has no {part}')
    for key, resumed in hub['resumed_keys'].items():
        if not (isinstance(key, str) and isinstance(resumed, bool)):
            raise InputError(f'{shown(key)} in the resumed_keys of its message_hub is {shown(resumed)}')
    for key, history in hub['log_scalars'].items():
        if isinstance(history, HistoryBuffer) and not _is_history(history):
            raise InputError(f'the history of {shown(key)} in its message_hub is malformed')
    _check_information(hub['runtime_info'])


def _check_information(information: dict) -> None:
    for key, value in information.items():
        fault = not isinstance(key, str)
        if not fault and key.startswith('best_score'):
            fault = not is_number(value)
        elif not fault and key == 'keep_ckpt_ids':
            fault = not (isinstance(value, list) and all(is_count(step) for step in value))
        if fault:
            raise InputError(f'{shown(key)} in its message_hub is {shown(value)}')


def _is_history(history: HistoryBuffer) -> bool:
    values, counts = (getattr(history, name, None) for name in ('_log_history', '_count_history'))
    if not (isinstance(values, np.ndarray) and isinstance(counts, np.ndarray)):
        return False
    numeric = all(np.issubdtype(array.dtype, np.number) and array.ndim == 1 for array in (values, counts))
    methods = getattr(history, '_statistics_methods', None)
    return numeric and len(values) == len(counts) and isinstance(methods, dict) and is_count(history.max_length)
