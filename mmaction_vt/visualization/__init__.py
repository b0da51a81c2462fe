"""Visualisation: ``explain`` computes what a model attends to, as arrays; ``draw`` makes pictures of arrays.

matplotlib is loaded when a name that draws is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .draw.clips import write_clip
    from .draw.gallery import draw_gallery
    from .draw.overlay import contact_sheet, draw_overlay
    from .draw.paths import draw_paths
    from .draw.predictions import draw_predictions
    from .explain.activation_maps import ActivationMaps, activation_maps
    from .explain.explanation import Explanation, explain_video
    from .explain.methods import clip_maps
    from .explain.rollout import attention_rollout, class_token_attention
    from .explain.trajectories import Trajectories, point_grid, trajectories
    from .frames import read_clip
    from .show import Shown

__all__ = [
    'ActivationMaps',
    'Explanation',
    'Shown',
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
    'explain_video',
    'point_grid',
    'read_clip',
    'trajectories',
    'write_clip',
]

# The modules of the public names.
PLACES = {
    'ActivationMaps': 'explain.activation_maps',
    'Explanation': 'explain.explanation',
    'Shown': 'show',
    'Trajectories': 'explain.trajectories',
    'activation_maps': 'explain.activation_maps',
    'attention_rollout': 'explain.rollout',
    'class_token_attention': 'explain.rollout',
    'clip_maps': 'explain.methods',
    'contact_sheet': 'draw.overlay',
    'draw_gallery': 'draw.gallery',
    'draw_overlay': 'draw.overlay',
    'draw_paths': 'draw.paths',
    'draw_predictions': 'draw.predictions',
    'explain_video': 'explain.explanation',
    'point_grid': 'explain.trajectories',
    'read_clip': 'frames',
    'trajectories': 'explain.trajectories',
    'write_clip': 'draw.clips',
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f'{__name__}.{name}')
    return getattr(import_module(f'.{PLACES[name]}', __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *PLACES})
