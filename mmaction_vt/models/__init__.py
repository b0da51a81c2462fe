"""Models that mmaction2 lacks."""

from .backbones import Motionformer, TimeSformer
from .heads import MotionformerHead, VerbNounHead

__all__ = ['Motionformer', 'MotionformerHead', 'TimeSformer', 'VerbNounHead']
