"""Models that mmaction2 lacks."""

from .backbones import DualFormer, Motionformer, TimeSformer
from .heads import MotionformerHead, VerbNounHead

__all__ = ['DualFormer', 'Motionformer', 'MotionformerHead', 'TimeSformer', 'VerbNounHead']
