"""DualFormer's block, and the layers between its stages."""

from functools import partial

import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from .depthwise_conv import DepthwiseConv3d, Size3D
from .drop_path import DropPath
from .dualformer_attention import GlobalPyramidAttention, LocalWindowAttention
from .mlp import Mlp


class StratifiedBlock(nn.Module):
    """A pre-norm transformer block over a video (Liang et al., 2021, equations 1 to 4).

    Shapes: (N, T, H, W, C) to (N, T, H, W, C).

    Args:
        dims: Channels C.
        attention: The attention layer.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        drop_rate: Dropout in the MLP.
        drop_path_rate: Probability that a residual branch is dropped for a sample.
        norm_eps: Epsilon of both LayerNorms.
        with_cp: Activation checkpointing. It leaves out the pyramid, whose BatchNorm would count a batch twice.
    """

    def __init__(
        self,
        dims: int,
        attention: LocalWindowAttention | GlobalPyramidAttention,
        mlp_ratio: float = 4.0,
        drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        norm_eps: float = 1e-6,
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dims, eps=norm_eps)
        self.attn = attention
        self.drop_path = DropPath(drop_path_rate)
        self.norm2 = nn.LayerNorm(dims, eps=norm_eps)
        self.mlp = Mlp(dims, int(dims * mlp_ratio), drop_rate)
        self.with_cp = with_cp

    def forward(self, x: Tensor) -> Tensor:
        if not (self.with_cp and self.training):
            return self._forward(x)
        run = partial(checkpoint, self._forward, use_reentrant=False)
        if isinstance(self.attn, GlobalPyramidAttention):
            return run(x, self.attn.pyramid(self.norm1(x)))
        return run(x)

    def _forward(self, x: Tensor, *pyramid: Tensor) -> Tensor:
        x = x + self.drop_path(self.attn(self.norm1(x), *pyramid))
        return x + self.drop_path(self.mlp(self.norm2(x)))


class PositionConv(nn.Module):
    """Conditional position encoding: a depthwise 3x3x3 convolution, added to its input (Liang et al., 2021, 3.1).

    Shapes: (N, T, H, W, C) to (N, T, H, W, C).

    Args:
        dims: Channels C.
    """

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.proj = nn.Sequential(DepthwiseConv3d(dims, (3, 3, 3), padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.proj(x.permute(0, 4, 1, 2, 3)).permute(0, 2, 3, 4, 1)


class Downsample(nn.Module):
    """Patch embedding of pixels or tokens: a convolution whose kernel equals its stride, and LayerNorm.

    Shapes: (N, T, H, W, C) to (N, T / t, H / h, W / w, C').

    Args:
        in_dims: Channels C.
        dims: Channels C'.
        kernel: Frames t, rows h and columns w of a patch.
        norm_eps: Epsilon of the LayerNorm.
    """

    def __init__(self, in_dims: int, dims: int, kernel: Size3D, norm_eps: float = 1e-6) -> None:
        super().__init__()
        self.kernel = kernel
        self.proj = nn.Conv3d(in_dims, dims, self.kernel, stride=self.kernel)
        self.norm = nn.LayerNorm(dims, eps=norm_eps)

    def forward(self, x: Tensor) -> Tensor:
        t, h, w = self.kernel
        x = rearrange(x, 'n (T t) (H h) (W w) c -> n T H W (t h w c)', t=t, h=h, w=w)
        weight = self.proj.weight.permute(0, 2, 3, 4, 1).flatten(1)
        return self.norm(F.linear(x, weight, self.proj.bias))
