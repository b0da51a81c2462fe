"""Backbones: (N, 3, T, H, W) in, a class token or a feature map out."""

from .dualformer import DualFormer
from .motionformer import Motionformer
from .timesformer import TimeSformer
from .vivit import ViViT

__all__ = ['DualFormer', 'Motionformer', 'TimeSformer', 'ViViT']
