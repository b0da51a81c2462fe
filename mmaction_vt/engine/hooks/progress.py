"""A live progress bar."""

import sys
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from rich.console import Console
from rich.file_proxy import FileProxy
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ...registry import HOOKS
from ..runner.terminal import terminal_handlers


@HOOKS.register_module()
class ProgressHook(Hook):
    """Shows a progress bar for each epoch of training, validation and testing, below the lines of the log.

    Only in the main process, and only if it writes to a terminal.

    Args:
        console: Where it is shown. Default: the standard output.
    """

    priority = 'LOWEST'

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(file=sys.stdout)
        self.progress: Progress | None = None
        self.task = TaskID(0)
        self.streams: list[tuple[Any, Any]] = []

    def before_train_epoch(self, runner: Runner) -> None:
        self._start(runner, f'epoch {runner.epoch + 1}/{runner.max_epochs}', len(runner.train_dataloader))

    def before_val_epoch(self, runner: Runner) -> None:
        self._start(runner, 'validation', len(runner.val_dataloader))

    def before_test_epoch(self, runner: Runner) -> None:
        self._start(runner, 'test', len(runner.test_dataloader))

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        self._advance(batch_idx)

    def after_val_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        self._advance(batch_idx)

    def after_test_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        self._advance(batch_idx)

    def after_train_epoch(self, runner: Runner) -> None:
        self._stop()

    def after_val_epoch(self, runner: Runner, metrics: Any = None) -> None:
        self._stop()

    def after_test_epoch(self, runner: Runner, metrics: Any = None) -> None:
        self._stop()

    def after_run(self, runner: Runner) -> None:
        self._stop()

    def close(self) -> None:
        """Remove the bar, also after an error."""
        self._stop()

    def _start(self, runner: Runner, words: str, count: int) -> None:
        self._stop()
        if not (is_main_process() and self.console.is_terminal):
            return
        columns = (TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.progress = Progress(*columns, console=self.console, transient=True)
        self.task = self.progress.add_task(words, total=count)
        self.progress.start()
        for handler in terminal_handlers(runner.logger):  # lines of the log go above the bar
            self.streams.append((handler, handler.stream))
            handler.setStream(FileProxy(self.console, handler.stream))

    def _advance(self, batch_idx: int) -> None:
        if self.progress is not None:
            self.progress.update(self.task, completed=batch_idx + 1)

    def _stop(self) -> None:
        for handler, stream in self.streams:
            handler.setStream(stream)
        self.streams = []
        if self.progress is not None:
            self.progress.stop()
            self.progress = None
