"""The places of a config that are built from a ``type``: where they are, in which registry, with which arguments."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import FunctionType
from typing import Any, NamedTuple

from mmengine.config import Config

from ..errors import InputError
from .one_line import one_line

SPLITS = ('train', 'val', 'test')
LOADERS = tuple(f'{split}_dataloader' for split in SPLITS)
# Keys at the root, and the registries (attributes of mmengine.registry) of their types.
SECTIONS = {
    'model': 'MODELS',
    'data_preprocessor': 'MODELS',
    'model_wrapper_cfg': 'MODEL_WRAPPERS',
    'optim_wrapper': 'OPTIM_WRAPPERS',
    'param_scheduler': 'PARAM_SCHEDULERS',
    'default_hooks': 'HOOKS',
    'custom_hooks': 'HOOKS',
    'log_processor': 'LOG_PROCESSORS',
    'visualizer': 'VISUALIZERS',
    'val_evaluator': 'METRICS',
    'test_evaluator': 'METRICS',
    'test_pipeline': 'TRANSFORMS',
    **{f'{split}_cfg': 'LOOPS' for split in SPLITS},
}
# Keys within loaders and types. Others are left to the class that reads them.
PARTS = {
    'augments': 'MODELS',
    'backbone': 'MODELS',
    'batch_sampler': 'DATA_SAMPLERS',
    'blending': 'MODELS',
    'cls_head': 'MODELS',
    'collate_fn': 'FUNCTIONS',
    'data_preprocessor': 'MODELS',
    'dataset': 'DATASETS',
    'init_cfg': 'WEIGHT_INITIALIZERS',
    'loss_cls': 'MODELS',
    'neck': 'MODELS',
    'optimizer': 'OPTIMIZERS',
    'pipeline': 'TRANSFORMS',
    'sampler': 'DATA_SAMPLERS',
    'sampling': 'TRANSFORMS',
    'transforms': 'TRANSFORMS',
    'vis_backends': 'VISBACKENDS',
    'worker_init_fn': 'FUNCTIONS',
}
NOT_OBJECTS = (str, bytes, int, float, set, type, FunctionType)
NEVER_NONE = ('backbone', 'dataset')
# Types that are taken where none is given.
DEFAULT_TYPES = {
    'data_preprocessor': 'BaseDataPreprocessor',
    'log_processor': 'LogProcessor',
    'model_wrapper_cfg': 'MMDistributedDataParallel',
    'optim_wrapper': 'OptimWrapper',
    'test_cfg': 'TestLoop',
    'val_cfg': 'ValLoop',
    'visualizer': 'Visualizer',
}


class Place(NamedTuple):
    """A part of a config that is built.

    Attributes:
        key: Its dotted key.
        registry: The attribute of ``mmengine.registry`` in which its type is looked up.
        type: Its type: a name, or a class.
        arguments: The other settings.
    """

    key: str
    registry: str
    type: Any
    arguments: dict[str, Any]


def places(config: Config, sections: tuple[str, ...]) -> Iterator[Place]:
    """The parts of some sections that are built.

    Args:
        config: The config.
        sections: Keys at its root; those that it lacks are skipped.

    Raises:
        InputError: If a part has no type, or is no dict.
    """
    for name in sections:
        value = config.get(name)
        if value is None:
            continue
        if name in LOADERS:
            if isinstance(value, (*NOT_OBJECTS, list, tuple)):
                raise InputError(f'{name} must be a dict of settings, not {_show(value)}')
            yield from _parts(name, dict(value) if isinstance(value, Mapping) else {}, '')
        elif isinstance(value, Mapping) and _is_collection(name, value):
            for each, settings in value.items():
                yield from _built(f'{name}.{each}', settings, SECTIONS[name], tuple(value))
        else:
            yield from _built(name, value, SECTIONS[name])


def _is_collection(name: str, value: Mapping) -> bool:
    """Whether a section holds what is built by name: hooks, schedulers of several optimizers, metrics."""
    if name.endswith('_evaluator'):
        return 'metrics' in value and 'type' not in value
    return name == 'default_hooks' or (name == 'param_scheduler' and 'type' not in value)


def _built(key: str, value: Any, registry: str, names: tuple[str, ...] = ()) -> Iterator[Place]:
    if isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from _built(f'{key}.{index}', each, registry)
    elif isinstance(value, Mapping):
        settings = dict(value)
        kind = settings.pop('type', None) or _default_type(key, settings)
        if kind is None:
            raise InputError(f'{key} has no type{_similar(key, names)}')
        yield Place(key, registry, kind, settings)
        yield from _parts(key, settings, registry)
    elif isinstance(value, NOT_OBJECTS):  # others are objects, as of configs in pure Python
        raise InputError(f'{key} must be a dict with a type, not {_show(value)}')


def _parts(key: str, settings: dict[str, Any], registry: str) -> Iterator[Place]:
    for name, value in settings.items():
        if value is None and name in NEVER_NONE:
            raise InputError(f'{key}.{name} must be a dict with a type, not None')
        # A transform may have a text of that name, such as the name of a data set.
        if name in PARTS and value is not None and not (registry == 'TRANSFORMS' and isinstance(value, str)):
            yield from _built(f'{key}.{name}', value, PARTS[name])


def _default_type(key: str, settings: dict[str, Any]) -> str | None:
    if key == 'train_cfg' and 'by_epoch' in settings:
        return 'EpochBasedTrainLoop' if settings['by_epoch'] else 'IterBasedTrainLoop'
    return DEFAULT_TYPES.get(key.rpartition('.')[2])


def _similar(key: str, names: tuple[str, ...]) -> str:
    name = key.rpartition('.')[2]
    close = get_close_matches(name, [each for each in names if each != name], n=1)
    return f' (did you mean {close[0]}?)' if close else ''


def _show(value: object) -> str:
    return one_line(repr(value), 100)
