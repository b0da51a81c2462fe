"""Pictures: arrays in, arrays or files out; and what they show, apart from drawing it."""

from .activation_maps import ActivationMaps, activation_maps
from .clips import read_clip, write_clip
from .gallery import draw_gallery
from .methods import clip_maps
from .overlay import contact_sheet, draw_overlay
from .paths import draw_paths, point_grid
from .predictions import draw_predictions
from .rollout import attention_rollout, class_token_attention
from .trajectories import Trajectories, trajectories

__all__ = [
    'ActivationMaps',
    'Trajectories',
    'activation_maps',
    'attention_rollout',
    'class_token_attention',
    'clip_maps',
    'contact_sheet',
    'draw_gallery',
    'draw_overlay',
    'draw_paths',
    'draw_predictions',
    'point_grid',
    'read_clip',
    'trajectories',
    'write_clip',
]
