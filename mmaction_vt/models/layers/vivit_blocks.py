"""ViViT's factorised attention (Arnab et al., 2021, section 3.3)."""

from typing import Any

import torch
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
        frames = self.norm1(x).unflatten(1, (num_frames, -1))  # (N, F, P, C)
        x = x + self.drop_path(self.attn(frames.flatten(0, 1)).view(x.shape))
        patches = self.temporal_norm1(x).unflatten(1, (num_frames, -1)).transpose(1, 2)  # (N, P, F, C)
        out = self.temporal_attn(patches.flatten(0, 1)).view(patches.shape)
        x = x + self.temporal_drop_path(out.transpose(1, 2).flatten(1, 2))
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
        parts = [part.unflatten(2, (num_frames, -1)) for part in self.project_qkv(x)]  # (N, heads, F, P, C / heads)
        space_heads, time_heads = zip(*(part.chunk(2, dim=1) for part in parts), strict=True)
        # Frames, or patches, join the batch: fused attention is fast on four axes only.
        space = (part.transpose(1, 2).flatten(0, 1) for part in space_heads)  # (N * F, heads / 2, P, C / heads)
        time = (part.permute(0, 3, 1, 2, 4).flatten(0, 1) for part in time_heads)  # (N * P, heads / 2, F, C / heads)
        along_space = self.attend(*space).unflatten(0, (-1, num_frames)).transpose(2, 3)
        along_time = self.attend(*time).unflatten(0, (x.shape[0], -1)).permute(0, 3, 1, 2, 4)
        out = torch.cat((along_space, along_time), dim=3)  # (N, F, P, heads, C / heads)
        return self.project_out(out.reshape(x.shape))
