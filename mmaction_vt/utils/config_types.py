"""The types of a config: each is registered, and takes the arguments that it is given."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from inspect import isclass, signature
from typing import Any

import mmengine.registry
from mmengine.config import Config
from mmengine.runner import Runner

from ..errors import InputError
from .call_checks import CALL_CHECKS
from .config_arguments import missing_arguments, names_read, unknown_arguments
from .config_files import describe_error
from .config_places import LOADERS, Place, places
from .config_relations import check_backbone, check_head
from .one_line import one_line
from .value_types import check_value

OWN = ('mmaction_vt', 'mmaction', 'mmengine')
FOREIGN_BACKBONES = ('timm', 'torchvision')  # prefixes that mmaction2's recognizers read themselves
DEFAULT_CONSTRUCTOR = 'DefaultOptimWrapperConstructor'
# Settings that the builder of a registry takes out, and arguments that it adds.
TAKEN = {
    'HOOKS': ('priority',),
    'LOOPS': ('by_epoch',),
    'OPTIM_WRAPPERS': ('constructor', 'optimizer', 'paramwise_cfg'),
    'PARAM_SCHEDULERS': ('convert_to_iter_based', 'epoch_length'),
    'VISUALIZERS': ('name',),
}
ADDED = {
    'OPTIMIZERS': ('params',),
    'PARAM_SCHEDULERS': ('optimizer', 'epoch_length', 'param_name'),
}
COMPLETE = ('DATASETS', 'HOOKS', 'METRICS', 'MODELS', 'OPTIMIZERS', 'PARAM_SCHEDULERS', 'TRANSFORMS')
PREFIXES = ('img', 'video')  # of data_prefix
IGNORED = ('_scope_', '_delete_')
LOADER_KEYS = (
    *('batch_sampler', 'collate_fn', 'dataset', 'disable_subprocess_warning', 'num_batch_per_epoch', 'sampler'),
    *('batch_size', 'drop_last', 'generator', 'in_order', 'multiprocessing_context', 'num_workers'),
    *('persistent_workers', 'pin_memory', 'pin_memory_device', 'prefetch_factor', 'shuffle', 'timeout'),
    'worker_init_fn',
)
# Dicts that are read by key, and what is read of them.
DICTS = {
    'auto_scale_lr': ('base_batch_size', 'enable'),
    'custom_imports': ('allow_failed_imports', 'imports'),
    'env_cfg': ('cudnn_benchmark', 'dist_cfg', 'mp_cfg', 'resource_limit'),
    'env_cfg.mp_cfg': ('mp_start_method', 'opencv_num_threads'),
    'optim_wrapper.clip_grad': (
        ('clip_value', 'error_if_nonfinite', 'foreach', 'max_norm', 'norm_type', 'type')  # type: norm or value
    ),
    'randomness': tuple(signature(Runner.set_randomness).parameters)[1:],
    **dict.fromkeys(LOADERS, LOADER_KEYS),
}


def check_types(config: Config, sections: tuple[str, ...]) -> None:
    """Check the types in some sections of a config, and their arguments, without building anything.

    Raises:
        InputError: If a type is not registered, or has not an argument that it is given, or needs another one.
    """
    scope = check_scope(config)
    for place in places(config, sections):
        kind = find_type(place, scope)
        if kind is None:
            continue
        check_arguments(place, kind)
        if place.key == 'model.backbone':
            check_backbone(place, kind)
            check_head(config, place, kind)


def check_scope(config: Config) -> str:
    """The scope in which types without one are looked up.

    Raises:
        InputError: If there is no such package.
    """
    scope = config.get('default_scope') or 'mmaction'
    if not isinstance(scope, str) or (scope not in OWN and not _is_package(scope)):
        raise InputError(f'default_scope must be a package with registries, such as mmaction, not {scope!r}')
    return scope


def find_type(place: Place, scope: str) -> Any:
    """The class or function of a place; None if mmengine's registries do not decide.

    Raises:
        InputError: If it is not registered.
    """
    name = place.type
    if not isinstance(name, str):
        if callable(name):
            return name
        raise InputError(f'{place.key}.type must be the name of a type, not {one_line(repr(name), 100)}')
    package = name.rpartition('.')[0].partition('.')[0]
    if package in FOREIGN_BACKBONES and place.key.endswith('backbone'):
        return None
    if package and package not in OWN and _is_package(package):
        return None
    registry = getattr(mmengine.registry, place.registry)
    scope = place.arguments.get('_scope_') or scope
    try:
        if place.registry == 'FUNCTIONS':  # the runner does not look in the scope
            kind = registry.get(name)
        else:
            with registry.switch_scope_and_registry(scope) as child:
                kind = child.get(name)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f'the type {name} of {place.key} cannot be imported: {describe_error(error)}') from error
    if kind is None:
        absent = next((each for each in (package, scope) if each and not _is_package(each)), None)
        hint = f'; {absent} is not installed' if absent else _similar(name, registry)
        raise InputError(f'{place.key}.type: there is no {registry.name} {name!r}{hint}')
    return kind


def check_arguments(place: Place, kind: Any) -> None:
    """Check the arguments of a place.

    Raises:
        InputError: If its class lacks one, or one is missing or is of another type.
    """
    taken = (*TAKEN.get(place.registry, ()), *IGNORED)
    given = {name: value for name, value in place.arguments.items() if name not in taken}
    name = getattr(kind, '__name__', str(kind))
    if not all(isinstance(key, str) for key in place.arguments):
        raise InputError(f'{place.key} must have settings by name')
    if kind.__module__.startswith('mmaction_vt.models.backbones'):
        for check in CALL_CHECKS:
            try:
                check(kind, given)
            except InputError as error:
                raise InputError(f'{place.key}: {error}') from error
    unknown, known = unknown_arguments(kind, given)
    if unknown:
        raise unknown_key(f'{place.key}.{unknown[0]}', known, name)
    if place.registry in COMPLETE:
        missing = missing_arguments(kind, {*given, *ADDED.get(place.registry, ())})
        if missing:
            raise InputError(f'{place.key} ({name}) lacks {", ".join(missing)}')
    if kind.__module__.startswith('mmaction_vt.'):
        for key, value in given.items():
            check_value(f'{place.key}.{key}', value, kind, key)
    check_read(place, kind)


def check_read(place: Place, kind: Any) -> None:
    """Check the keys of dicts that a class reads one by one, of which it ignores those that it does not know.

    Raises:
        InputError: If there is one that it ignores.
    """
    for name in ('train_cfg', 'test_cfg', 'data_prefix'):
        value = place.arguments.get(name)
        if isinstance(value, Mapping) and isclass(kind) and kind.__module__.partition('.')[0] in OWN:
            known = names_read(kind) | {*PREFIXES} if name == 'data_prefix' else names_read(kind)
            check_keys(f'{place.key}.{name}', value, known, kind.__name__)
    if place.registry == 'OPTIM_WRAPPERS':
        constructor = place.arguments.get('constructor') or DEFAULT_CONSTRUCTOR
        found = find_type(Place(f'{place.key}.constructor', 'OPTIM_WRAPPER_CONSTRUCTORS', constructor, {}), 'mmaction')
        rates = place.arguments.get('paramwise_cfg')
        if isinstance(rates, Mapping) and (constructor == DEFAULT_CONSTRUCTOR or _is_own(found)):
            check_keys(f'{place.key}.paramwise_cfg', rates, names_read(found), found.__name__)


def check_keys(key: str, value: Mapping, known: Collection[str], reader: str) -> None:
    """Check that every key of a dict is read.

    Raises:
        InputError: If one is not.
    """
    for name in value:
        if name not in known and name not in IGNORED:
            raise unknown_key(f'{key}.{name}', known, reader)


def unknown_key(key: str, known: Collection[str], reader: str) -> InputError:
    """The error for a setting that nothing takes."""
    names = sorted(known)
    close = get_close_matches(key.rpartition('.')[2], names, n=1)
    choice = f'choose from {", ".join(names)}' if 0 < len(names) <= 30 else ''
    hint = f'did you mean {close[0]}?' if close else choice
    return InputError(
        f'unknown key {key}{f": {reader} does not take it" if reader else ""}{f" ({hint})" if hint else ""}'
    )


def check_dicts(config: Config) -> None:
    """Check the dicts that mmengine's runner reads by key.

    Raises:
        InputError: If one has a key that is not read, or is no dict.
    """
    for key, known in DICTS.items():
        value: Any = config
        for part in key.split('.'):
            value = value.get(part) if isinstance(value, (Mapping, Config)) else None
        if isinstance(value, Mapping):
            check_keys(key, value, known, '')
        elif isinstance(value, (str, int, float, list, tuple)):
            raise InputError(f'{key} must be a dict of settings, not {one_line(repr(value), 100)}')


def _is_own(kind: Any) -> bool:
    return kind is not None and kind.__module__.startswith('mmaction_vt.')


def _is_package(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def _similar(name: str, registry: Any) -> str:
    """Registered types whose names are similar."""
    names = set()
    stack = [registry]
    while stack:
        each = stack.pop()
        names |= {f'{each.scope}.{key}' if each.scope == 'mmaction_vt' else key for key in each.module_dict}
        stack += each.children.values()
    by_name = {full.rpartition('.')[2].lower(): full for full in sorted(names)}
    close = get_close_matches(name.rpartition('.')[2].lower(), by_name, n=1, cutoff=0.6)
    return f' (did you mean {by_name[close[0]]}?)' if close else ''
