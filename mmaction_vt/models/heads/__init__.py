"""Heads: features in, scores out."""

from torch import Tensor, nn

from .action_roi_head import ActionRoIHead
from .attentive_head import AttentiveHead
from .motionformer_head import MotionformerHead
from .multi_label_head import MultiLabelHead
from .token_label_head import TokenLabelHead
from .verb_noun_head import VerbNounHead

__all__ = [
    'ActionRoIHead',
    'AttentiveHead',
    'MotionformerHead',
    'MultiLabelHead',
    'TokenLabelHead',
    'VerbNounHead',
    'classifiers_of',
    'score_classes',
    'thresholds_of',
]

CLASS = 'class'  # name of the classifier of a head with only one


def classifiers_of(head: nn.Module) -> dict[str, int]:
    """The number of classes of each classifier of a head; the key is ``class`` for a head with only one."""
    return dict(getattr(head, 'tasks', None) or {CLASS: head.num_classes})


def thresholds_of(head: nn.Module) -> list[float] | None:
    """The threshold of each class of a head for several labels; None for others, whose probabilities sum to 1."""
    return head.thresholds if isinstance(head, MultiLabelHead) else None


def score_classes(head: nn.Module, features: Tensor) -> Tensor | dict[str, Tensor]:
    """Class scores (logits) of clips.

    Args:
        head: The head; from one with token scores too, only the class scores are returned.
        features: The backbone's output.

    Returns:
        (N, classes), or a dict of such tensors from a head with several classifiers.
    """
    return head.class_scores(features) if isinstance(head, TokenLabelHead) else head(features)
