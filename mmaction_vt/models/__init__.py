"""Models that mmaction2 lacks."""

from .backbones import Motionformer, TimeSformer

__all__ = ['Motionformer', 'TimeSformer']
