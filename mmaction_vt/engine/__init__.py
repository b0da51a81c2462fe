"""Training: hooks, optimizers and the runner."""

from .hooks import (
    BrokenVideosHook,
    CheckpointHook,
    FiniteLossHook,
    InterruptHook,
    ParameterGroupsHook,
    SameRunHook,
    ThroughputHook,
)
from .optimizers import ApexOptimWrapper, LayerDecayOptimWrapperConstructor, MixedPrecisionOptimWrapper
from .runner import EpochBasedTrainLoop, FullyShardedModel, Runner, ZeroRedundancyOptimizer

__all__ = [
    'ApexOptimWrapper',
    'BrokenVideosHook',
    'CheckpointHook',
    'EpochBasedTrainLoop',
    'FiniteLossHook',
    'FullyShardedModel',
    'InterruptHook',
    'LayerDecayOptimWrapperConstructor',
    'MixedPrecisionOptimWrapper',
    'ParameterGroupsHook',
    'Runner',
    'SameRunHook',
    'ThroughputHook',
    'ZeroRedundancyOptimizer',
]
