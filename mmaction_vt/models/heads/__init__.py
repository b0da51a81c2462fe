"""Heads: features in, scores out."""

from torch import Tensor, nn

from .motionformer_head import MotionformerHead
from .token_label_head import TokenLabelHead
from .verb_noun_head import VerbNounHead

__all__ = ['MotionformerHead', 'TokenLabelHead', 'VerbNounHead', 'classifiers_of', 'score_classes']

CLASS = 'class'  # what the classifier of a head with one is called


def classifiers_of(head: nn.Module) -> dict[str, int]:
    """The number of classes of each classifier of a head; that of a head with one is called ``class``."""
    return dict(getattr(head, 'tasks', None) or {CLASS: head.num_classes})


def score_classes(head: nn.Module, features: Tensor) -> Tensor | dict[str, Tensor]:
    """Raw scores (N, classes) of clips from a backbone's features; a dict of them from a head with several classifiers.

    Of a head that scores tokens too, the scores of the classes.
    """
    return head.class_scores(features) if isinstance(head, TokenLabelHead) else head(features)
