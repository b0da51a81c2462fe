"""The runner: loops that resume within an epoch, sharded models and optimizers, the log."""

from .log_processor import LogProcessor
from .loops import EpochBasedTrainLoop
from .runner import Runner, check_shardable
from .sharding import FullyShardedModel, ZeroRedundancyOptimizer

__all__ = [
    'EpochBasedTrainLoop',
    'FullyShardedModel',
    'LogProcessor',
    'Runner',
    'ZeroRedundancyOptimizer',
    'check_shardable',
]
