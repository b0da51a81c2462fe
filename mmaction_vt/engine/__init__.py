"""What training needs and mmengine lacks."""

from .broken_videos_hook import BrokenVideosHook
from .image_models import FromImageModel
from .initializers import FromScratch
from .layer_decay import LayerDecayOptimWrapperConstructor
from .optim_wrappers import ApexOptimWrapper, MixedPrecisionOptimWrapper
from .shards_hook import ShardsHook

__all__ = [
    'ApexOptimWrapper',
    'BrokenVideosHook',
    'FromImageModel',
    'FromScratch',
    'LayerDecayOptimWrapperConstructor',
    'MixedPrecisionOptimWrapper',
    'ShardsHook',
]
