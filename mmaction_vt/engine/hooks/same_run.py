"""Random numbers that depend on the seed and the step alone."""

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
    """Makes a training that was stopped at any step and resumed equal, bit for bit, to one that was not.

    Before each step the process's random number generators are seeded with the run's seed, the process's rank and the
    step. Data sets with ``set_epoch`` are given the epoch and the seed, from which they seed each sample, whichever
    worker loads it (``ForgiveBrokenVideos``, ``VideoShards``). A resumed run takes the seed, and the order of samples,
    from its checkpoint.
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        sampler = getattr(runner.train_dataloader, 'sampler', None)
        if sampler is not None and hasattr(sampler, 'seed'):
            sampler.seed = runner.seed
        self.set_epoch(runner)
        self.warn_about_lost_gradients(runner)

    def warn_about_lost_gradients(self, runner: Runner) -> None:
        """Log a warning if checkpoints are written between two steps of the optimizer."""
        passes = getattr(runner.optim_wrapper, '_accumulative_counts', 1)
        hook = next((hook for hook in runner.hooks if isinstance(hook, CheckpointHook)), None)
        if hook is None or hook.interval < 1:
            return
        steps = hook.interval * len(runner.train_dataloader) if hook.by_epoch else hook.interval
        if steps % passes:
            runner.logger.warning(
                f'Checkpoints are written every {steps} steps, but gradients are accumulated over {passes}: '
                'checkpoints do not contain accumulated gradients, so a resumed run starts without them'
            )

    def before_train_epoch(self, runner: Runner) -> None:
        self.set_epoch(runner)

    def set_epoch(self, runner: Runner) -> None:
        for dataset in flatten(runner.train_dataloader.dataset):
            if hasattr(dataset, 'set_epoch'):
                dataset.set_epoch(runner.epoch, runner.seed)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: dict | None = None) -> None:
        seeds = np.random.SeedSequence([runner.seed, get_rank(), runner.iter]).generate_state(3)
        random.seed(int(seeds[0]))
        np.random.seed(seeds[1])
        torch.manual_seed(int(seeds[2]))


def flatten(dataset: Dataset) -> Iterator[Dataset]:
    """A data set and all that it wraps or concatenates."""
    yield dataset
    for inner in [getattr(dataset, 'dataset', None), *getattr(dataset, 'datasets', ())]:
        if inner is not None:
            yield from flatten(inner)
