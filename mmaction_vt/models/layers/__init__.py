"""Layers: tensors in, tensors out; one idea per file."""

from .attention import Attention, MultiHeadAttention
from .attention_approximations import APPROXIMATIONS, Nystrom, Orthoformer, Performer, build_approximation
from .attentive_pooling import AttentivePooling, CrossAttention
from .block import Block
from .drop_path import DropPath, drop_path_rates
from .dualformer_attention import GlobalPyramidAttention, LocalWindowAttention, from_windows, to_windows
from .dualformer_blocks import Downsample, PositionConv, StratifiedBlock
from .mlp import Mlp
from .motionformer_attention import DividedAttention
from .motionformer_blocks import DividedBlock
from .patch_embed import PatchEmbed2D, PatchEmbed3D, grid_of, to_pair, tubelets_of
from .position_embed import resize_grid_embed, resize_joint_embed, resize_time_embed
from .roi_pooling import RoIPooling
from .rotary import RotaryAttention, rotary_table
from .simple_feature_pyramid import SimpleFeaturePyramid
from .sinusoids import sinusoidal_embed, sinusoids
from .timesformer_blocks import DividedSpaceTimeBlock
from .trajectory_attention import TrajectoryAttention
from .tubes import keep_tubes, other_tubes, random_tubes
from .vivit_blocks import FactorisedDotProductAttention, FactorisedSelfAttentionBlock
from .weight_init import init_linear_layers, shrink_branches

__all__ = [
    'APPROXIMATIONS',
    'Attention',
    'AttentivePooling',
    'Block',
    'CrossAttention',
    'DividedAttention',
    'DividedBlock',
    'DividedSpaceTimeBlock',
    'Downsample',
    'DropPath',
    'FactorisedDotProductAttention',
    'FactorisedSelfAttentionBlock',
    'GlobalPyramidAttention',
    'LocalWindowAttention',
    'Mlp',
    'MultiHeadAttention',
    'Nystrom',
    'Orthoformer',
    'PatchEmbed2D',
    'PatchEmbed3D',
    'Performer',
    'PositionConv',
    'RoIPooling',
    'RotaryAttention',
    'SimpleFeaturePyramid',
    'StratifiedBlock',
    'TrajectoryAttention',
    'build_approximation',
    'drop_path_rates',
    'from_windows',
    'grid_of',
    'init_linear_layers',
    'keep_tubes',
    'other_tubes',
    'random_tubes',
    'resize_grid_embed',
    'resize_joint_embed',
    'resize_time_embed',
    'rotary_table',
    'shrink_branches',
    'sinusoidal_embed',
    'sinusoids',
    'to_pair',
    'to_windows',
    'tubelets_of',
]
