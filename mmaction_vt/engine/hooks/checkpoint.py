"""Saving checkpoints without losing the last good one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook as _CheckpointHook
from mmengine.logging import MessageHub
from mmengine.runner import Runner

from ...registry import HOOKS

INTERRUPTED = 'interrupted_iter_{}.pth'
NOTE = 'checkpoints_to_remove'


class _RemoveLater:
    """A file backend that defers removals; the list of pending ones is part of the next checkpoint."""

    def __init__(self, backend: Any, message_hub: MessageHub) -> None:
        self.backend = backend
        self.message_hub = message_hub
        self.pending: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        if name not in ('remove', 'rmtree'):
            return getattr(self.backend, name)
        return lambda path: self.defer(name, path)

    def defer(self, name: str, path: str) -> None:
        self.pending.append((name, path))
        self.message_hub.update_info(NOTE, [path for _, path in self.pending])

    def remove_now(self) -> None:
        for name, path in self.pending:
            getattr(self.backend, name)(path)


@HOOKS.register_module()
class CheckpointHook(_CheckpointHook):
    """mmengine's ``CheckpointHook``, which removes an old checkpoint only after the new one is complete on disk.

    The checkpoint of ``InterruptHook`` is removed when the next one is written. A run that is killed between writing
    and removing leaves one checkpoint too many, which the resumed run removes.

    Args:
        interval: Epochs, or iterations, between two checkpoints; -1 for no checkpoints.
        by_epoch: Whether ``interval`` and ``save_begin`` count epochs rather than iterations.
        save_optimizer: Whether to store the optimizer's state, which ``--resume`` needs.
        save_param_scheduler: Whether to store the state of the schedules, which ``--resume`` needs.
        out_dir: Parent of the folder for checkpoints, which is named like the work dir. Default: the work dir itself.
        max_keep_ckpts: Number of checkpoints to keep besides the best; -1 for all.
        save_last: Whether to write a checkpoint at the end, whatever ``interval`` is.
        save_best: Metrics whose best checkpoints are kept; ``auto`` for the first that is reported.
        rule: For each of them, whether ``greater`` or ``less`` is better. Default: inferred from their names.
        greater_keys: Names, or parts of names, of metrics for which greater is better.
        less_keys: Those for which less is better.
        file_client_args: mmengine's older form of ``backend_args``.
        filename_tmpl: Name of a checkpoint with ``{}`` for the epoch or iteration.
        backend_args: Arguments of mmengine's file backend if ``out_dir`` is an address.
        published_keys: Entries of the last and best checkpoints to store in smaller files too, such as ``state_dict``.
        save_begin: Epoch or iteration of the first checkpoint.
        **kwargs: Accepted and ignored by mmengine.
    """

    file_backend: Any

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
