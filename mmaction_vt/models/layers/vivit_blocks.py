"""ViViT's factorised attention (Arnab et al., 2021, section 3.3)."""

from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn

from ...errors import InputError
from .attention import Attention, MultiHeadAttention
from .drop_path import DropPath
from .mlp import Mlp


class FactorisedSelfAttentionBlock(nn.Module):
    """Attention along space, then along time, then the MLP: Model 3 (equations 4 to 6).

    Shapes: (N, F * P, C) to (N, F * P, C): F frames of P patches, without a class token.

    Args:
        dims: Channels C.
        num_heads: Attention heads.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Probability that a residual branch is dropped for a sample.
        norm_eps: Epsilon of the LayerNorms.
    """

    def __init__(
        self,
        dims: int,
        num_heads: int,
        mlp_ratio: float = 4.0,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        norm_eps: float = 1e-6,
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dims, eps=norm_eps)
        self.attn = Attention(dims, num_heads, qkv_bias, attn_drop_rate, drop_rate)
        self.drop_path = DropPath(drop_path_rate)
        self.norm2 = nn.LayerNorm(dims, eps=norm_eps)
        self.mlp = Mlp(dims, int(dims * mlp_ratio), drop_rate)
        self.temporal_norm1 = nn.LayerNorm(dims, eps=norm_eps)
        self.temporal_attn = Attention(dims, num_heads, qkv_bias, attn_drop_rate, drop_rate)
        self.temporal_drop_path = DropPath(drop_path_rate)

    def forward(self, x: Tensor, num_frames: int) -> Tensor:
        """Run the block.

        Args:
            x: The tokens.
            num_frames: F.
        """
        frames = rearrange(self.norm1(x), 'n (f p) c -> (n f) p c', f=num_frames)
        x = x + self.drop_path(self.attn(frames).view(x.shape))
        patches = rearrange(self.temporal_norm1(x), 'n (f p) c -> (n p) f c', f=num_frames)
        out = rearrange(self.temporal_attn(patches), '(n p) f c -> n (f p) c', n=len(x))
        x = x + self.temporal_drop_path(out)
        return x + self.drop_path(self.mlp(self.norm2(x)))


class FactorisedDotProductAttention(MultiHeadAttention):
    """Half of the heads attend along space, the other half along time: Model 4 (equation 7).

    Shapes: (N, F * P, C) to (N, F * P, C): F frames of P patches, without a class token. Arguments and parameters are
    those of ``MultiHeadAttention``.

    Raises:
        InputError: If the number of heads is odd.
    """

    def __init__(self, dims: int, num_heads: int, *args: Any, **options: Any) -> None:
        super().__init__(dims, num_heads, *args, **options)
        if num_heads % 2:
            raise InputError(
                'factorised_dot_product gives half of the heads to space and half to time: num_heads must be even, '
                f'not {num_heads}'
            )

    def forward(self, x: Tensor, num_frames: int) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            num_frames: F.
        """
        # Frames, or patches, join the batch: fused attention is fast on four axes only.
        space, time = zip(*(part.chunk(2, dim=1) for part in self.project_qkv(x)), strict=True)
        space = [rearrange(part, 'n heads (f p) d -> (n f) heads p d', f=num_frames) for part in space]
        time = [rearrange(part, 'n heads (f p) d -> (n p) heads f d', f=num_frames) for part in time]
        along_space = rearrange(self.attend(*space), '(n f) heads p d -> n (f p) (heads d)', f=num_frames)
        along_time = rearrange(self.attend(*time), '(n p) heads f d -> n (f p) (heads d)', n=len(x))
        return self.project_out(torch.cat((along_space, along_time), dim=2))
