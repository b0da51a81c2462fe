"""Training: hooks, optimizers and the runner."""

from .hooks import (
    BrokenVideosHook,
    CheckpointHook,
    ClassWeightsHook,
    FiniteLossHook,
    InterruptHook,
    ParameterGroupsHook,
    ProgressHook,
    SameRunHook,
    SummaryHook,
    ThroughputHook,
)
from .optimizers import ApexOptimWrapper, LayerDecayOptimWrapperConstructor, MixedPrecisionOptimWrapper
from .runner import EpochBasedTrainLoop, FullyShardedModel, LogProcessor, Runner, ZeroRedundancyOptimizer

__all__ = [
    'ApexOptimWrapper',
    'BrokenVideosHook',
    'CheckpointHook',
    'ClassWeightsHook',
    'EpochBasedTrainLoop',
    'FiniteLossHook',
    'FullyShardedModel',
    'InterruptHook',
    'LayerDecayOptimWrapperConstructor',
    'LogProcessor',
    'MixedPrecisionOptimWrapper',
    'ParameterGroupsHook',
    'ProgressHook',
    'Runner',
    'SameRunHook',
    'SummaryHook',
    'ThroughputHook',
    'ZeroRedundancyOptimizer',
]
