"""Initialisation: from scratch, or from an image or a video model."""

from .from_image_model import FromImageModel
from .from_scratch import FromScratch

__all__ = ['FromImageModel', 'FromScratch']
