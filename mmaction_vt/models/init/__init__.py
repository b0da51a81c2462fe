"""Initialisation: from scratch, or from a model of images or videos."""

from .from_image_model import FromImageModel
from .from_scratch import FromScratch

__all__ = ['FromImageModel', 'FromScratch']
