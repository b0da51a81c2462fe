"""Tubes of tokens: the same patches in every frame, of which some are kept and the others left out."""

import torch
from torch import Tensor


def random_tubes(num_samples: int, num_patches: int, num_kept: int, device: torch.device | str = 'cpu') -> Tensor:
    """Draw the patches that each sample keeps, with PyTorch's generator (Tong et al., 2022, section 3.3).

    Args:
        num_samples: Batch size N.
        num_patches: Patches P of a frame.
        num_kept: How many K of them are kept.
        device: Where the tensor is made.

    Returns:
        (N, K), numbers of patches, row by row from the upper left, in ascending order.
    """
    order = torch.rand(num_samples, num_patches, device=device).argsort(1)
    return order[:, :num_kept].sort(1).values


def other_tubes(keep: Tensor, num_patches: int) -> Tensor:
    """The patches (N, P - K) that are not among those that are kept (N, K), in ascending order."""
    left_out = torch.ones(len(keep), num_patches, dtype=torch.int8, device=keep.device).scatter_(1, keep, 0)
    return left_out.argsort(stable=True, dim=1, descending=True)[:, : num_patches - keep.shape[1]]


def keep_tubes(tokens: Tensor, keep: Tensor | None, num_frames: int = 1, cls_tokens: int = 0) -> Tensor:
    """The tokens of some patches, the same in every frame.

    What is left has the order that the tokens of frames of K patches have.

    Args:
        tokens: (N, X + F * P, C): X class tokens, then F frames of P patches.
        keep: Patches of each sample (N, K); None for all.
        num_frames: F.
        cls_tokens: X, which are kept.

    Returns:
        (N, X + F * K, C).
    """
    if keep is None:
        return tokens
    num_samples, length, _ = tokens.shape
    num_patches = (length - cls_tokens) // num_frames
    frames = cls_tokens + num_patches * torch.arange(num_frames, device=keep.device)
    places = (frames[:, None] + keep[:, None]).flatten(1)  # (N, F * K)
    if cls_tokens:
        first = torch.arange(cls_tokens, device=keep.device).expand(num_samples, -1)
        places = torch.cat((first, places), dim=1)
    rows = places + length * torch.arange(num_samples, device=keep.device)[:, None]
    return tokens.flatten(0, 1).index_select(0, rows.flatten()).unflatten(0, places.shape)
