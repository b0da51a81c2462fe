"""Resuming a training: the checkpoint is checked against the runner before anything is taken from it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import EMAHook, Hook
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner

from ...checkpoints.layouts.base import check_shapes, key_mismatch
from ...checkpoints.resumable import check_resumable, is_count
from ...checkpoints.tensors import check_finite, check_tensors, shown
from ...errors import InputError
from ..hooks.checkpoint import NOTE
from ..optimizers.saved_state import check_saved_state

# What a malformed part makes mmengine and PyTorch raise.
CAUSED = (LookupError, TypeError, ValueError, AttributeError, AssertionError, ArithmeticError, RuntimeError)


class _CheckHook(Hook):
    """Checks a checkpoint that is resumed before other hooks and the runner see it."""

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        check_against(runner, checkpoint)


def resume_checked(resume: Callable[..., None], runner: Runner, path: str, *args: Any, **kwargs: Any) -> None:
    """Resume from a checkpoint after it was checked.

    Args:
        resume: mmengine's ``Runner.resume``.
        runner: The runner.
        path: The checkpoint.
        *args: Further arguments of ``resume``.
        **kwargs: Likewise.

    Raises:
        InputError: If the checkpoint cannot be resumed; nothing was trained.
    """
    hook = _CheckHook()
    runner.register_hook(hook, 'HIGHEST')
    with _named(path):
        resume(runner, path, *args, **kwargs)
    runner.hooks.remove(hook)


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Say which checkpoint cannot be resumed; what mmengine raises while it takes the parts is caused by them."""
    try:
        yield
    except InputError as error:
        text = str(error)
        raise InputError(text if str(path) in text else f'{path} cannot be resumed: {text}') from error
    except torch.OutOfMemoryError:
        raise
    except CAUSED as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(f'{path} cannot be resumed: {type(error).__name__}, {reason}') from error


def check_against(runner: Runner, checkpoint: dict) -> None:
    """Check the parts of a checkpoint against the model, the optimizer, the schedules and the hooks of a runner.

    What mmengine would execute or delete because a file says so is taken out of the checkpoint.

    Raises:
        InputError: If a part is missing or does not fit; the message names it.
    """
    check_resumable(checkpoint)
    checkpoint['meta'].pop('config', None)  # mmengine would execute it
    _keep_own_files(runner, checkpoint['message_hub']['runtime_info'])
    stepped = checkpoint['meta']['iter'] > 0
    if isinstance(runner.optim_wrapper, OptimWrapperDict):
        for name, wrapper in runner.optim_wrapper.items():
            check_saved_state(checkpoint['optimizer'].get(name), wrapper.optimizer, stepped)
    elif isinstance(runner.optim_wrapper, OptimWrapper):
        check_saved_state(checkpoint['optimizer'], runner.optim_wrapper.optimizer, stepped)
    _check_schedules(runner.param_schedulers, checkpoint)
    for hook in runner.hooks:
        if isinstance(hook, EMAHook) and 'ema_state_dict' in checkpoint:
            _check_averages(checkpoint['ema_state_dict'], hook, checkpoint['state_dict'])


def _keep_own_files(runner: Runner, info: dict[str, Any]) -> None:
    """Forget files outside the run's folders, which checkpoint hooks would remove as superseded."""
    folders = {Path(runner.work_dir).resolve()}
    for hook in runner.hooks:
        out_dir = getattr(hook, 'out_dir', None)
        if isinstance(out_dir, str):
            folders |= {Path(out_dir).resolve(), Path(out_dir).resolve() / Path(runner.work_dir).name}

    def is_own(path: object) -> bool:
        return isinstance(path, str) and path.endswith('.pth') and Path(path).resolve().parent in folders

    if NOTE in info:
        paths = info[NOTE] if isinstance(info[NOTE], (list, tuple)) else ()
        info[NOTE] = [path for path in paths if is_own(path)]
    for key in [key for key in info if key.startswith(('best_ckpt', 'last_ckpt')) and not is_own(info[key])]:
        del info[key]


def _check_schedules(schedules: Any, checkpoint: dict) -> None:
    """Check the states of parameter schedulers, which mmengine takes attribute by attribute."""
    if isinstance(schedules, dict):
        saved = checkpoint.get('param_schedulers', {})
        for name, entries in schedules.items():
            part = saved.get(name) if isinstance(saved, dict) else None
            _check_schedules(entries, {} if part is None else {'param_schedulers': part})
        return
    if not schedules or not all(hasattr(schedule, 'state_dict') for schedule in schedules):
        return
    saved = checkpoint.get('param_schedulers')
    if not isinstance(saved, list) or len(saved) != len(schedules):
        count = f'{len(saved)} states of schedules' if isinstance(saved, list) else 'no states of schedules'
        raise InputError(f'it has {count} (param_schedulers), the config has {len(schedules)} schedules')
    for number, (theirs, ours) in enumerate(zip(saved, (schedule.state_dict() for schedule in schedules), strict=True)):
        what = f'the state of schedule {number} (param_schedulers)'
        if not isinstance(theirs, dict):
            raise InputError(f'{what} is a {type(theirs).__name__}; expected a dict')
        wrong = [key for key in (*ours, *theirs) if (key in ours) != (key in theirs)]
        if wrong:
            raise InputError(f'{what} is of another kind of schedule: one of the two has no {shown(wrong[0])}')
        wrong = [key for key in ours if not _are_alike(theirs[key], ours[key])]
        if wrong:
            got, expected = shown(theirs[wrong[0]]), ours[wrong[0]]
            raise InputError(f'{shown(wrong[0])} in {what} is {got}; expected one as {expected!r}')


def _are_alike(value: object, other: object) -> bool:
    """Whether two values are of one kind: numbers, lists of as many, or of one type."""
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_are_alike, value, other))
    if isinstance(other, (int, float)) and not isinstance(other, bool):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and not isnan(value)
    return type(value) is type(other) or (other is None and isinstance(value, (int, float)))


def _check_averages(saved: Any, hook: EMAHook, weights: dict) -> None:
    """Check averaged weights, which mmengine exchanges with the model's by their names."""
    if not isinstance(saved, dict) or not all(isinstance(key, str) for key in saved):
        raise InputError(f'its ema_state_dict is a {type(saved).__name__}; expected a dict of tensors')
    expected = hook.ema_model.state_dict()
    mismatch = key_mismatch(saved, expected)
    if mismatch:
        raise InputError(f'its ema_state_dict does not match the averaged model: {mismatch}')
    own = {key: value for key, value in saved.items() if key.startswith('module.')}
    check_tensors(own, 'its ema_state_dict')
    check_shapes(own, expected)
    check_finite(own, 'its ema_state_dict')
    if not is_count(int(saved['steps'])):
        raise InputError(f'the steps in its ema_state_dict are {int(saved["steps"])}')
    missing = [key for key in own if key.removeprefix('module.') not in weights]
    if missing:
        raise InputError(f'missing keys: {missing[0].removeprefix("module.")}, which its ema_state_dict has')
    exchanged = {key: weights[key.removeprefix('module.')] for key in own}
    check_tensors(exchanged)
    check_shapes(exchanged, expected)
