"""A config is checked before anything runs: what it must have, types, arguments, values, and what fits what."""

from collections.abc import Collection
from typing import Literal

from mmengine.config import Config

from ..class_names import resolve_class_names
from ..errors import InputError
from .config_files import describe_error
from .config_labels import check_labels
from .config_options import PIPELINE, live_keys
from .config_places import LOADERS, SECTIONS, SPLITS, Place
from .config_ranges import check_ranges
from .config_relations import check_classes, check_schedule
from .config_types import check_dicts, check_scope, check_types, find_type

Use = Literal['train', 'test', 'model', 'labels', 'file']
PARTS_OF_SPLIT: dict[str, tuple[str, ...]] = {split: (f'{split}_dataloader', f'{split}_cfg') for split in SPLITS}
PARTS_OF_SPLIT['train'] += ('optim_wrapper',)
for _split in ('val', 'test'):
    PARTS_OF_SPLIT[_split] += (f'{_split}_evaluator',)
RUNNER = ('data_preprocessor', 'default_hooks', 'custom_hooks', 'log_processor', 'visualizer', 'model_wrapper_cfg')
# The sections that a program builds, and those of them that it cannot do without.
BUILT: dict[Use, tuple[str, ...]] = {
    'train': ('model', *RUNNER, *PARTS_OF_SPLIT['train'], 'param_scheduler', *PARTS_OF_SPLIT['val']),
    'test': ('model', *RUNNER, *PARTS_OF_SPLIT['test']),
    'model': ('model', PIPELINE),
    'labels': ('model', 'train_dataloader'),
    'file': (),
}
NEEDED: dict[Use, tuple[str, ...]] = {
    'train': ('model', *PARTS_OF_SPLIT['train']),
    'test': ('model', *PARTS_OF_SPLIT['test']),
    'model': ('model',),
    'labels': ('model', 'train_dataloader'),
    'file': (),
}
LABELLED = tuple(f'mmaction_vt.{name}' for name in ('VideoDataset', 'FrameFolderDataset', 'VideoShards'))
TASKS = {'train': 'training', 'test': 'testing', 'model': 'the model', 'labels': 'labelling'}


def check_config(config: Config, use: Use, options: Collection[str] = ()) -> None:
    """Check a config, without building anything.

    Args:
        config: The config.
        use: What for; sections that are not used are checked in part.
        options: The keys that were set on the command line; their sections are checked in any case.

    Raises:
        InputError: If a section, a type, an argument or a value is missing, unknown or not accepted.
    """
    name = config.filename or 'the config'
    try:
        items = dict(config.items())  # imports what a config in pure Python names
    except Exception as error:
        raise InputError(f'config {name} cannot be read: {describe_error(error)}') from error
    try:
        check_sections(config, use, name)
        check_dicts(config)
        check_ranges(config, live_keys(config) | {PIPELINE})
        set_on_command_line = {key.partition('.')[0] for key in options}
        known = (*SECTIONS, *LOADERS)
        check_runner(config)
        resolve_class_names(config.get('class_names'))
        check_types(config, tuple(key for key in known if key in BUILT[use] or key in set_on_command_line & set(items)))
        loaders = tuple(key for key in LOADERS if key in BUILT[use])
        check_classes(config, loaders)
        check_labels(config, loaders)
        check_schedule(config)
    except RecursionError as error:
        raise InputError(f'config {name} is nested too deeply') from error


def check_runner(config: Config) -> None:
    """Check the type of the runner.

    Raises:
        InputError: If it is not registered.
    """
    if config.get('runner_type') is not None:
        find_type(Place('runner_type', 'RUNNERS', config['runner_type'], {}), check_scope(config))


def check_sections(config: Config, use: Use, name: str) -> None:
    """Check that a config has what a program needs.

    Raises:
        InputError: If a section is missing.
    """
    missing = [key for key in NEEDED[use] if config.get(key) is None]
    if missing:
        raise InputError(f'{name} has no {" and no ".join(missing)}, which {TASKS[use]} needs')
    if use == 'train':
        validation = {key: config.get(key) is not None for key in PARTS_OF_SPLIT['val']}
        if any(validation.values()) and not all(validation.values()):
            missing = [key for key, there in validation.items() if not there]
            raise InputError(f'{name} has no {" and no ".join(missing)}: set all of {", ".join(validation)}, or none')


def fit_loaders(config: Config) -> None:
    """Turn off what PyTorch's loaders have for worker processes only, where there are none.

    Our data sets also get the number of classes of the classifier, if they have none, by which they check labels.
    """
    model = config.get('model')
    head = model.get('cls_head') if isinstance(model, dict) else None
    classes = head.get('num_classes') if isinstance(head, dict) and not head.get('multi_class') else None
    for name in LOADERS:
        loader = config.get(name)
        if not isinstance(loader, dict):
            continue
        dataset = loader.get('dataset')
        if isinstance(dataset, dict) and dataset.get('type') in LABELLED and classes is not None:
            dataset.setdefault('num_classes', classes)
        if loader.get('num_workers', 0) != 0:
            continue
        if loader.get('persistent_workers'):
            loader['persistent_workers'] = False
        for key in ('prefetch_factor', 'multiprocessing_context'):
            loader.pop(key, None)
