"""ViViT's factorised blocks (Arnab et al., 2021, section 3.3)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from .attention import Attention
from .block import Block, attention_options
from .drop_path import DropPath


class FactorisedSelfAttentionBlock(Block):
    """Attention along space, then along time, then the feed-forward network: Model 3 (equations 4 to 6).

    Shapes: (N, F * P, C) to (N, F * P, C): F times of P patches, without a class token.

    Args:
        dims: Channels C.
        num_heads: Attention heads.
        drop_path_rate: Probability that a branch is dropped for a sample.
        **options: The other arguments of ``Block``.
    """

    def __init__(self, dims: int, num_heads: int, drop_path_rate: float = 0.0, **options: object) -> None:
        super().__init__(dims, num_heads, drop_path_rate=drop_path_rate, **options)
        self.temporal_norm1 = nn.LayerNorm(dims, eps=self.norm1.eps)
        self.temporal_attn = Attention(dims, num_heads, **attention_options(options))
        self.temporal_drop_path = DropPath(drop_path_rate)

    def forward(self, x: Tensor, num_frames: int) -> Tensor:
        frames = self.norm1(x).unflatten(1, (num_frames, -1))  # (N, F, P, C)
        x = x + self.drop_path(self.attn(frames.flatten(0, 1)).view(x.shape))
        places = self.temporal_norm1(x).unflatten(1, (num_frames, -1)).transpose(1, 2)  # (N, P, F, C)
        out = self.temporal_attn(places.flatten(0, 1)).view(places.shape)
        x = x + self.temporal_drop_path(out.transpose(1, 2).flatten(1, 2))
        return x + self.drop_path(self.mlp(self.norm2(x)))


class FactorisedDotProductAttention(Attention):
    """Half of the heads attend along space, the other half along time: Model 4 (equation 7).

    Shapes: (N, F * P, C) to (N, F * P, C): F times of P patches, without a class token. The parameters are those of
    ``Attention``.

    Raises:
        InputError: If the number of heads is odd.
    """

    def __init__(self, dims: int, num_heads: int, **options: object) -> None:
        super().__init__(dims, num_heads, **options)
        if num_heads % 2:
            raise InputError(
                f'factorised_dot_product gives half of the heads to space and half to time: num_heads is even, not '
                f'{num_heads}'
            )

    def forward(self, x: Tensor, num_frames: int) -> Tensor:
        drop_rate = self.attn_drop_rate if self.training else 0.0
        # Each (N, heads, F, P, C / heads), whose first heads look at their own time and whose others at their place.
        # Times and places join the batch: fused attention is fast on four axes only.
        parts = [part.unflatten(2, (num_frames, -1)) for part in self.project_qkv(x)]
        space, time = zip(*[part.chunk(2, dim=1) for part in parts], strict=True)
        space = [part.transpose(1, 2).flatten(0, 1) for part in space]  # (N * F, heads / 2, P, C / heads)
        time = [part.permute(0, 3, 1, 2, 4).flatten(0, 1) for part in time]  # (N * P, heads / 2, F, C / heads)
        along_space = F.scaled_dot_product_attention(*space, dropout_p=drop_rate)
        along_time = F.scaled_dot_product_attention(*time, dropout_p=drop_rate)
        along_space = along_space.unflatten(0, (-1, num_frames)).transpose(2, 3)  # (N, F, P, heads / 2, C / heads)
        along_time = along_time.unflatten(0, (x.shape[0], -1)).permute(0, 3, 1, 2, 4)
        out = torch.cat((along_space, along_time), dim=3)
        return self.proj_drop(self.proj(out.reshape(x.shape)))


class FactorisedDotProductBlock(Block):
    """A ViT block with ``FactorisedDotProductAttention``; shapes as there, arguments as ``Block``."""

    def __init__(self, dims: int, num_heads: int, **options: object) -> None:
        super().__init__(dims, num_heads, **options)
        self.attn = FactorisedDotProductAttention(dims, num_heads, **attention_options(options))

    def forward(self, x: Tensor, num_frames: int) -> Tensor:
        x = x + self.drop_path(self.attn(self.norm1(x), num_frames))
        return x + self.drop_path(self.mlp(self.norm2(x)))
