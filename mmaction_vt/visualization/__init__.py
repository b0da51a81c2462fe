"""Pictures: arrays in, arrays or files out."""

from .clips import read_clip, write_clip
from .predictions import draw_predictions

__all__ = ['draw_predictions', 'read_clip', 'write_clip']
