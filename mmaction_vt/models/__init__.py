"""Models that mmaction2 lacks."""

from .backbones import TimeSformer

__all__ = ['TimeSformer']
