"""Pooling of tokens by the attention of a learned query."""

import torch
from torch import Tensor, nn

from .attention import merge_heads
from .block import Block
from .mlp import Mlp
from .scaled_dot_product import dot_product_attention


class CrossAttention(nn.Module):
    """Attention of queries to tokens, without an output projection.

    Shapes: (B, Q, C) and (B, L, C) to (B, Q, C).

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads.
    """

    def __init__(self, dims: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.q = nn.Linear(dims, dims)
        self.kv = nn.Linear(dims, 2 * dims)

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:
        q = self.q(queries).unflatten(2, (self.num_heads, -1)).transpose(1, 2)
        k, v = self.kv(tokens).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        return merge_heads(dot_product_attention(q.expand(k.shape[0], -1, -1, -1), k, v))


class AttentivePooling(nn.Module):
    """Blocks of self-attention, then a learned query that attends to all tokens (Assran et al., 2025, appendix D).

    Shapes: (B, L, C) to (B, C).

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Attention heads.
        num_blocks: Blocks of self-attention before the query.
        mlp_ratio: Ratio of MLP hidden dimension to C.
        norm_eps: Epsilon of every LayerNorm.
    """

    def __init__(
        self, dims: int, num_heads: int, num_blocks: int = 3, mlp_ratio: float = 4.0, norm_eps: float = 1e-5
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            Block(dims, num_heads, mlp_ratio=mlp_ratio, norm_eps=norm_eps) for _ in range(num_blocks)
        )
        self.query = nn.Parameter(torch.zeros(1, 1, dims))
        self.norm1 = nn.LayerNorm(dims, eps=norm_eps)
        self.cross_attn = CrossAttention(dims, num_heads)
        self.norm2 = nn.LayerNorm(dims, eps=norm_eps)
        self.mlp = Mlp(dims, int(dims * mlp_ratio))

    def forward(self, tokens: Tensor) -> Tensor:
        for block in self.blocks:
            tokens = block(tokens)
        pooled = self.query + self.cross_attn(self.query, self.norm1(tokens))
        return (pooled + self.mlp(self.norm2(pooled))).squeeze(1)
