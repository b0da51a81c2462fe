"""Sinusoids along an axis, for position embeddings."""

import torch
from torch import Tensor


def sinusoids(positions: Tensor, rates: Tensor) -> Tensor:
    """Sines and cosines of ``positions`` times ``rates``.

    Args:
        positions: (L,).
        rates: Radians per step of each frequency, (K,).

    Returns:
        (L, K, 2), the sine first.
    """
    angles = positions[:, None] * rates
    return torch.stack((angles.sin(), angles.cos()), dim=2)


def sinusoidal_embed(length: int, dims: int) -> Tensor:
    """The fixed position embedding of the transformer (Vaswani et al., 2017, section 3.5).

    Args:
        length: Number of positions L.
        dims: Channels C.

    Returns:
        (L, C): sines at even and cosines at odd channels, with falling frequencies.
    """
    rates = 10000.0 ** (-torch.arange(0, dims, 2, dtype=torch.float64) / dims)
    positions = torch.arange(length, dtype=torch.float64)
    return sinusoids(positions, rates).flatten(1)[:, :dims].float()
