"""Layers: tensors in, tensors out; one idea per file."""

from .attention import Attention
from .block import Block
from .divided_block import DividedSpaceTimeBlock
from .drop_path import DropPath, drop_path_rates
from .mlp import Mlp
from .patch_embed import PatchEmbed2D, grid_of, to_pair
from .position_embed import resize_grid_embed, resize_time_embed

__all__ = [
    'Attention',
    'Block',
    'DividedSpaceTimeBlock',
    'DropPath',
    'Mlp',
    'PatchEmbed2D',
    'drop_path_rates',
    'grid_of',
    'resize_grid_embed',
    'resize_time_embed',
    'to_pair',
]
