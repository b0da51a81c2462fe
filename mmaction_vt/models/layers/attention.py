"""Multi-head self-attention."""

import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError


class Attention(nn.Module):
    """Multi-head self-attention with one projection for queries, keys and values (Vaswani et al., 2017, section 3.2).

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
        super().__init__()
        if dims % num_heads:
            raise InputError(f'embed_dims must be divisible by num_heads, and {dims} is not divisible by {num_heads}')
        self.num_heads = num_heads
        self.attn_drop_rate = attn_drop_rate
        self.batch_first = batch_first
        self.qkv = nn.Linear(dims, 3 * dims, bias=qkv_bias)
        self.proj = nn.Linear(dims, dims)
        self.proj_drop = nn.Dropout(drop_rate)

    def project_qkv(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of the tokens, each a view (B, heads, L, C / heads)."""
        return self._split_heads(self.qkv(x), 3)

    def project_first_query(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The first token's query (B, heads, 1, C / heads), and keys and values of all tokens (B, L, C)."""
        dims = x.shape[-1]
        weights = self.qkv.weight.split((dims, 2 * dims))
        biases = (None, None) if self.qkv.bias is None else self.qkv.bias.split((dims, 2 * dims))
        (q,) = self._split_heads(F.linear(x[:, :1], weights[0], biases[0]), 1)
        return (q, *self._split_heads(F.linear(x, weights[1], biases[1]), 2))

    def _split_heads(self, x: Tensor, parts: int) -> tuple[Tensor, ...]:
        x = x.unflatten(-1, (parts, self.num_heads, -1))
        return x.permute((2, 0, 3, 1, 4) if self.batch_first else (2, 1, 3, 0, 4)).unbind(0)

    def forward(self, x: Tensor, first_only: bool = False) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            first_only: Whether only the first token asks, and (B, 1, C) is returned; tokens are (B, L, C) then.
        """
        q, k, v = self.project_first_query(x) if first_only else self.project_qkv(x)
        drop_rate = self.attn_drop_rate if self.training else 0.0
        out = F.scaled_dot_product_attention(q, k, v, dropout_p=drop_rate)  # (B, heads, L, C / heads)
        out = out.permute((0, 2, 1, 3) if self.batch_first else (2, 0, 1, 3)).flatten(2)
        return self.proj_drop(self.proj(out))
