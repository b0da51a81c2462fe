"""Ending a training whose loss is no number."""

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...errors import InputError
from ...registry import HOOKS


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Names the videos of each batch whose loss is infinite or not a number, and ends after several in a row.

    Args:
        most_in_a_row: How many batches in a row end the training.

    Raises:
        InputError: (while training) If there are as many.
    """

    def __init__(self, most_in_a_row: int = 5) -> None:
        if most_in_a_row < 1:
            raise InputError(f'most_in_a_row of FiniteLossHook is at least 1, not {most_in_a_row}')
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
        names = ', '.join(str(sample.metainfo.get('video_name', 'a video without a name')) for sample in samples)
        runner.logger.warning(f'the loss of step {runner.iter + 1} is {float(loss)}; its videos: {names}')
        if self.in_a_row >= self.most_in_a_row:
            raise InputError(
                f'the loss of {self.in_a_row} steps in a row is no finite number, the last of these videos: {names}; '
                'try a lower learning rate, clip_grad, or bf16 instead of fp16 '
                '(default_hooks.finite_loss.most_in_a_row allows more)'
            )
