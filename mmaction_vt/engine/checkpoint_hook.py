"""Saving checkpoints without losing the last good one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook as _CheckpointHook
from mmengine.logging import MessageHub
from mmengine.runner import Runner

from ..registry import HOOKS

INTERRUPTED = 'interrupted_iter_{}.pth'


NOTE = 'checkpoints_to_remove'


class _RemoveLater:
    """A file back end that only notes what it is told to remove, also in what the next checkpoint will hold."""

    def __init__(self, backend: object, message_hub: MessageHub) -> None:
        self.backend = backend
        self.message_hub = message_hub
        self.noted: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> object:
        if name not in ('remove', 'rmtree'):
            return getattr(self.backend, name)
        return lambda path: self.note(name, path)

    def note(self, name: str, path: str) -> None:
        self.noted.append((name, path))
        self.message_hub.update_info(NOTE, [path for _, path in self.noted])

    def remove_now(self) -> None:
        for name, path in self.noted:
            getattr(self.backend, name)(path)


@HOOKS.register_module()
class CheckpointHook(_CheckpointHook):
    """mmengine's ``CheckpointHook``, which removes an old checkpoint only when the new one is whole on the disk.

    What ``InterruptHook`` wrote is removed when the next checkpoint is written. A run that was killed between writing
    and removing leaves one too many, which the resumed run removes. Arguments are mmengine's.
    """

    def before_train(self, runner: Runner) -> None:
        super().before_train(runner)
        if runner._resume and is_main_process() and NOTE in runner.message_hub.runtime_info:
            for path in runner.message_hub.get_info(NOTE):
                if path != runner._load_from and self.file_backend.isfile(path):
                    self.file_backend.remove(path)

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict) -> None:
        with self._removing_later(runner):
            super()._save_checkpoint_with_step(runner, step, meta)
        if is_main_process():
            for path in Path(runner.work_dir).glob(INTERRUPTED.format('*')):
                path.unlink()

    def _save_best_checkpoint(self, runner: Runner, metrics: dict) -> None:
        with self._removing_later(runner):
            super()._save_best_checkpoint(runner, metrics)

    @contextmanager
    def _removing_later(self, runner: Runner) -> Iterator[None]:
        backend = self.file_backend
        self.file_backend = later = _RemoveLater(backend, runner.message_hub)
        try:
            yield
        finally:
            self.file_backend = backend
        later.remove_now()
