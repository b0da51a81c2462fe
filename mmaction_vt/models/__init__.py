"""Backbones, heads, losses, recognizers, detectors and pre-training."""

from .backbones import VJEPA2, DualFormer, Motionformer, TimeSformer, VideoMAE, ViViT
from .detectors import ActionDetector
from .heads import ActionRoIHead, AttentiveHead, MotionformerHead, TokenLabelHead, VerbNounHead
from .losses import TokenLabelLoss
from .pretraining import MaskedVideoAutoencoder
from .recognizers import TokenLabelRecognizer3D

__all__ = [
    'VJEPA2',
    'ActionDetector',
    'ActionRoIHead',
    'AttentiveHead',
    'DualFormer',
    'MaskedVideoAutoencoder',
    'Motionformer',
    'MotionformerHead',
    'TimeSformer',
    'TokenLabelHead',
    'TokenLabelLoss',
    'TokenLabelRecognizer3D',
    'VerbNounHead',
    'ViViT',
    'VideoMAE',
]
