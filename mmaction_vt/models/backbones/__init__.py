"""Backbones: (N, 3, T, H, W) in, a class token or a feature map out."""

from .motionformer import Motionformer
from .timesformer import TimeSformer

__all__ = ['Motionformer', 'TimeSformer']
