"""Backbones, heads, losses and recognizers."""

from .backbones import DualFormer, Motionformer, TimeSformer, ViViT
from .heads import MotionformerHead, TokenLabelHead, VerbNounHead
from .losses import TokenLabelLoss
from .recognizers import TokenLabelRecognizer3D

__all__ = [
    'DualFormer',
    'Motionformer',
    'MotionformerHead',
    'TimeSformer',
    'TokenLabelHead',
    'TokenLabelLoss',
    'TokenLabelRecognizer3D',
    'VerbNounHead',
    'ViViT',
]
