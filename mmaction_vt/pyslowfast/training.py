"""Optimizer, schedule and batch size of a config, from the settings of PySlowFast."""

from itertools import pairwise

from .settings import Settings
from .tables import TIMESFORMER

MIXED = 'mmaction_vt.MixedPrecisionOptimWrapper'


def set_batch(config: dict, settings: Settings, family: str) -> str:
    """Set the batch size per GPU and the gradient accumulation.

    Returns:
        A sentence on the batch size.
    """
    gpus, shards = max(settings['NUM_GPUS'], 1), settings['NUM_SHARDS']
    batch = settings['TRAIN.BATCH_SIZE']
    per_gpu = max(batch // gpus, 1)
    passes = 1
    if family == TIMESFORMER:  # its code accumulates gradients over this many videos
        passes = max(settings['GLOBAL_BATCH_SIZE'] // (batch * shards), 1)
    config['train_dataloader']['batch_size'] = per_gpu
    wrapper = config['optim_wrapper']
    if passes > 1 or 'accumulative_counts' in wrapper:
        wrapper['accumulative_counts'] = passes
    config['auto_scale_lr']['base_batch_size'] = per_gpu * gpus * shards
    counts = f'{shards} machines with ' if shards > 1 else ''
    again = f', {passes} passes' if passes > 1 else ''
    step = per_gpu * gpus * shards * passes
    rest = f' TRAIN.BATCH_SIZE {batch} is no multiple of them.' if batch % gpus else ''
    return f'A step has {step} videos: {counts}{gpus} GPUs with {per_gpu} each{again}.{rest}'


def set_optimizer(config: dict, settings: Settings) -> None:
    """Set the optimizer, the precision and gradient clipping."""
    method, rate = settings['SOLVER.OPTIMIZING_METHOD'], settings['SOLVER.BASE_LR']
    if settings['SOLVER.BASE_LR_SCALE_NUM_SHARDS']:
        rate *= settings['NUM_SHARDS']
    momentum, dampening = settings['SOLVER.MOMENTUM'], settings['SOLVER.DAMPENING']
    nesterov, decay = settings['SOLVER.NESTEROV'], settings['SOLVER.WEIGHT_DECAY']
    optimizer = dict(type={'adam': 'Adam', 'adamw': 'AdamW'}.get(method, 'SGD'), lr=rate, weight_decay=decay)
    if method == 'sgd':
        optimizer |= dict(momentum=momentum, **({'dampening': dampening} if dampening else {}))
        optimizer |= dict(nesterov=True) if nesterov else {}
    wrapper = config['optim_wrapper']
    wrapper['optimizer'] = optimizer
    wrapper.pop('precision', None)
    wrapper['type'] = 'OptimWrapper'
    if settings['SOLVER.USE_MIXED_PRECISION']:
        wrapper |= dict(type=MIXED, precision='bf16')
    wrapper.pop('clip_grad', None)
    if settings['SOLVER.CLIP_GRAD']:
        wrapper['clip_grad'] = dict(max_norm=settings['SOLVER.CLIP_GRAD'])


def set_schedule(config: dict, settings: Settings) -> list[str]:
    """Set the number of epochs and the learning rate schedule.

    Returns:
        Settings that could not be converted.
    """
    epochs, policy = settings['SOLVER.MAX_EPOCH'], settings['SOLVER.LR_POLICY']
    steps, rates = settings['SOLVER.STEPS'], settings['SOLVER.LRS']
    end, warm_up, start = (settings[f'SOLVER.{name}'] for name in ('COSINE_END_LR', 'WARMUP_EPOCHS', 'WARMUP_START_LR'))
    config['train_cfg']['max_epochs'] = epochs
    if policy == 'steps_with_relative_lrs' and len(steps) == len(rates) > 0:
        config['optim_wrapper']['optimizer']['lr'] *= rates[0]
        schedulers = multi_step(steps[1:], rates, epochs)
    elif policy == 'cosine':
        cosine = dict(type='CosineAnnealingLR', T_max=epochs, eta_min=end, by_epoch=True, begin=0, end=epochs)
        schedulers = [dict(cosine, convert_to_iter_based=True)]
    else:
        return [f'SOLVER.LR_POLICY = {policy}: param_scheduler sets it']
    if warm_up:
        factor = round(start / settings['SOLVER.BASE_LR'], 9)
        linear = dict(type='LinearLR', start_factor=factor, by_epoch=True, begin=0, end=warm_up)
        schedulers.insert(0, dict(linear, convert_to_iter_based=True))
    config['param_scheduler'] = schedulers
    return []


def multi_step(milestones: list, rates: list, epochs: int) -> list[dict]:
    """Schedulers for learning rates that change at milestones, one per factor."""
    factors = [round(after / before, 9) for before, after in pairwise(rates)]
    by_factor: dict[float, list] = {}
    for milestone, factor in zip(milestones, factors, strict=True):
        by_factor.setdefault(factor, []).append(milestone)
    step = dict(type='MultiStepLR', begin=0, end=epochs, by_epoch=True)
    return [dict(step, milestones=steps, gamma=factor) for factor, steps in by_factor.items()]
