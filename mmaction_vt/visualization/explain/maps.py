"""Resizing and normalising maps of clips."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor


def resize_maps(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Maps (N, T', H', W') interpolated to the size (T, H, W) of the clips, each normalised to [0, 1]."""
    return normalise(F.interpolate(maps[:, None], size=tuple(size), mode='trilinear')[:, 0])


def normalise(maps: Tensor) -> Tensor:
    """Scale the map of each clip to [0, 1]; constant maps become 0."""
    low, high = maps.amin((1, 2, 3), keepdim=True), maps.amax((1, 2, 3), keepdim=True)
    return (maps - low) / (high - low).clamp_min(1e-20)
