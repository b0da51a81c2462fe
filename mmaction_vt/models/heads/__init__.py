"""Heads: features in, scores out."""

from .motionformer_head import MotionformerHead
from .token_label_head import TokenLabelHead
from .verb_noun_head import VerbNounHead

__all__ = ['MotionformerHead', 'TokenLabelHead', 'VerbNounHead']
