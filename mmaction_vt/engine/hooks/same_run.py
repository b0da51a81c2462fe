"""Random numbers that follow from the seed and the step alone."""

import random
from collections.abc import Iterator

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import Runner
from torch.utils.data import Dataset

from ...registry import HOOKS


@HOOKS.register_module()
class SameRunHook(Hook):
    """Makes a training that was stopped at any step and resumed the same, bit for bit, as one that was not.

    Before each step the random numbers of the process are set anew, from the run's seed, the process's rank and the
    step's number. Data sets that have ``set_epoch`` learn the epoch and the seed, from which the random numbers of each
    sample follow, whichever worker makes it (``ForgiveBrokenVideos``, ``VideoShards``). A resumed run takes the seed,
    and the order of samples, from its checkpoint.
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        sampler = getattr(runner.train_dataloader, 'sampler', None)
        if hasattr(sampler, 'seed'):
            sampler.seed = runner.seed
        self.tell(runner)
        self.warn_of_lost_gradients(runner)

    def warn_of_lost_gradients(self, runner: Runner) -> None:
        """Say so if checkpoints are written between two steps of the optimizer."""
        passes = getattr(runner.optim_wrapper, '_accumulative_counts', 1)
        hook = next((hook for hook in runner.hooks if isinstance(hook, CheckpointHook)), None)
        if hook is None or hook.interval < 1:
            return
        steps = hook.interval * len(runner.train_dataloader) if hook.by_epoch else hook.interval
        if steps % passes:
            runner.logger.warning(
                f'Checkpoints are written every {steps} steps, and gradients are accumulated over {passes}: what is '
                'accumulated is in no checkpoint, so a resumed run begins without it'
            )

    def before_train_epoch(self, runner: Runner) -> None:
        self.tell(runner)

    def tell(self, runner: Runner) -> None:
        for dataset in parts(runner.train_dataloader.dataset):
            if hasattr(dataset, 'set_epoch'):
                dataset.set_epoch(runner.epoch, runner.seed)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: dict | None = None) -> None:
        words = np.random.SeedSequence([runner.seed, get_rank(), runner.iter]).generate_state(3)
        random.seed(int(words[0]))
        np.random.seed(words[1])
        torch.manual_seed(int(words[2]))


def parts(dataset: Dataset) -> Iterator[Dataset]:
    """A data set and those that it is made of."""
    yield dataset
    for inner in [getattr(dataset, 'dataset', None), *getattr(dataset, 'datasets', ())]:
        if inner is not None:
            yield from parts(inner)
