"""Saving checkpoints without losing the last good one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook as _CheckpointHook
from mmengine.logging import MessageHub
from mmengine.runner import Runner

from ...registry import HOOKS

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
    and removing leaves one too many, which the resumed run removes.

    Args:
        interval: A checkpoint is written every so many epochs, or iterations; -1 for never.
        by_epoch: Whether ``interval`` and ``save_begin`` count epochs, and not iterations.
        save_optimizer: Whether the optimizer's state is stored; ``--resume`` needs it.
        save_param_scheduler: Whether the state of the schedules is stored; ``--resume`` needs it.
        out_dir: Where checkpoints go, in a folder named like the work dir; the work dir itself if it is not given.
        max_keep_ckpts: How many are kept, besides the best; -1 for all.
        save_last: Whether one is written at the end, whatever ``interval`` says.
        save_best: The metrics whose best checkpoints are kept; ``auto`` for the first that is reported.
        rule: For each of these whether ``greater`` or ``less`` is better; told from their names if it is not given.
        greater_keys: Names, or parts of names, of metrics of which more is better.
        less_keys: Those of which less is better.
        file_client_args: mmengine's older form of ``backend_args``.
        filename_tmpl: Name of a checkpoint with ``{}`` for the epoch or iteration.
        backend_args: Arguments of mmengine's file back end where ``out_dir`` is an address.
        published_keys: What of the last and best checkpoints is also stored in smaller files, such as ``state_dict``.
        save_begin: Epoch or iteration from which on checkpoints are written.
        **kwargs: Taken and ignored by mmengine.
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
