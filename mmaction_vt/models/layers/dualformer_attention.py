"""DualFormer's two kinds of attention: within local windows, and to a global pyramid."""

from collections.abc import Sequence
from math import prod
from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn

from .attention import MultiHeadAttention, merge_heads
from .depthwise_conv import DepthwiseConv3d, Size3D
from .scaled_dot_product import dot_product_attention


class LocalWindowAttention(MultiHeadAttention):
    """Self-attention within windows that tile the video (Liang et al., 2021, section 3.2, LW-MSA).

    Shapes: (N, T, H, W, C) to (N, T, H, W, C); T, H and W are multiples of the window's.

    Args:
        dims: Channels C.
        num_heads: Number of heads.
        window: Frames, rows and columns of a window.
        **options: The other arguments of ``MultiHeadAttention``.
    """

    def __init__(self, dims: int, num_heads: int, window: Size3D, **options: Any) -> None:
        super().__init__(dims, num_heads, **options)
        self.window = window

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.project_qkv(to_windows(x, self.window))
        out = self.project_out(merge_heads(self.attend(q, k, v)))
        return from_windows(out, self.window, x.shape)


def to_windows(x: Tensor, window: Size3D) -> Tensor:
    """(N, T, H, W, C) to (N * windows, tokens of a window, C)."""
    t, h, w = window
    return rearrange(x, 'n (T t) (H h) (W w) c -> (n T H W) (t h w) c', t=t, h=h, w=w)


def from_windows(windows: Tensor, window: Size3D, shape: Sequence[int]) -> Tensor:
    """The inverse of ``to_windows`` for a video of this shape."""
    (t, h, w), (_, frames, height, width, _) = window, shape
    grid = {'T': frames // t, 'H': height // h, 'W': width // w}
    return rearrange(windows, '(n T H W) (t h w) c -> n (T t) (H h) (W w) c', t=t, h=h, w=w, **grid)


class GlobalPyramidAttention(nn.Module):
    """Attention of all tokens to a pyramid of a few that summarise the video (Liang et al., 2021, 3.2, GP-MSA).

    Shapes: (N, T, H, W, C) to (N, T, H, W, C).

    The fine level of the pyramid is a depthwise convolution whose kernel equals its stride. The coarse level, which
    only the first two stages have, is two of them, the first along space only, with BatchNorm and ReLU between them.
    Both levels share a LayerNorm and are the keys and values.

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads.
        fine_kernel: Frames, rows and columns of the fine level's kernel; (1, 1, 1) for the tokens themselves.
        coarse_kernels: Kernels of the coarse level's two convolutions; ``None`` for no coarse level.
        qkv_bias: Whether queries, keys and values have a bias.
        attn_drop_rate: Dropout on the attention weights.
        drop_rate: Dropout after the output projection.
        norm_eps: Epsilon of the LayerNorm.
    """

    def __init__(
        self,
        dims: int,
        num_heads: int,
        fine_kernel: Size3D,
        coarse_kernels: tuple[Size3D, Size3D] | None = None,
        qkv_bias: bool = True,
        attn_drop_rate: float = 0.0,
        drop_rate: float = 0.0,
        norm_eps: float = 1e-6,
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.attn_drop_rate = attn_drop_rate
        self.q = nn.Linear(dims, dims, bias=qkv_bias)
        self.kv = nn.Linear(dims, 2 * dims, bias=qkv_bias)
        self.proj = nn.Linear(dims, dims)
        self.proj_drop = nn.Dropout(drop_rate)
        self.has_fine_level = prod(fine_kernel) > 1
        if self.has_fine_level:
            self.sr = DepthwiseConv3d(dims, fine_kernel, stride=fine_kernel)
        if coarse_kernels is not None:
            first, second = coarse_kernels
            self.lr = nn.Sequential(
                DepthwiseConv3d(dims, first, stride=first),
                nn.BatchNorm3d(dims),
                nn.ReLU(inplace=True),
                DepthwiseConv3d(dims, second, stride=second),
            )
        self.has_coarse_level = coarse_kernels is not None
        if self.has_fine_level or self.has_coarse_level:
            self.norm = nn.LayerNorm(dims, eps=norm_eps)

    def pyramid(self, x: Tensor) -> Tensor:
        """Tokens (N, K, C) that summarise the video (N, T, H, W, C)."""
        video = x.permute(0, 4, 1, 2, 3)
        levels = [self.sr(video) if self.has_fine_level else video]
        if self.has_coarse_level:
            levels.append(self.lr(video))
        tokens = torch.cat([level.flatten(2) for level in levels], dim=2).transpose(1, 2)
        return self.norm(tokens) if self.has_fine_level or self.has_coarse_level else tokens

    def forward(self, x: Tensor, pyramid: Tensor | None = None) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            pyramid: What ``pyramid`` returned for them; computed if omitted.
        """
        pyramid = self.pyramid(x) if pyramid is None else pyramid
        q = self.q(x.flatten(1, 3)).unflatten(2, (self.num_heads, -1)).transpose(1, 2)
        k, v = self.kv(pyramid).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        drop_rate = self.attn_drop_rate if self.training else 0.0
        out = dot_product_attention(q, k, v, drop_rate)  # (N, heads, T * H * W, C / heads)
        return self.proj_drop(self.proj(merge_heads(out))).unflatten(1, x.shape[1:4])
