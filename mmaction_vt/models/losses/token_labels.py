"""Labels of a clip's tokens from a teacher (Jiang et al., 2021, "All Tokens Matter").

Of a token's logits the largest few are kept: their values and their classes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ...errors import InputError

Grid = tuple[int, int, int]


class TokenLabels(NamedTuple):
    """The top-k classes of each token.

    Attributes:
        values: Their logits (N, T, H, W, k), the largest first.
        indices: Their classes (N, T, H, W, k).
    """

    values: Tensor
    indices: Tensor

    @property
    def grid(self) -> Grid:
        _, frames, rows, columns, _ = self.values.shape
        return frames, rows, columns


def top_token_labels(logits: Tensor, num_top: int) -> TokenLabels:
    """Labels from a teacher's logits (N, T, H, W, classes): the top ``num_top`` classes, or all if there are fewer."""
    return TokenLabels(*logits.topk(min(num_top, logits.shape[-1]), dim=-1))


def soft_labels(labels: TokenLabels, num_classes: int, clean: bool = False) -> Tensor:
    """The target probabilities (N, T, H, W, classes) of a student's tokens.

    Args:
        labels: The labels.
        num_classes: Number of classes.
        clean: Whether the classes beyond the top k have a probability of 0. Otherwise their logits are 0 in the
            softmax, as in the published training.
    """
    values = labels.values.float()
    others = values.new_full((*values.shape[:-1], num_classes), float('-inf') if clean else 0.0)
    return others.scatter(-1, labels.indices.long(), values).softmax(-1)


def common_grid(first: Sequence[int], second: Sequence[int]) -> Grid:
    """The finest grid that tokens on both grids can be averaged to: the one with fewer frames.

    Args:
        first: Frames, rows and columns.
        second: Frames, rows and columns.

    Raises:
        InputError: If rows or columns differ, or neither number of frames is a multiple of the other.
    """
    few, many = sorted((first[0], second[0]))
    _, rows, columns = first
    if (rows, columns) != tuple(second[1:]) or many % few:
        one, other = ('x'.join(map(str, grid)) for grid in (first, second))
        raise InputError(
            f'tokens of {one} and of {other} frames, rows and columns cannot be compared: rows and columns must be '
            'equal and one number of frames a multiple of the other; choose a teacher and a student that fit'
        )
    return few, rows, columns


def to_grid(scores: Tensor, grid: Grid) -> Tensor:
    """Token scores (N, T, H, W, classes), averaged over frames to a grid from ``common_grid``."""
    if tuple(scores.shape[1:4]) == tuple(grid):
        return scores
    return scores.unflatten(1, (grid[0], -1)).mean(2)


def soft_cross_entropy(scores: Tensor, probabilities: Tensor) -> Tensor:
    """The mean of - sum p log softmax(scores), the sum being over the last dimension."""
    return -(probabilities * F.log_softmax(scores.float(), dim=-1)).sum(-1).mean()


def stack(samples: Sequence[TokenLabels], device: torch.device) -> TokenLabels:
    """A batch of labels from those of single clips (T, H, W, k)."""
    return TokenLabels(*(torch.stack(parts).to(device) for parts in zip(*samples, strict=True)))
