"""Losses."""

from .asymmetric_loss import AsymmetricLoss
from .token_label_loss import TokenLabelLoss
from .token_labels import TokenLabels, common_grid, soft_labels, to_grid, top_token_labels

__all__ = [
    'AsymmetricLoss',
    'TokenLabelLoss',
    'TokenLabels',
    'common_grid',
    'soft_labels',
    'to_grid',
    'top_token_labels',
]
