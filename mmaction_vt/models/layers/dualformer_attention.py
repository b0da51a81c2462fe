"""DualFormer's two kinds of attention: within windows, and to a pyramid of the whole video."""

from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import Attention

Size3D = tuple[int, int, int]


class LocalWindowAttention(Attention):
    """Self-attention within windows that tile the video (Liang et al., 2021, section 3.2, LW-MSA).

    Shapes: (N, T, H, W, C) to (N, T, H, W, C); T, H and W are multiples of the window's.

    Args:
        dims: Channels C.
        num_heads: Number of heads.
        window: Times, rows and columns of a window.
        **options: The other arguments of ``Attention``.
    """

    def __init__(self, dims: int, num_heads: int, window: Size3D, **options: object) -> None:
        super().__init__(dims, num_heads, **options)
        self.window = tuple(window)

    def forward(self, x: Tensor) -> Tensor:
        return from_windows(super().forward(to_windows(x, self.window)), self.window, x.shape)


def to_windows(x: Tensor, window: Size3D) -> Tensor:
    """(N, T, H, W, C) to (N * windows, tokens of a window, C)."""
    t, h, w = window
    x = x.unflatten(3, (-1, w)).unflatten(2, (-1, h)).unflatten(1, (-1, t))  # (N, T / t, t, H / h, h, W / w, w, C)
    return x.permute(0, 1, 3, 5, 2, 4, 6, 7).reshape(-1, prod(window), x.shape[-1])


def from_windows(windows: Tensor, window: Size3D, shape: torch.Size) -> Tensor:
    """The inverse of ``to_windows`` for a video of this shape."""
    (t, h, w), (num, times, height, width, _) = window, shape
    x = windows.reshape(num, times // t, height // h, width // w, t, h, w, -1)
    return x.permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(num, times, height, width, -1)


class GlobalPyramidAttention(nn.Module):
    """Attention of all tokens to a few that sum up the whole video (Liang et al., 2021, section 3.2, GP-MSA).

    Shapes: (N, T, H, W, C) to (N, T, H, W, C).

    The fine level of the pyramid is a depthwise convolution whose kernel is its stride. The coarse level, which the
    first two stages have too, is two of them, the first along space only, with BatchNorm and ReLU between. Both levels
    are normalised together and serve as keys and values.

    The convolutions read the tokens where they lie, channels last, which on a CPU takes a tenth to a thirtieth of the
    time that they take on a copy with channels first.

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads.
        fine_kernel: Times, rows and columns that become one token of the fine level; the tokens themselves if 1, 1, 1.
        coarse_kernels: Kernels of the coarse level's two convolutions; without one if ``None``.
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
            self.sr = depthwise_conv(dims, fine_kernel, stride=fine_kernel)
        if coarse_kernels is not None:
            first, second = coarse_kernels
            self.lr = nn.Sequential(
                depthwise_conv(dims, first, stride=first),
                nn.BatchNorm3d(dims),
                nn.ReLU(inplace=True),
                depthwise_conv(dims, second, stride=second),
            )
        self.has_coarse_level = coarse_kernels is not None
        if self.has_fine_level or self.has_coarse_level:
            self.norm = nn.LayerNorm(dims, eps=norm_eps)

    def pyramid(self, x: Tensor) -> Tensor:
        """Tokens (N, K, C) that sum up the video (N, T, H, W, C)."""
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
            pyramid: What ``pyramid`` returned for them, if it was computed before.
        """
        pyramid = self.pyramid(x) if pyramid is None else pyramid
        q = self.q(x.flatten(1, 3)).unflatten(2, (self.num_heads, -1)).transpose(1, 2)
        k, v = self.kv(pyramid).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        drop_rate = self.attn_drop_rate if self.training else 0.0
        out = F.scaled_dot_product_attention(q, k, v, dropout_p=drop_rate)  # (N, heads, T * H * W, C / heads)
        return self.proj_drop(self.proj(out.transpose(1, 2).flatten(2))).unflatten(1, x.shape[1:4])


def depthwise_conv(dims: int, kernel: Size3D, **options: object) -> nn.Conv3d:
    """A convolution of each channel by itself."""
    return nn.Conv3d(dims, dims, tuple(kernel), groups=dims, **options)
