"""Visualisation: ``explain`` computes what a model attends to, as arrays; ``draw`` makes pictures of arrays."""

from .draw.clips import write_clip
from .draw.gallery import draw_gallery
from .draw.overlay import contact_sheet, draw_overlay
from .draw.paths import draw_paths
from .draw.predictions import draw_predictions
from .explain.activation_maps import ActivationMaps, activation_maps
from .explain.methods import clip_maps
from .explain.rollout import attention_rollout, class_token_attention
from .explain.trajectories import Trajectories, point_grid, trajectories
from .frames import read_clip

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
