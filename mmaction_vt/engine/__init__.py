"""What training needs and mmengine lacks."""

from .initializers import FromScratch

__all__ = ['FromScratch']
