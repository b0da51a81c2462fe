"""Optimizer wrappers and their constructors."""

from .layer_decay import LayerDecayOptimWrapperConstructor
from .optim_wrappers import ApexOptimWrapper, MixedPrecisionOptimWrapper

__all__ = ['ApexOptimWrapper', 'LayerDecayOptimWrapperConstructor', 'MixedPrecisionOptimWrapper']
