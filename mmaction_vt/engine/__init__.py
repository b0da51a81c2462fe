"""What training needs and mmengine lacks."""

from .image_models import FromImageModel
from .initializers import FromScratch
from .optim_wrappers import ApexOptimWrapper, MixedPrecisionOptimWrapper

__all__ = ['ApexOptimWrapper', 'FromImageModel', 'FromScratch', 'MixedPrecisionOptimWrapper']
