"""Epoch-based training that can be resumed within an epoch."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from mmengine.runner import EpochBasedTrainLoop as _EpochBasedTrainLoop
from torch.utils.data import Sampler

from ...registry import LOOPS


class _RemainingSamples(Sampler):
    """The samples of a sampler from a given one on."""

    def __init__(self, sampler: Any, start: int) -> None:
        self.sampler = sampler
        self.start = start

    def __iter__(self) -> Iterator[int]:
        return islice(iter(self.sampler), self.start, None)

    def __len__(self) -> int:
        return len(self.sampler) - self.start


@LOOPS.register_module()
class EpochBasedTrainLoop(_EpochBasedTrainLoop):
    """mmengine's loop, which also resumes within an epoch, after the last step of the checkpoint.

    Samples of earlier steps are skipped without being read.

    Args:
        runner: The runner, which passes itself.
        dataloader: The training loader, which the runner builds from ``train_dataloader``.
        max_epochs: Number of epochs.
        val_begin: Epoch of the first validation.
        val_interval: Epochs between validations.
        dynamic_intervals: Pairs of an epoch and the validation interval from then on.
    """

    def run_epoch(self) -> None:
        done = self._iter - self._epoch * len(self.dataloader)
        if not 0 < done <= len(self.dataloader):
            super().run_epoch()
            return
        self.runner.logger.info(f'Epoch {self._epoch + 1} resumes after step {done} of {len(self.dataloader)}')
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        if done < len(self.dataloader):
            with self._skipping(done):
                for index, batch in enumerate(self.dataloader, start=done):
                    self.run_iter(index, batch)
        self.runner.call_hook('after_train_epoch')
        self._epoch += 1

    @contextmanager
    def _skipping(self, batches: int) -> Iterator[None]:
        """Make the loader skip the first batches."""
        batch_sampler = self.dataloader.batch_sampler
        sampler = batch_sampler.sampler
        batch_sampler.sampler = _RemainingSamples(sampler, batches * batch_sampler.batch_size)
        try:
            yield
        finally:
            batch_sampler.sampler = sampler
