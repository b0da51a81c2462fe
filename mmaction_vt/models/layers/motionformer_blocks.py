"""Motionformer's divided block."""

from functools import partial
from typing import Any

from torch import Tensor, nn

from .block import Block
from .motionformer_attention import DividedAttention


class DividedBlock(Block):
    """Attention along time, then along space, both with the class token (Patrick et al., 2021, section 4).

    Unlike in TimeSformer's block, the class token takes part along time, no linear layer follows attention along time,
    and that branch is never dropped.

    Shapes: (B, 1 + F * P, C) to (B, 1 + F * P, C): the class token, then F frames of P patches.

    Args:
        dims: Channels C.
        num_heads: Attention heads.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout after projections.
        attn_drop_rate: Dropout on attention weights.
        **options: The other arguments of ``Block``.
    """

    def __init__(
        self,
        dims: int,
        num_heads: int,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        **options: Any,
    ) -> None:
        rates = dict(drop_rate=drop_rate, attn_drop_rate=attn_drop_rate)
        along_space = partial(DividedAttention, along='space')
        super().__init__(dims, num_heads, qkv_bias=qkv_bias, attention=along_space, **rates, **options)
        self.timeattn = DividedAttention(dims, num_heads, qkv_bias, along='time', **rates)
        self.norm3 = nn.LayerNorm(dims, eps=self.norm1.eps)

    def forward(self, x: Tensor, *args: int | Tensor, cls_only: bool = False) -> Tensor:
        """Run the block; arguments as ``Block``'s, with F after the tokens."""
        x = x + self.timeattn(self.norm3(x), *args)
        return super().forward(x, *args, cls_only=cls_only)
