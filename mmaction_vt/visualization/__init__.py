"""Pictures: arrays in, arrays or files out; and what they show, apart from drawing it."""

from .activation_maps import ActivationMaps, activation_maps
from .clips import read_clip, write_clip
from .gallery import draw_gallery
from .overlay import contact_sheet, draw_overlay
from .predictions import draw_predictions

__all__ = [
    'ActivationMaps',
    'activation_maps',
    'contact_sheet',
    'draw_gallery',
    'draw_overlay',
    'draw_predictions',
    'read_clip',
    'write_clip',
]
