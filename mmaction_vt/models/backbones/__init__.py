"""Backbones: (N, 3, T, H, W) in, a class token or a feature map out."""

from .dualformer import DualFormer
from .motionformer import Motionformer
from .timesformer import TimeSformer
from .vivit import ViViT
from .vivit_factorised_encoder import BenchmarkFactorisedEncoderViViT, FactorisedEncoderViViT

__all__ = [
    'BenchmarkFactorisedEncoderViViT',
    'DualFormer',
    'FactorisedEncoderViViT',
    'Motionformer',
    'TimeSformer',
    'ViViT',
]
