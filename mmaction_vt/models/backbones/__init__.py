"""Backbones: clips (N, 3, T, H, W) to a class token (N, C) or a feature map (N, C, T', H', W')."""

from .dualformer import DualFormer
from .motionformer import Motionformer
from .timesformer import TimeSformer
from .videomae import VideoMAE
from .vivit import ViViT
from .vivit_factorised_encoder import BenchmarkFactorisedEncoderViViT, FactorisedEncoderViViT
from .vjepa2 import VJEPA2

__all__ = [
    'VJEPA2',
    'BenchmarkFactorisedEncoderViViT',
    'DualFormer',
    'FactorisedEncoderViViT',
    'Motionformer',
    'TimeSformer',
    'ViViT',
    'VideoMAE',
]
