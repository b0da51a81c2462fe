"""Labels of tokens: what a teacher says each place and time of a clip shows (Jiang et al., 2021, "All Tokens Matter").

A teacher's scores of a token are kept as its best few: their values and their classes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ...errors import InputError

Grid = tuple[int, int, int]


class TokenLabels(NamedTuple):
    """The best k classes of each token.

    Attributes:
        values: Their logits (N, T, H, W, k), the highest first.
        indices: Which classes they are (N, T, H, W, k).
    """

    values: Tensor
    indices: Tensor

    @property
    def grid(self) -> Grid:
        return tuple(self.values.shape[1:4])


def top_token_labels(logits: Tensor, num_top: int) -> TokenLabels:
    """The labels in a teacher's logits (N, T, H, W, classes)."""
    return TokenLabels(*logits.topk(min(num_top, logits.shape[-1]), dim=-1))


def soft_labels(labels: TokenLabels, num_classes: int, clean: bool = False) -> Tensor:
    """The probabilities (N, T, H, W, classes) that a student is to give to the classes of each token.

    Args:
        labels: The labels.
        num_classes: Number of classes.
        clean: Whether the classes beyond the best few get no probability. Otherwise their logits count as 0 in the
            softmax, as in the published training: each of 400 classes then gets some.
    """
    values = labels.values.float()
    others = values.new_full((*values.shape[:-1], num_classes), float('-inf') if clean else 0.0)
    return others.scatter(-1, labels.indices.long(), values).softmax(-1)


def common_grid(first: Sequence[int], second: Sequence[int]) -> Grid:
    """The finest grid that tokens on both grids can be averaged to: the smaller number in each dimension.

    Args:
        first: Times, rows and columns.
        second: Times, rows and columns.

    Raises:
        InputError: If they have other rows and columns, or the times are no multiple of each other.
    """
    (few, many), places = sorted((first[0], second[0])), tuple(first[1:])
    if places != tuple(second[1:]) or many % few:
        one, other = ('x'.join(map(str, grid)) for grid in (first, second))
        raise InputError(
            f'tokens of {one} and of {other} times, rows and columns cannot be compared: rows and columns have to be '
            'equal and one number of times a multiple of the other; choose a teacher and a student that fit'
        )
    return (few, *places)


def to_grid(scores: Tensor, grid: Grid) -> Tensor:
    """Token scores (N, T, H, W, classes), averaged over times to a grid from ``common_grid``."""
    if tuple(scores.shape[1:4]) == tuple(grid):
        return scores
    return scores.unflatten(1, (grid[0], -1)).mean(2)


def soft_cross_entropy(scores: Tensor, probabilities: Tensor) -> Tensor:
    """The mean over everything but the last dimension of - sum p log softmax(scores)."""
    return -(probabilities * F.log_softmax(scores.float(), dim=-1)).sum(-1).mean()


def stack(samples: Sequence[TokenLabels], device: torch.device) -> TokenLabels:
    """One batch of labels from those of single clips (T, H, W, k)."""
    return TokenLabels(*(torch.stack(parts).to(device) for parts in zip(*samples, strict=True)))
