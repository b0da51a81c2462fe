"""Pictures: arrays in, arrays or files out; and what they show, apart from drawing it."""

from .draw.clips import read_clip, write_clip
from .draw.gallery import draw_gallery
from .draw.overlay import contact_sheet, draw_overlay
from .draw.paths import draw_paths, point_grid
from .draw.predictions import draw_predictions
from .explain.activation_maps import ActivationMaps, activation_maps
from .explain.methods import clip_maps
from .explain.rollout import attention_rollout, class_token_attention
from .explain.trajectories import Trajectories, trajectories

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
