"""Scaled dot-product attention, in the form and in the parts that suit a device."""

import torch
import torch.nn.functional as F
from torch import Tensor

# CUDA's fused kernels take at most so many samples, and their backward pass counts elements, lengths rounded up to
# whole tiles, in 32 bits (PyTorch issues 142228 and 146704). A program that is exported on a CPU takes any batch.
LIMITED = {'cuda'}
MOST_SAMPLES = 65_535
MOST_ELEMENTS = 2**31 - 1
TILE = 128
# Up to this length, by device, two batched products are faster than a fused kernel, whose tiles would be mostly empty;
# from so many bytes of queries on, below which launching more kernels costs more (benchmarks/short_attention.py).
SHORT = {'cuda': 16}
LEAST_BYTES = 1 << 25


def dot_product_attention(q: Tensor, k: Tensor, v: Tensor, dropout_p: float = 0.0) -> Tensor:
    """``softmax(q k^T / sqrt(D)) v`` (Vaswani et al., 2017, equation 1) of as many samples at once as the kernels take.

    Args:
        q: Queries (B, heads, L, D).
        k: Keys (B, heads, M, D).
        v: Values (B, heads, M, D).
        dropout_p: Dropout on the attention weights.

    Returns:
        (B, heads, L, D).
    """
    short = max(q.shape[2], k.shape[2]) <= SHORT.get(q.device.type, 0)
    if short and q.numel() * q.element_size() >= LEAST_BYTES:
        return plain_attention(q, k, v, dropout_p)
    if q.device.type not in LIMITED:
        return F.scaled_dot_product_attention(q, k, v, dropout_p=dropout_p)
    _, heads, length, dims = q.shape
    elements = heads * dims * TILE * -(-max(length, k.shape[2]) // TILE)
    most = max(1, min(MOST_SAMPLES, MOST_ELEMENTS // elements))
    if q.shape[0] <= most:
        return F.scaled_dot_product_attention(q, k, v, dropout_p=dropout_p)
    parts = zip(q.split(most), k.split(most), v.split(most), strict=True)
    return torch.cat([F.scaled_dot_product_attention(*part, dropout_p=dropout_p) for part in parts])


def plain_attention(q: Tensor, k: Tensor, v: Tensor, dropout_p: float = 0.0) -> Tensor:
    """The same as two batched matrix products; arguments as for ``dot_product_attention``."""
    weights = (q * q.shape[-1] ** -0.5 @ k.transpose(-2, -1)).softmax(-1)
    return F.dropout(weights, dropout_p) @ v if dropout_p else weights.to(v.dtype) @ v
