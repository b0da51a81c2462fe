"""Saving checkpoints without losing the last good one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook as _CheckpointHook
from mmengine.runner import Runner

from ..registry import HOOKS

INTERRUPTED = 'interrupted_iter_{}.pth'


class _RemoveLater:
    """A file back end that only notes what it is told to remove."""

    def __init__(self, backend: object) -> None:
        self.backend = backend
        self.noted: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> object:
        if name in ('remove', 'rmtree'):
            return lambda path: self.noted.append((name, path))
        return getattr(self.backend, name)

    def remove_now(self) -> None:
        for name, path in self.noted:
            getattr(self.backend, name)(path)


@HOOKS.register_module()
class CheckpointHook(_CheckpointHook):
    """mmengine's ``CheckpointHook``, which removes an old checkpoint only when the new one is whole on the disk.

    What ``InterruptHook`` wrote is removed when the next checkpoint is written. Arguments are mmengine's.
    """

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict) -> None:
        with self._removing_later():
            super()._save_checkpoint_with_step(runner, step, meta)
        if is_main_process():
            for path in Path(runner.work_dir).glob(INTERRUPTED.format('*')):
                path.unlink()

    def _save_best_checkpoint(self, runner: Runner, metrics: dict) -> None:
        with self._removing_later():
            super()._save_best_checkpoint(runner, metrics)

    @contextmanager
    def _removing_later(self) -> Iterator[None]:
        backend = self.file_backend
        self.file_backend = later = _RemoveLater(backend)
        try:
            yield
        finally:
            self.file_backend = backend
        later.remove_now()
