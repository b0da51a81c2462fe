"""Config keys of mmaction 0.x on the command line, and their new names."""

from collections.abc import Callable
from typing import Any

from mmengine.config import Config

from ..errors import InputError
from .notes import say

SPLITS = ('train', 'val', 'test')
CHECKPOINT_INIT = 'mmaction_vt.FromImageModel'
WARM_UPS = ('LinearLR', 'ConstantLR')

# Old keys, and the keys that get their values.
RENAMED = {
    'checkpoint_config.interval': ('default_hooks.checkpoint.interval',),
    'checkpoint_config.max_keep_ckpts': ('default_hooks.checkpoint.max_keep_ckpts',),
    'data.videos_per_gpu': ('train_dataloader.batch_size',),
    'data.workers_per_gpu': tuple(f'{split}_dataloader.num_workers' for split in SPLITS),
    'dist_params.backend': ('env_cfg.dist_cfg.backend',),
    'evaluation.interval': ('train_cfg.val_interval',),
    'log_config.interval': ('default_hooks.logger.interval',),
    'model.backbone.use_checkpoint': ('model.backbone.with_cp',),
    'model.test_cfg.average_clips': ('model.cls_head.average_clips',),
    'optimizer_config.grad_clip': ('optim_wrapper.clip_grad',),
    'optimizer_config.grad_clip.max_norm': ('optim_wrapper.clip_grad.max_norm',),
    'optimizer_config.grad_clip.norm_type': ('optim_wrapper.clip_grad.norm_type',),
    'optimizer_config.update_interval': ('optim_wrapper.accumulative_counts',),
    'test_cfg.average_clips': ('model.cls_head.average_clips',),
}
for _split in SPLITS:
    RENAMED |= {
        f'data.{_split}.ann_file': (f'{_split}_dataloader.dataset.ann_file',),
        f'data.{_split}.num_classes': (f'{_split}_dataloader.dataset.num_classes',),
        f'data.{_split}_dataloader.videos_per_gpu': (f'{_split}_dataloader.batch_size',),
        f'data.{_split}_dataloader.workers_per_gpu': (f'{_split}_dataloader.num_workers',),
    }
# Old and new beginnings of keys; the first match counts.
PREFIXES = (
    ('optimizer.paramwise_cfg', 'optim_wrapper.paramwise_cfg'),
    ('optimizer', 'optim_wrapper.optimizer'),
)
# Keys of a schedule, the schedulers that have them, and their new names.
SCHEDULES = {
    'lr_config.gamma': (('MultiStepLR', 'StepLR', 'ExponentialLR'), 'gamma'),
    'lr_config.min_lr': (('CosineAnnealingLR',), 'eta_min'),
    'lr_config.step': (('MultiStepLR',), 'milestones'),
    'lr_config.warmup_iters': (WARM_UPS, 'end'),
    'lr_config.warmup_ratio': (WARM_UPS, 'start_factor'),
}
IGNORED = {
    'find_unused_parameters': 'every parameter is used',
    'fp16': '--amp sets the precision',
    'model.backbone.in_chans': 'frames have three channels',
    'model.backbone.num_classes': 'a backbone has no classifier: model.cls_head.num_classes',
    'model.backbone.pretrained2d': 'the file of model.backbone.init_cfg says whether it is an image model',
    'model.backbone.qk_scale': 'attention is scaled by the width of a head',
    'workflow': 'training validates every train_cfg.val_interval epochs',
}
# Sections that no longer exist, and their nearest counterparts.
NEAREST = {
    'checkpoint_config': 'default_hooks.checkpoint',
    'data': 'train_dataloader, val_dataloader and test_dataloader',
    'dist_params': 'env_cfg.dist_cfg',
    'eval_config': 'val_evaluator and test_evaluator',
    'evaluation': 'val_evaluator and test_evaluator',
    'log_config': 'default_hooks.logger and vis_backends',
    'lr_config': 'param_scheduler',
    'momentum_config': 'param_scheduler',
    'omnisource': 'train_dataloader.dataset',
    'optimizer': 'optim_wrapper.optimizer',
    'optimizer_config': 'optim_wrapper, and --amp for the precision',
    'resume_from': '--resume',
    'runner': 'train_cfg',
    'total_epochs': 'train_cfg.max_epochs',
}


def translate_keys(options: dict, config: Config) -> dict:
    """Translate keys of mmaction 0.x in ``--cfg-options``.

    Keys that the config has are kept, also if mmaction 0.x had them with another meaning.

    Args:
        options: Values by dotted keys.
        config: The config that they change.

    Returns:
        Values by new keys; a message is printed for each key that was renamed or ignored.

    Raises:
        InputError: If a key of mmaction 0.x has no counterpart.
    """
    translated = {}
    for key, value in options.items():
        if not is_old(key, config):
            translated[key] = value
        elif key in IGNORED:
            say(f'{key} is ignored: {IGNORED[key]}')
        else:
            renamed = rename(key, value, config)
            say(f'{key} is {", ".join(renamed)} here')
            translated |= renamed
    return translated


def is_old(key: str, config: Config) -> bool:
    """Whether a key is one of mmaction 0.x and not one of the config."""
    if key.startswith('model.backbone.'):
        model = config.get('model')
        backbone = model.get('backbone') if isinstance(model, dict) else None
        if not isinstance(backbone, dict):
            return False
        known = (key in RENAMED or key in SPECIAL or key in IGNORED) and key.split('.')[2] not in backbone
        return known and str(backbone.get('type')).startswith('mmaction_vt.')
    section = section_of(key)
    if key in RENAMED or key in IGNORED:
        return section not in config or key.endswith('test_cfg.average_clips')
    return section in NEAREST and section not in config


def section_of(key: str) -> str:
    return key.partition('.')[0]


def rename(key: str, value: Any, config: Config) -> dict:
    """The options that replace an old one.

    Raises:
        InputError: If there are none.
    """
    if key in SPECIAL:
        return SPECIAL[key](value, config)
    if key in RENAMED:
        return with_workers(dict.fromkeys(RENAMED[key], value))
    if key in SCHEDULES:
        kinds, name = SCHEDULES[key]
        return {f'param_scheduler.{find_scheduler(key, kinds, config)}.{name}': value}
    for old, new in PREFIXES:
        if key.startswith(f'{old}.'):
            return {new + key.removeprefix(old): value}
    raise no_counterpart(key)


def no_counterpart(key: str) -> InputError:
    nearest = NEAREST[section_of(key)]
    return InputError(f'--cfg-options names {key} of mmaction 0.x, which has no counterpart here: see {nearest}')


def with_workers(options: dict) -> dict:
    """Turn persistent workers off for a loader without workers."""
    for key in [key for key, value in options.items() if key.endswith('.num_workers') and value == 0]:
        options[key.replace('num_workers', 'persistent_workers')] = False
    return options


def find_scheduler(key: str, kinds: tuple[str, ...], config: Config) -> int:
    """The index of a scheduler in the config's list."""
    for index, scheduler in enumerate(config.get('param_scheduler') or ()):
        if scheduler['type'] in kinds:
            return index
    raise no_counterpart(key)


def set_epochs(value: int, config: Config) -> dict:
    """Set the number of epochs, also in schedulers that end with the training."""
    old = config.train_cfg.max_epochs
    options = {'train_cfg.max_epochs': value}
    for index, scheduler in enumerate(config.get('param_scheduler') or ()):
        begin = scheduler.get('begin', 0)
        if value <= begin:  # it never begins
            continue
        for name, before, after in (('end', old, value), ('T_max', old - begin, value - begin)):
            if scheduler.get(name) == before:
                options[f'param_scheduler.{index}.{name}'] = after
    return options


def start_from(value: str | None, config: Config) -> dict:
    """Set the checkpoint that the backbone starts from."""
    init_cfg = config.model.backbone.get('init_cfg')
    if value is None:
        return {'model.backbone.init_cfg': None}
    starts = init_cfg if isinstance(init_cfg, list) else [init_cfg]
    for index, start in enumerate(starts):
        if start and start['type'] == CHECKPOINT_INIT:
            place = f'init_cfg.{index}' if isinstance(init_cfg, list) else 'init_cfg'
            return {f'model.backbone.{place}.checkpoint': value}
    replaced = {'_delete_': True} if 'init_cfg' in config.model.backbone else {}
    return {'model.backbone.init_cfg': dict(replaced, type=CHECKPOINT_INIT, checkpoint=value)}


def set_prefix(split: str) -> Callable[[str, Config], dict]:
    """Set the folder of a data set's videos or frames."""

    def options(value: str, config: Config) -> dict:
        kinds = config[f'{split}_dataloader'].dataset.get('data_prefix') or {'video': None}
        return {f'{split}_dataloader.dataset.data_prefix.{kind}': value for kind in kinds}

    return options


SPECIAL: dict[str, Callable[[Any, Config], dict]] = {
    'model.backbone.pretrained': start_from,
    'resume_from': lambda value, config: {'load_from': value, 'resume': value is not None},
    'runner.max_epochs': set_epochs,
    'total_epochs': set_epochs,
    **{f'data.{split}.data_prefix': set_prefix(split) for split in SPLITS},
}
