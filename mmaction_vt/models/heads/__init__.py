"""Heads: a class token (N, C) in, scores out."""

from .motionformer_head import MotionformerHead
from .verb_noun_head import VerbNounHead

__all__ = ['MotionformerHead', 'VerbNounHead']
