"""Maps of clips: their size and their range."""

import torch.nn.functional as F
from torch import Tensor


def resize_maps(maps: Tensor, size: tuple[int, int, int]) -> Tensor:
    """Maps (N, T', H', W') at the size (T, H, W) of the clips, trilinearly, each from 0 to 1."""
    return normalise(F.interpolate(maps[:, None], size=tuple(size), mode='trilinear')[:, 0])


def normalise(maps: Tensor) -> Tensor:
    """Each clip's map from 0 to 1; all 0 where it is the same everywhere."""
    low, high = maps.amin((1, 2, 3), keepdim=True), maps.amax((1, 2, 3), keepdim=True)
    return (maps - low) / (high - low).clamp_min(1e-20)
