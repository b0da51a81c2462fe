"""Scaled dot-product attention, in the form and in the parts that suit a device."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ...utils.precision import without_autocast

# CUDA's fused kernels take at most so many samples, and their backward pass counts elements, lengths rounded up to
# whole tiles, in 32 bits (PyTorch issues 142228 and 146704). A program that is exported on a CPU takes any batch.
LIMITED = {'cuda'}
MOST_SAMPLES = 65_535
MOST_ELEMENTS = 2**31 - 1
TILE = 128
# Whether the CPU has matrix tiles (Intel AMX), which the fused kernel uses for bfloat16.
HAS_TILES: bool = getattr(torch.cpu, '_is_amx_tile_supported', bool)()
# Up to this length, by device and bytes of an element, two batched products are faster than a fused kernel, whose tiles
# would be mostly empty, and whose backward pass takes up to five times as long in 16 bits on a CPU; from so many bytes
# of queries on, below which launching more kernels costs more (benchmarks/short_attention.py).
SHORT = {('cuda', 4): 16, ('cuda', 2): 16, ('cpu', 2): 8 if HAS_TILES else 16}
SHORT_WITH_GRADIENTS = {**SHORT, ('cpu', 2): 128}
LEAST_BYTES = {'cuda': 1 << 25, 'cpu': 0}
# In 16 bits, the fused kernel of a CPU without matrix tiles takes up to twice the time of two products, without
# gradients, of as many samples at once as have so many scores, which stay in the cache; samples that have more than so
# many are computed by heads. With tiles it is the faster one (benchmarks/RESULTS.md).
CACHED_SCORES = 1 << 20
MOST_SCORES = 1 << 23
# In float32 it is the faster one, by another sixth if each head's queries, keys and values are next to each other in
# memory, as they are not in a joint projection: copied from so many scores on, without gradients.
SCATTERED_SCORES = 1 << 22


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
    device, size = q.device.type, q.element_size()
    longest = SHORT_WITH_GRADIENTS if torch.is_grad_enabled() else SHORT
    short = max(q.shape[2], k.shape[2]) <= longest.get((device, size), 0)
    if short and q.numel() * size >= LEAST_BYTES[device]:
        return plain_attention(q, k, v, dropout_p)
    scores = q.shape[1] * q.shape[2] * k.shape[2]  # of one sample
    inference = device == 'cpu' and not torch.is_grad_enabled()
    if inference and size == 2 and not (HAS_TILES and q.dtype == torch.bfloat16):
        if scores > MOST_SCORES:
            return in_parts(attention_by_heads, q, k, v, dropout_p, 1)
        if q.stride(0) == 0:  # the same queries for every sample, as along trajectories: copied once, not for each part
            q = q[:1].contiguous().expand_as(q)
        return in_parts(plain_attention, q, k, v, dropout_p, max(1, CACHED_SCORES // scores))
    if inference and size > 2 and not torch.compiler.is_compiling() and scores >= SCATTERED_SCORES:
        q, k, v = (part.contiguous() for part in (q, k, v))
    if device not in LIMITED:
        return F.scaled_dot_product_attention(q, k, v, dropout_p=dropout_p)
    _, heads, length, dims = q.shape
    elements = heads * dims * TILE * -(-max(length, k.shape[2]) // TILE)
    most = max(1, min(MOST_SAMPLES, MOST_ELEMENTS // elements))
    return in_parts(F.scaled_dot_product_attention, q, k, v, dropout_p, most)


def in_parts(function: Callable[..., Tensor], q: Tensor, k: Tensor, v: Tensor, dropout_p: float, most: int) -> Tensor:
    """What a function returns for a batch, called for at most so many samples at once."""
    if q.shape[0] <= most:
        return function(q, k, v, dropout_p=dropout_p)
    parts = zip(q.split(most), k.split(most), v.split(most), strict=True)
    return torch.cat([function(*part, dropout_p=dropout_p) for part in parts])


def attention_by_heads(q: Tensor, k: Tensor, v: Tensor, dropout_p: float = 0.0) -> Tensor:
    """The same as two matrix products for each head and for as many queries at once as have scores in the cache."""
    out = q.new_empty(*q.transpose(1, 2).shape[:3], v.shape[-1]).transpose(1, 2)  # heads are merged without a copy
    rows = max(1, CACHED_SCORES // k.shape[2])
    for head in range(q.shape[1]):
        own = slice(head, head + 1)
        keys, values = scaled_keys(k[:, own]).contiguous(), v[:, own].contiguous()  # not copied for each part
        for start in range(0, q.shape[2], rows):
            part = slice(start, start + rows)
            out[:, own, part] = attend(q[:, own, part], keys, values, dropout_p)
    return out


def plain_attention(q: Tensor, k: Tensor, v: Tensor, dropout_p: float = 0.0) -> Tensor:
    """The same as two batched matrix products; arguments as for ``dot_product_attention``."""
    return attend(q, scaled_keys(k), v, dropout_p)


def scaled_keys(k: Tensor) -> Tensor:
    """Keys (B, heads, D, M) over the root of D; not the queries, of which there are more along trajectories."""
    return (k * k.shape[-1] ** -0.5).transpose(-2, -1)


def attend(q: Tensor, keys: Tensor, v: Tensor, dropout_p: float) -> Tensor:
    """The values, weighted by the softmax of products with scaled keys (B, heads, D, M)."""
    # Autocast would copy the weights to float32 and back; a softmax computes in float32 anyway.
    with without_autocast(q.device):
        weights = (q @ keys).softmax(-1)
        return (F.dropout(weights, dropout_p) if dropout_p else weights) @ v
