"""Stopping a training on a signal without losing progress."""

import signal
from collections.abc import Sequence
from types import FrameType
from typing import Any

import torch
from mmengine.dist import all_reduce, get_world_size
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner

from ...errors import InputError
from ...registry import HOOKS
from ...utils.systems import signals
from .checkpoint import INTERRUPTED

VALIDATION = 'interrupted_validation'  # in a checkpoint: whether it is to be repeated
SIGNALS = signals('SIGTERM', 'SIGINT', 'SIGUSR1')


@HOOKS.register_module()
class InterruptHook(Hook):
    """On SIGTERM, SIGINT (Ctrl-C) or SIGUSR1, writes a checkpoint after the optimizer's next step and exits.

    During validation, it does so after the next batch, and ``--resume`` repeats the validation. The exit status is 128
    plus the signal's number, as shells and schedulers expect: 143 for SIGTERM. Whichever process of a distributed
    training gets the signal, all stop after the same step or batch: every few steps or batches they ask each other,
    which waits for the GPU. ``--resume`` continues with the next step. A second Ctrl-C exits at once. Windows has no
    SIGUSR1.

    Args:
        interval: Steps, or batches of a validation, after which several processes ask each other; one process stops at
            its next step.

    Raises:
        InputError: If the interval is less than one.
    """

    priority = 'LOWEST'

    def __init__(self, interval: int = 10) -> None:
        if interval < 1:
            raise InputError(f'interval of InterruptHook must be at least 1, not {interval}')
        self.interval = interval
        self.received = 0
        self.agreed = 0
        self.previous: dict[int, Any] = {}
        self.num_val_batches = 0

    def before_train(self, runner: Runner) -> None:
        self.received = self.agreed = 0
        for number in SIGNALS:
            self.previous[number] = signal.signal(number, self.receive)
        if VALIDATION in runner.message_hub.runtime_info and runner.message_hub.get_info(VALIDATION):
            runner.message_hub.update_info(VALIDATION, False)
            if runner.val_loop is not None:
                runner.logger.info('The validation that was interrupted is repeated')
                runner.val_loop.run()

    def after_train(self, runner: Runner) -> None:
        self.restore()

    def receive(self, number: int, frame: FrameType | None) -> None:
        if self.received and number == signal.SIGINT:
            self.restore()
            raise KeyboardInterrupt
        self.received = number

    def restore(self) -> None:
        while self.previous:
            signal.signal(*self.previous.popitem())

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None, outputs: dict | None = None
    ) -> None:
        self.ask(runner, runner.iter)
        if self.agreed and runner.optim_wrapper.should_update():  # a checkpoint has no accumulated gradients
            self.stop(runner, self.agreed, runner.iter + 1)

    def before_val_epoch(self, runner: Runner) -> None:
        """Count the batches that all processes have: only after these can they agree on a signal."""
        if self.previous:
            loader = runner.val_dataloader
            batches = torch.tensor(len(loader) if hasattr(loader.dataset, '__len__') else 0)
            if get_world_size() > 1:
                batches = batches.to(next(runner.model.parameters()).device)
                all_reduce(batches, 'min')
            self.num_val_batches = int(batches)

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None, outputs: Sequence | None = None
    ) -> None:
        if not self.previous or (batch_idx >= self.num_val_batches and get_world_size() > 1):
            return
        self.ask(runner, batch_idx)
        if not self.agreed:
            return
        for hook in runner.hooks:
            if isinstance(hook, EMAHook):
                hook.after_val_epoch(runner)  # gives the model its own weights back, with which training continues
        runner.message_hub.update_info(VALIDATION, True)
        self.stop(runner, self.agreed, runner.iter)

    def stop(self, runner: Runner, number: int, steps: int) -> None:
        """Write a checkpoint after this number of steps, and exit.

        Raises:
            SystemExit: With 128 plus the signal's number.
        """
        name = INTERRUPTED.format(steps)
        runner.save_checkpoint(runner.work_dir, name, meta=dict(epoch=runner.epoch, iter=steps), by_epoch=False)
        runner.logger.warning(f'{signal.Signals(number).name}: wrote {name}; --resume continues from it')
        self.restore()
        raise SystemExit(128 + number)

    def ask(self, runner: Runner, index: int) -> None:
        """Agree on a signal after a step or batch with this index, if it is the turn of one."""
        if get_world_size() == 1:
            self.agreed = self.received
        elif not self.agreed and (index + 1) % self.interval == 0:
            self.agreed = self.reduce_signal(next(runner.model.parameters()).device)

    def reduce_signal(self, device: torch.device) -> int:
        """The signal that any process has received; 0 if none has. Collective: every process must call it."""
        number = torch.tensor(self.received, device=device)
        all_reduce(number, 'max')
        return int(number)
