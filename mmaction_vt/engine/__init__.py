"""What training needs and mmengine lacks."""

from .image_models import FromImageModel
from .initializers import FromScratch
from .optim_wrappers import MixedPrecisionOptimWrapper

__all__ = ['FromImageModel', 'FromScratch', 'MixedPrecisionOptimWrapper']
