"""Token merging: similar tokens become one (Bolya et al., 2023, "Token Merging: Your ViT But Faster")."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .attention import Attention, merge_heads
from .block import Block


class Sized(NamedTuple):
    """Tokens, and how many patches each stands for.

    Attributes:
        tokens: (B, L, C).
        sizes: (B, L).
    """

    tokens: Tensor
    sizes: Tensor


def merge_tokens(tokens: Tensor, sizes: Tensor, metric: Tensor, count: int, num_fixed: int = 0) -> Sized:
    """Merge the pairs of tokens that are most similar (section 3, bipartite soft matching).

    The tokens fall into two sets by turns. Each of the first finds the most similar of the second; the ``count`` best
    pairs are merged to their mean, weighted by sizes. Tokens of the first set that remain come before the second.

    Args:
        tokens: (B, L, C).
        sizes: Patches that each token stands for, (B, L).
        metric: What is compared, (B, L, D), by cosine similarity.
        count: Number of pairs, at most half of the tokens that can be merged.
        num_fixed: The first tokens, such as a class token, which stay as they are.
    """
    length = tokens.shape[1] - num_fixed
    count = min(count, length // 2)
    if count <= 0:
        return Sized(tokens, sizes)
    fixed, rest = tokens.split((num_fixed, length), 1)
    fixed_sizes, weights = sizes.split((num_fixed, length), 1)
    metric = F.normalize(metric[:, num_fixed:], dim=-1)
    best, partner = (metric[:, ::2] @ metric[:, 1::2].transpose(1, 2)).max(-1)
    order = best.argsort(1, descending=True)
    merged, kept = order[:, :count], order[:, count:].sort(1).values
    target = partner.gather(1, merged)
    sums, counts = (rest * weights[..., None])[:, 1::2].clone(), weights[:, 1::2].clone()
    first, first_weights = rest[:, ::2], weights[:, ::2]
    taken, taken_weights = pick(first, merged), first_weights.gather(1, merged)
    sums.scatter_add_(1, target[..., None].expand_as(taken), taken * taken_weights[..., None])
    counts.scatter_add_(1, target, taken_weights)
    return Sized(
        torch.cat((fixed, pick(first, kept), sums / counts[..., None]), dim=1),
        torch.cat((fixed_sizes, first_weights.gather(1, kept), counts), dim=1),
    )


def pick(tokens: Tensor, places: Tensor) -> Tensor:
    """Tokens (B, K, C) at places (B, K) of tokens (B, L, C)."""
    return tokens.gather(1, places[..., None].expand(-1, -1, tokens.shape[-1]))


def run_block(block: Block, x: Sized, count: int, num_fixed: int = 0) -> Sized:
    """Run a block of joint attention, and merge tokens between its attention and its MLP.

    A token that stands for n patches counts n times as a key (proportional attention, section 3).

    Args:
        block: The block, whose attention is a plain ``Attention``, in evaluation mode.
        x: The tokens.
        count: Pairs of tokens to merge; they are compared by the means of their keys over the heads.
        num_fixed: The first tokens, which are not merged.
    """
    attention = block.attn
    assert isinstance(attention, Attention)
    q, k, v = attention.project_qkv(block.norm1(x.tokens))
    bias = None if bool((x.sizes == 1).all()) else x.sizes.log()[:, None, None].to(q.dtype)
    out = F.scaled_dot_product_attention(q, k, v, bias) if bias is not None else attention.attend(q, k, v)
    tokens = x.tokens + attention.project_out(merge_heads(out))
    tokens, sizes = merge_tokens(tokens, x.sizes, k.mean(1), count, num_fixed)
    return Sized(tokens + block.mlp(block.norm2(tokens)), sizes)
