"""Training throughput."""

from collections import deque
from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor

from ...errors import InputError
from ...registry import HOOKS


@HOOKS.register_module()
class ThroughputHook(Hook):
    """Logs ``clips_per_second`` of all processes together, including data loading, averaged over the last steps.

    Args:
        window_size: Number of steps to average over.

    Raises:
        InputError: If it is less than one.
    """

    def __init__(self, window_size: int = 20) -> None:
        if window_size < 1:
            raise InputError(f'window_size of ThroughputHook must be at least 1, not {window_size}')
        self.steps: deque[tuple[int, float]] = deque(maxlen=window_size)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        clips = get_world_size() * count_clips(data_batch['inputs'])
        self.steps.append((clips, runner.message_hub.get_scalar('train/time').current()))
        clips, seconds = (sum(column) for column in zip(*self.steps, strict=True))
        runner.message_hub.update_scalar('train/clips_per_second', clips / seconds)


def count_clips(inputs: Tensor | list) -> int:
    """Clips in a batch: a tensor (N, clips, 3, T, H, W), or a nested list of tensors without N."""
    if isinstance(inputs, Tensor):
        return len(inputs) * inputs.shape[1] if inputs.ndim == 6 else len(inputs)
    return sum(count_clips(part) for part in inputs)
