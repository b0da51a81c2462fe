"""What training needs and mmengine lacks."""

from .broken_videos_hook import BrokenVideosHook
from .checkpoint_hook import CheckpointHook
from .finite_loss_hook import FiniteLossHook
from .image_models import FromImageModel
from .initializers import FromScratch
from .interrupt_hook import InterruptHook
from .layer_decay import LayerDecayOptimWrapperConstructor
from .loops import EpochBasedTrainLoop
from .optim_wrappers import ApexOptimWrapper, MixedPrecisionOptimWrapper
from .parameter_groups_hook import ParameterGroupsHook
from .runner import Runner
from .same_run_hook import SameRunHook
from .sharding import FullyShardedModel, ZeroRedundancyOptimizer
from .throughput_hook import ThroughputHook

__all__ = [
    'ApexOptimWrapper',
    'BrokenVideosHook',
    'CheckpointHook',
    'EpochBasedTrainLoop',
    'FiniteLossHook',
    'FromImageModel',
    'FromScratch',
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
