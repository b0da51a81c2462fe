"""Telling data sets of shards the epoch."""

from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..registry import HOOKS


@HOOKS.register_module()
class ShardsHook(Hook):
    """Before each epoch of training, a ``VideoShards`` learns its number, from which its order follows."""

    def before_train_epoch(self, runner: Runner) -> None:
        dataset = runner.train_dataloader.dataset
        if hasattr(dataset, 'set_epoch'):
            dataset.set_epoch(runner.epoch)
