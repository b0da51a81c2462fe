"""Stopping a training on a signal without losing progress."""

import signal
from types import FrameType
from typing import Any

import torch
from mmengine.dist import all_reduce, get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...registry import HOOKS
from .checkpoint import INTERRUPTED

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)


@HOOKS.register_module()
class InterruptHook(Hook):
    """On SIGTERM, SIGINT (Ctrl-C) or SIGUSR1, writes a checkpoint after the optimizer's next step and exits.

    The exit status is 128 plus the signal's number, as shells and schedulers expect: 143 for SIGTERM. Whichever process
    of a distributed training gets the signal, all stop after the same step. ``--resume`` continues with the next step.
    A second Ctrl-C exits at once.
    """

    priority = 'LOWEST'

    def __init__(self) -> None:
        self.received = 0
        self.previous: dict[int, Any] = {}

    def before_train(self, runner: Runner) -> None:
        self.received = 0
        for number in SIGNALS:
            self.previous[number] = signal.signal(number, self.receive)

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
        number = self.reduce_signal(next(runner.model.parameters()).device)
        if not number or not runner.optim_wrapper.should_update():  # a checkpoint has no accumulated gradients
            return
        name = INTERRUPTED.format(runner.iter + 1)
        runner.save_checkpoint(
            runner.work_dir, name, meta=dict(epoch=runner.epoch, iter=runner.iter + 1), by_epoch=False
        )
        runner.logger.warning(f'{signal.Signals(number).name}: wrote {name}; --resume continues from it')
        self.restore()
        raise SystemExit(128 + number)

    def reduce_signal(self, device: torch.device) -> int:
        """The signal that any process has received; 0 if none has."""
        if get_world_size() == 1:
            return self.received
        number = torch.tensor(self.received, device=device)
        all_reduce(number, 'max')
        return int(number)
