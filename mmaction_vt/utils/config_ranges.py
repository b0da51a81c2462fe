"""The values that settings accept, wherever a config has them: one table, which a walk over the config applies."""

import math
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from mmengine.config import Config

from ..errors import InputError
from .one_line import one_line

MOST_WORKERS = 1024
LARGEST_BATCH = 2**20
LARGEST_SIZE = 2**20  # of frames, clips, embeddings and layers
LARGEST_SEED = 2**32 - 1  # NumPy's


class Range(NamedTuple):
    """The values that a setting accepts.

    Attributes:
        words: The values in words, as they follow "must be".
        accepts: Whether a single value is one.
        lists: Whether a list of such values is accepted, such as a height and a width.
        none: Whether None is.
    """

    words: str
    accepts: Callable[[Any], bool]
    lists: bool = False
    none: bool = False


def is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_path(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and '\0' not in value


def is_threshold(value: object) -> bool:
    return is_path(value) or (isinstance(value, (int, float)) and is_number(value) and 0 <= value <= 1)


def integer(low: int, high: int | None = None, lists: bool = False, none: bool = False, never: bool = False) -> Range:
    """Integers from ``low``; with ``never`` also -1, mmengine's word for never or no limit."""
    words = f'an integer of at least {low}' if high is None else f'an integer from {low} to {high}'

    def accepts(value: Any) -> bool:
        limits = low <= value and (high is None or value <= high) if is_integer(value) else False
        return limits or (never and is_integer(value) and value == -1)

    return Range(f'{words}{" or -1" if never else ""}', accepts, lists, none)


def number(low: float, high: float = math.inf, above: bool = False, lists: bool = False, none: bool = False) -> Range:
    """Finite numbers from ``low``, or ``above`` it."""
    start, end = f'above {low:g}' if above else f'of at least {low:g}', f' and at most {high:g}'
    words = (
        f'a number {start}{end if high < math.inf else ""}'
        if above or high == math.inf
        else (f'a number from {low:g} to {high:g}')
    )
    return Range(words, lambda value: is_number(value) and (low < value if above else low <= value) and value <= high,
                 lists, none)  # fmt: skip


def one_of(*values: str) -> Range:
    return Range(' or '.join(map(repr, values)), lambda value: isinstance(value, str) and value in values)


FLAG = Range('True or False', lambda value: isinstance(value, int) and value in (0, 1))
LEVELS = one_of('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')
METRICS = one_of(
    'top_k_accuracy', 'mean_class_accuracy', 'mmit_mean_average_precision', 'mean_average_precision',
    'average_precision', 'f1',
)  # fmt: skip
COUNT = integer(1, LARGEST_SIZE)
SIZES = integer(1, LARGEST_SIZE, lists=True, none=True)
RATE = number(0, 1, lists=True, none=True)
POSITIVE = number(0, above=True, lists=True, none=True)
FINITE = Range('a number', is_number, True, True)
LOADERS = '*_dataloader'
HOOKS = '*_hooks.*'
OPTIMIZER = 'optim_wrapper*'
SCHEDULER = 'param_scheduler*'
STEPS = '*pipeline.*'  # transforms, in loaders too

# Where (a pattern for the dotted key of the dict), the key, and what it accepts. The first match counts.
RANGES: tuple[tuple[str, str, Range], ...] = (
    (LOADERS, 'batch_size', integer(1, LARGEST_BATCH, none=True)),
    (LOADERS, 'num_workers', integer(0, MOST_WORKERS)),
    (LOADERS, 'prefetch_factor', integer(1, MOST_WORKERS, none=True)),
    (LOADERS, 'num_batch_per_epoch', integer(1, none=True)),
    (LOADERS, 'timeout', number(0)),
    (LOADERS, 'persistent_workers', FLAG),
    (LOADERS, 'pin_memory', FLAG),
    (LOADERS, 'drop_last', FLAG),
    (f'{LOADERS}.sampler', 'shuffle', FLAG),
    (f'{LOADERS}.dataset*', 'num_classes', integer(1, none=True)),
    (f'{LOADERS}.dataset*', 'test_mode', FLAG),
    (f'{LOADERS}.dataset*', 'times', integer(1)),
    ('train_cfg', 'max_epochs', integer(1)),
    ('train_cfg', 'max_iters', integer(1)),
    ('train_cfg', 'val_interval', integer(1)),
    ('train_cfg', 'val_begin', integer(0)),
    (OPTIMIZER, 'accumulative_counts', integer(1)),
    (f'{OPTIMIZER}.clip_grad', 'max_norm', Range('a number above 0', lambda value: value == math.inf or (
        is_number(value) and value > 0))),
    (f'{OPTIMIZER}.clip_grad', 'clip_value', number(0, above=True)),
    (f'{OPTIMIZER}.paramwise_cfg', 'decay_rate', number(0, 1, above=True)),
    (f'{OPTIMIZER}.paramwise_cfg*', '*_mult', number(0)),
    (OPTIMIZER, 'lr', number(0)),
    (OPTIMIZER, 'weight_decay', number(0)),
    (OPTIMIZER, 'momentum', number(0, 1)),
    (OPTIMIZER, 'dampening', number(0, 1)),
    (OPTIMIZER, 'betas', number(0, 1, lists=True)),
    (OPTIMIZER, 'eps', number(0, lists=True, none=True)),
    (SCHEDULER, 'begin', number(0)),
    (SCHEDULER, 'end', number(0, above=True)),
    (SCHEDULER, 'T_max', number(0, above=True, none=True)),
    (SCHEDULER, 'step_size', integer(1)),
    (SCHEDULER, 'milestones', number(0, lists=True)),
    (SCHEDULER, 'gamma', number(0, above=True)),
    (SCHEDULER, '*_factor', number(0)),
    (SCHEDULER, 'eta_min', number(0, none=True)),
    (SCHEDULER, 'eta_min_ratio', number(0, 1, none=True)),
    (SCHEDULER, 'power', number(0)),
    (SCHEDULER, 'by_epoch', FLAG),
    ('default_hooks.checkpoint', 'interval', integer(1, never=True)),
    (HOOKS, 'interval', integer(1, never=True)),
    (HOOKS, 'max_keep_ckpts', integer(1, never=True)),
    (HOOKS, 'by_epoch', FLAG),
    ('log_processor', 'window_size', integer(1)),
    ('log_processor', 'by_epoch', FLAG),
    ('*_evaluator*', 'metric_list', Range(METRICS.words, METRICS.accepts, lists=True)),
    ('randomness', 'seed', integer(0, LARGEST_SEED, none=True)),
    ('randomness', 'deterministic', FLAG),
    ('randomness', 'diff_rank_seed', FLAG),
    ('auto_scale_lr', 'base_batch_size', integer(1)),
    ('auto_scale_lr', 'enable', FLAG),
    ('env_cfg', 'cudnn_benchmark', FLAG),
    ('env_cfg', 'resource_limit', integer(1)),
    ('env_cfg.mp_cfg', 'mp_start_method', one_of('fork', 'spawn', 'forkserver')),
    ('env_cfg.mp_cfg', 'opencv_num_threads', integer(0)),
    ('env_cfg.dist_cfg', 'timeout', number(0, above=True, none=True)),
    ('', 'resume', FLAG),
    ('', 'compile', Range('True, False or a dict', lambda value: isinstance(value, (bool, Mapping)), none=True)),
    ('', 'log_level', Range(LEVELS.words, lambda value: LEVELS.accepts(value) or (is_integer(value) and value >= 0))),
    ('', 'work_dir', Range('a folder', is_path, none=True)),
    ('', 'load_from', Range('a checkpoint', is_path, none=True)),
    ('model.cls_head*', 'label_smooth_eps', number(0, 1)),
    ('model.cls_head', 'thresholds', Range('a number from 0 to 1 or a file of them', is_threshold, lists=True)),
    ('model.data_preprocessor', 'mean', FINITE),
    ('model.data_preprocessor', 'std', POSITIVE),
    ('model*', 'dropout_ratio', RATE),
    ('model*', 'drop*_rate', RATE),
    ('model*', '*_drop_rate', RATE),
    ('model*', 'mlp_ratio*', POSITIVE),
    ('model*', 'norm_eps', POSITIVE),
    ('model*', 'init_std', number(0)),
    ('model*', 'loss_weight', FINITE),
    ('model.test_cfg', 'max_testing_views', integer(1, none=True)),
    *(('model*', key, SIZES) for key in (
        'num_heads', 'num_layers', 'depths', 'num_frames', 'img_size', 'video_size', 'patch_size', 'tubelet_size',
        'embed_dims', 'in_channels', 'num_classes', 'num_verbs', 'num_nouns', 'local_sizes', 'fine_pysizes',
        'coarse_pysizes', 'coarse_kernel', 'num_landmarks',
    )),
    ('model*', 'trainable_blocks', integer(0, none=True)),
    ('model*', 'tokens_kept', number(0, 1, above=True)),
    ('model*', 'mask_ratio', number(0, 1)),
    ('model*', 'norm_pixels', FLAG),
    ('model', 'target', one_of('pixels', 'motion')),
    *((STEPS, key, COUNT) for key in ('clip_len', 'frame_interval', 'num_clips', 'num_frames', 'num_threads')),
    *((STEPS, key, SIZES) for key in ('size', 'short_side', 'crop_size', 'input_size')),
    (STEPS, 'flip', RATE),
    (STEPS, 'flip_ratio', RATE),
    (STEPS, 'prob', RATE),
    (STEPS, 'jitter', number(0)),
    (STEPS, 'area_range', POSITIVE),
    (STEPS, 'aspect_range', POSITIVE),
    (STEPS, 'test_mode', FLAG),
)  # fmt: skip


def check_ranges(config: Config, roots: set[str]) -> None:
    """Check every setting that has a row in ``RANGES``.

    Args:
        config: The config.
        roots: The keys at its root that are read.

    Raises:
        InputError: If a value is not accepted.
    """
    for place, settings in dicts_of({key: value for key, value in config.items() if key in roots}):
        for key, value in settings.items():
            check_range(place, key, value)


def check_range(place: str, key: Any, value: Any) -> None:
    """Check one setting.

    Raises:
        InputError: If its value is not accepted.
    """
    found = _rows_for(place, str(key))
    if found is None or accepts(found, value):
        return
    if isinstance(value, Mapping) and _matches(place, STEPS):  # of transforms for several modalities
        return
    others = ', or a list of them' if found.lists else ', or None' * found.none
    name = f'{place}.{key}' if place else str(key)
    raise InputError(f'{name} must be {found.words}{others}, not {one_line(repr(value), 100)}')


def accepts(found: Range, value: Any) -> bool:
    """Whether a setting accepts a value."""
    if value is None:
        return found.none
    if found.lists and isinstance(value, (list, tuple)):
        return bool(value) and all(accepts(found, each) for each in value)
    return found.accepts(value)


def dicts_of(value: Any, place: str = '') -> Iterator[tuple[str, Mapping]]:
    """All dicts of a config, with their dotted keys; the root's is empty.

    Raises:
        InputError: If they are nested too deeply, such as in themselves.
    """
    stack = [(place, value, 0)]
    while stack:
        place, value, depth = stack.pop()
        if depth > 100:
            raise InputError(f'{one_line(place, 100)} of the config is nested too deeply')
        if isinstance(value, Mapping):
            yield place, value
        parts = value.items() if isinstance(value, Mapping) else enumerate(value)
        stack += [
            (f'{place}.{key}' if place else str(key), each, depth + 1)
            for key, each in parts
            if isinstance(each, (Mapping, list, tuple))
        ]


def _rows_for(place: str, key: str) -> Range | None:
    for where, name, found in RANGES:
        if _matches(key, name) and _matches(place, where):
            return found
    return None


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern) if '*' in pattern else text == pattern
