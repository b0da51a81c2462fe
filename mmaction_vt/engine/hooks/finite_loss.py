"""Stopping a training whose loss is not finite."""

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...errors import InputError
from ...registry import HOOKS


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Logs the videos of each batch whose loss is infinite or NaN, and stops training after several in a row.

    Args:
        most_in_a_row: Consecutive batches that stop the training.

    Raises:
        InputError: (while training) If that many consecutive losses are not finite.
    """

    def __init__(self, most_in_a_row: int = 5) -> None:
        if most_in_a_row < 1:
            raise InputError(f'most_in_a_row of FiniteLossHook must be at least 1, not {most_in_a_row}')
        self.most_in_a_row = most_in_a_row
        self.in_a_row = 0

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None, outputs: dict | None = None
    ) -> None:
        loss = (outputs or {}).get('loss')
        if loss is None or torch.isfinite(torch.as_tensor(loss)).all():
            self.in_a_row = 0
            return
        self.in_a_row += 1
        samples = data_batch.get('data_samples', []) if isinstance(data_batch, dict) else []
        names = ', '.join(str(sample.metainfo.get('video_name', 'an unnamed video')) for sample in samples)
        runner.logger.warning(f'the loss of step {runner.iter + 1} is {float(loss)}; videos: {names}')
        if self.in_a_row >= self.most_in_a_row:
            raise InputError(
                f'the loss of {self.in_a_row} steps in a row is not finite; videos of the last one: {names}; try a '
                'lower learning rate, clip_grad, or bf16 instead of fp16 (default_hooks.finite_loss.most_in_a_row sets '
                'the limit)'
            )
