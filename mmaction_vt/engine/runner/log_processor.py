"""Log lines that fit on a terminal."""

from datetime import timedelta
from typing import Any

from mmengine.runner import LogProcessor as _LogProcessor
from mmengine.runner import Runner

from ...registry import LOG_PROCESSORS

LINE = 105  # characters of a line, without the time in front of it


@LOG_PROCESSORS.register_module()
class LogProcessor(_LogProcessor):
    """mmengine's log processor with a short line; scalars of JSON logs and TensorBoard are the same.

    A line of training has the epoch and step, the loss, its parts if there are several, accuracies, the learning rate,
    clips per second, memory of the GPU, the share of the time that is spent waiting for data if it exceeds a tenth, the
    gradient norm, and the remaining time. What does not fit into a line is left to the JSON log, the last named first.

    Args:
        window_size: Number of steps that values are averaged over.
        by_epoch: Whether progress is counted in epochs.
        custom_cfg: Other ways to average some of the values.
        num_digits: Decimals of mmengine's own line, which is used for metrics that are arrays.
        log_with_hierarchy: Whether names of recorded values begin with ``train/``, ``val/`` or ``test/``.
        mean_pattern: Regular expression of the values that are averaged over ``window_size`` steps.
    """

    def get_log_after_iter(self, runner: Runner, batch_idx: int, mode: str) -> tuple[dict, str]:
        """The scalars to record and the line to show, after a step."""
        tag, _ = super().get_log_after_iter(runner, batch_idx, mode)
        head = self._head(runner, batch_idx, mode)
        if mode != 'train':
            losses = [f'{name} {value:.4f}' for name, value in tag.items() if name.startswith(f'{mode}/loss')]
            return tag, '  '.join((head, *losses))
        return tag, fit(head, fields(tag), remaining(runner))

    def get_log_after_epoch(
        self, runner: Runner, batch_idx: int, mode: str, with_non_scalar: bool = False
    ) -> tuple[dict, str]:
        """The metrics to record and the line to show, after validation or a test."""
        tag, line = super().get_log_after_epoch(runner, batch_idx, mode, with_non_scalar)
        numbers = {name: value for name, value in tag.items() if isinstance(value, float)}
        if set(tag) - set(numbers) - {'data_time', 'time', 'step'}:  # arrays, such as a confusion matrix
            return tag, line
        head = f'validation, epoch {self._get_epoch(runner, mode)}' if mode == 'val' and self.by_epoch else mode
        named = [f'{name} {value:.4f}' for name, value in numbers.items() if name not in ('data_time', 'time')]
        return tag, '  '.join((head, *named))

    def _head(self, runner: Runner, batch_idx: int, mode: str) -> str:
        if not self.by_epoch and mode == 'train':
            return f'step {runner.iter + 1}/{runner.max_iters}'
        count = self._get_dataloader_size(runner, mode)
        step = f'[{str(self._get_iter(runner, batch_idx)).rjust(len(str(count)))}/{count}]'
        if mode != 'train':
            return f'{"validation" if mode == "val" else mode} {step}'
        return f'epoch {self._get_epoch(runner, mode)}/{runner.max_epochs} {step}'


def fields(tag: dict[str, Any]) -> list[str]:
    """What is shown of a step's scalars, the most important first."""
    parts = [name for name in tag if name.startswith('loss') and name != 'loss']
    losses = ['loss', *(parts if len(parts) > 1 else ())]
    shown = [f'{name} {tag[name]:.4f}' for name in losses if name in tag]
    shown += [f'{name} {value:.3f}' for name, value in tag.items() if 'acc' in name]
    if 'lr' in tag:
        shown.append(f'lr {tag["lr"]:.2g}')
    if 'clips_per_second' in tag:
        shown.append(f'{tag["clips_per_second"]:.3g} clips/s')
    if 'memory' in tag:
        shown.append(f'{tag["memory"] / 1024:.1f} GB')
    if tag.get('time') and tag.get('data_time', 0) > 0.1 * tag['time']:
        shown.append(f'data {100 * tag["data_time"] / tag["time"]:.0f} %')
    if 'grad_norm' in tag:
        shown.append(f'grad_norm {tag["grad_norm"]:.3g}')
    return shown


def remaining(runner: Runner) -> str:
    """The estimated remaining time; empty before it is known."""
    info = runner.message_hub.runtime_info
    return f'eta {timedelta(seconds=int(runner.message_hub.get_info("eta")))}' if 'eta' in info else ''


def fit(head: str, fields: list[str], end: str, length: int = LINE) -> str:
    """Join fields, without the last of them that do not fit into a line."""
    fields = list(fields)
    while fields and len('  '.join((head, *fields, end))) > length:
        fields.pop()
    return '  '.join(filter(None, (head, *fields, end)))
