"""Training by epochs that can be resumed inside of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from mmengine.runner import EpochBasedTrainLoop as _EpochBasedTrainLoop
from torch.utils.data import Sampler

from ...registry import LOOPS


class _Rest(Sampler):
    """What a sampler gives after its first samples."""

    def __init__(self, sampler: Sampler, start: int) -> None:
        self.sampler = sampler
        self.start = start

    def __iter__(self) -> Iterator[int]:
        return islice(iter(self.sampler), self.start, None)

    def __len__(self) -> int:
        return len(self.sampler) - self.start


@LOOPS.register_module()
class EpochBasedTrainLoop(_EpochBasedTrainLoop):
    """mmengine's loop, which goes on after the last step that a checkpoint knows, also inside an epoch.

    Samples that were seen before are passed over without being read.

    Args:
        runner: The runner; a config does not name it.
        dataloader: The training loader, which the runner takes from ``train_dataloader``.
        max_epochs: Epochs of the training.
        val_begin: Epoch of the first validation.
        val_interval: Epochs between validations.
        dynamic_intervals: Pairs of an epoch and the interval of validations from there on.
    """

    def run_epoch(self) -> None:
        done = self._iter - self._epoch * len(self.dataloader)
        if not 0 < done <= len(self.dataloader):
            super().run_epoch()
            return
        self.runner.logger.info(f'Epoch {self._epoch + 1} goes on after its step {done} of {len(self.dataloader)}')
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        if done < len(self.dataloader):
            with self._without(done):
                for index, batch in enumerate(self.dataloader, start=done):
                    self.run_iter(index, batch)
        self.runner.call_hook('after_train_epoch')
        self._epoch += 1

    @contextmanager
    def _without(self, batches: int) -> Iterator[None]:
        """Let the loader leave out the first batches."""
        batch_sampler = self.dataloader.batch_sampler
        sampler = batch_sampler.sampler
        batch_sampler.sampler = _Rest(sampler, batches * batch_sampler.batch_size)
        try:
            yield
        finally:
            batch_sampler.sampler = sampler
