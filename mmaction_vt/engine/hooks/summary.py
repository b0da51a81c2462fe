"""A summary before training, and what to do after it."""

import logging
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner
from torch import nn

from ...models.heads import ActionRoIHead, classifiers_of
from ...registry import HOOKS
from ..optimizers import MixedPrecisionOptimWrapper
from ..runner.terminal import FOR_TERMINAL
from .checkpoint import CheckpointHook


@HOOKS.register_module()
class SummaryHook(Hook):
    """Logs what is to be trained in ten lines, and afterwards the best checkpoint and the command that tests it."""

    priority = 'LOWEST'

    def before_train(self, runner: Runner) -> None:
        if is_main_process():
            rows = summarise(runner)
            width = max(map(len, rows))
            lines = [f'  {name.ljust(width)}  {text}' for name, text in rows.items()]
            runner.logger.info('\n'.join(('Training', *lines)), extra=FOR_TERMINAL)

    def after_train(self, runner: Runner) -> None:
        checkpoint = best_or_last(runner)
        if checkpoint is None or not is_main_process():
            return
        score = runner.message_hub.runtime_info.get('best_score')
        words = f'the best checkpoint, {score:.4f}' if isinstance(score, float) else 'the last checkpoint'
        config = relative(Path(runner.cfg.filename)) if runner.cfg.filename else 'CONFIG'
        runner.logger.info(f'Trained. {checkpoint} is {words}.')
        if not hasattr(unwrapped(runner), 'cls_head'):
            runner.logger.info(f'Fine-tune from it: python tools/train.py CONFIG --cfg-options load_from={checkpoint}')
            return
        boxes = isinstance(unwrapped(runner).cls_head, ActionRoIHead)
        metric = '' if boxes else ' --eval top_k_accuracy'
        runner.logger.info(f'Test it: python tools/test.py {config} {checkpoint}{metric}')


def summarise(runner: Runner) -> dict[str, str]:
    """What a training does, by name."""
    model = unwrapped(runner)
    loader, loop = runner.train_dataloader, runner.train_loop
    batch = loader.batch_size or getattr(loader.batch_sampler, 'batch_size', 1)
    world, accumulated = get_world_size(), runner.optim_wrapper._accumulative_counts
    steps = f'{loop.max_iters} steps'
    if loop.max_iters == loop.max_epochs * len(loader):
        steps = f'{loop.max_epochs} epochs of {len(loader)} steps'
    rows = {
        'model': f'{type(model.backbone).__name__}, {describe_parameters(model)}',
        'classes': ' and '.join(map(str, classifiers_of(model.cls_head).values()))
        if hasattr(model, 'cls_head')
        else '',
        'videos': f'{len(loader.dataset)} for training'
        + (f', {len(runner.val_dataloader.dataset)} for validation' if runner.val_loop else ''),
        'batch': f'{batch} videos'
        + (f' x {world} processes' if world > 1 else '')
        + (f' x {accumulated} steps accumulated' if accumulated > 1 else ''),
        'length': steps,
        'device': describe_device(next(model.parameters()).device),
        'precision': precision_of(runner),
        'optimizer': describe_optimizer(runner.optim_wrapper),
        'resumed': f'at step {runner.iter}' if runner.iter else '',
        'work dir': str(runner.work_dir),
        'log': log_file(runner.logger),
    }
    return {name: text for name, text in rows.items() if text}


def unwrapped(runner: Runner) -> Any:
    """The model of a runner, without a wrapper for distributed training."""
    return runner.model.module if is_model_wrapper(runner.model) else runner.model


def describe_parameters(model: nn.Module) -> str:
    total = sum(parameter.numel() for parameter in model.parameters())
    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    words = f'{total / 1e6:.1f} M parameters'
    return words if total == trained else f'{words}, {trained / 1e6:.1f} M of them trained'


def describe_device(device: torch.device) -> str:
    if device.type == 'cuda':
        return f'{device}, {torch.cuda.get_device_name(device)}'
    return f'cpu, {torch.get_num_threads()} threads' if device.type == 'cpu' else str(device)


def precision_of(runner: Runner) -> str:
    """The precision of a training step."""
    if isinstance(runner.optim_wrapper, MixedPrecisionOptimWrapper):
        return 'bfloat16 autocast'
    if isinstance(runner.optim_wrapper, AmpOptimWrapper):
        return f'{runner.optim_wrapper.cast_dtype or "float16"} autocast'.removeprefix('torch.')
    hint = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    return 'float32 (--amp bf16 is faster on this GPU)' if hint else 'float32'


def describe_optimizer(wrapper: Any) -> str:
    rates = sorted({group.get('initial_lr', group['lr']) for group in wrapper.optimizer.param_groups})
    rate = f'{rates[0]:.2g}' if len(rates) == 1 else f'{rates[0]:.2g} to {rates[-1]:.2g}'
    return f'{type(wrapper.optimizer).__name__}, learning rate {rate}'


def log_file(logger: logging.Logger) -> str:
    files = [handler.baseFilename for handler in logger.handlers if isinstance(handler, logging.FileHandler)]
    return str(relative(Path(files[0]))) if files else ''


def relative(path: Path) -> Path:
    """A path relative to the current folder, if it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def best_or_last(runner: Runner) -> Path | None:
    """The best checkpoint of a run, or the last; None if none was written."""
    hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
    paths = [runner.message_hub.runtime_info.get(key) for key in ('best_ckpt', 'last_ckpt')] if hooks else []
    found = [Path(path) for path in paths if path and Path(path).is_file()]
    return relative(found[0]) if found else None
