"""Pictures: arrays in, arrays or files out."""

from .clips import read_clip, write_clip
from .gallery import draw_gallery
from .predictions import draw_predictions

__all__ = ['draw_gallery', 'draw_predictions', 'read_clip', 'write_clip']
