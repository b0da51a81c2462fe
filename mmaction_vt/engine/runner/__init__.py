"""The runner: loops that resume within an epoch, sharded models and optimizers."""

from .loops import EpochBasedTrainLoop
from .runner import Runner, check_shardable
from .sharding import FullyShardedModel, ZeroRedundancyOptimizer

__all__ = ['EpochBasedTrainLoop', 'FullyShardedModel', 'Runner', 'ZeroRedundancyOptimizer', 'check_shardable']
