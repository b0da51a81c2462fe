"""Multi-head self-attention."""

import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from .scaled_dot_product import dot_product_attention


class MultiHeadAttention(nn.Module):
    """The projections of multi-head attention (Vaswani et al., 2017, section 3.2); a subclass says who attends to whom.

    Queries, keys and values come from one joint projection.

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads.
        qkv_bias: Whether the joint projection has a bias.
        attn_drop_rate: Dropout on the attention weights.
        drop_rate: Dropout after the output projection.

    Raises:
        InputError: If ``dims`` is not divisible by ``num_heads``.
    """

    def __init__(
        self,
        dims: int,
        num_heads: int,
        qkv_bias: bool = True,
        attn_drop_rate: float = 0.0,
        drop_rate: float = 0.0,
    ) -> None:
        super().__init__()
        if dims % num_heads:
            raise InputError(f'embed_dims must be divisible by num_heads, and {dims} is not divisible by {num_heads}')
        self.num_heads = num_heads
        self.attn_drop_rate = attn_drop_rate
        self.qkv = nn.Linear(dims, 3 * dims, bias=qkv_bias)
        self.proj = nn.Linear(dims, dims)
        self.proj_drop = nn.Dropout(drop_rate)

    def project_qkv(self, x: Tensor) -> tuple[Tensor, ...]:
        """Queries, keys and values of tokens (B, L, C), each a view (B, heads, L, C / heads)."""
        return self.split_heads(self.qkv(x), 3)

    def split_heads(self, x: Tensor, parts: int) -> tuple[Tensor, ...]:
        """(B, L, parts * C) to as many views (B, heads, L, C / heads)."""
        return x.unflatten(2, (parts, self.num_heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """softmax(q k^T / sqrt(D)) v for queries (B, heads, L, D), keys and values (B, heads, M, D)."""
        return dot_product_attention(q, k, v, self.attn_drop_rate if self.training else 0.0)

    def project_out(self, x: Tensor) -> Tensor:
        """The output projection of (B, L, C), whose heads are concatenated, and its dropout."""
        return self.proj_drop(self.proj(x))

    def attend_first(self, x: Tensor) -> Tensor:
        """The output (B, 1, C) of the first of the tokens (B, L, C), which attends to all of them.

        Queries of the others are not computed.
        """
        dims = x.shape[-1]
        weights = self.qkv.weight.split((dims, 2 * dims))
        biases = (None, None) if self.qkv.bias is None else self.qkv.bias.split((dims, 2 * dims))
        (q,) = self.split_heads(F.linear(x[:, :1], weights[0], biases[0]), 1)
        k, v = self.split_heads(F.linear(x, weights[1], biases[1]), 2)
        return self.project_out(merge_heads(self.attend(q, k, v)))


class Attention(MultiHeadAttention):
    """Self-attention in which every token attends to every token.

    Shapes: (B, L, C) to (B, L, C), or (L, B, C) to (L, B, C) where ``batch_first`` is false. The second form attends
    along the first axis without a copy of the tokens.

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads.
        qkv_bias: Whether the joint projection has a bias.
        attn_drop_rate: Dropout on the attention weights.
        drop_rate: Dropout after the output projection.
        batch_first: Which of the two forms the tokens have.

    Raises:
        InputError: If ``dims`` is not divisible by ``num_heads``.
    """

    def __init__(
        self,
        dims: int,
        num_heads: int,
        qkv_bias: bool = True,
        attn_drop_rate: float = 0.0,
        drop_rate: float = 0.0,
        batch_first: bool = True,
    ) -> None:
        super().__init__(dims, num_heads, qkv_bias, attn_drop_rate, drop_rate)
        self.batch_first = batch_first

    def split_heads(self, x: Tensor, parts: int) -> tuple[Tensor, ...]:
        return super().split_heads(x if self.batch_first else x.transpose(0, 1), parts)

    def forward(self, x: Tensor, cls_only: bool = False) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            cls_only: Whether only the class token, which is the first, attends, and (B, 1, C) is returned; only where
                ``batch_first``.
        """
        if cls_only:
            return self.attend_first(x)
        out = self.attend(*self.project_qkv(x))  # (B, heads, L, C / heads)
        return self.project_out(merge_heads(out) if self.batch_first else out.permute(2, 0, 1, 3).flatten(2))


def merge_heads(x: Tensor) -> Tensor:
    """The outputs of all heads, (B, heads, L, D), concatenated: (B, L, heads * D)."""
    return x.transpose(1, 2).flatten(2)
