"""Motionformer's blocks."""

from torch import Tensor, nn

from .block import Block, attention_options
from .motionformer_attention import DividedAttention
from .trajectory_attention import TrajectoryAttention


class TrajectoryBlock(Block):
    """A ViT block whose attention follows trajectories (Patrick et al., 2021, section 3.2).

    Shapes: (B, 1 + F * P, C) to (B, 1 + F * P, C).

    Args:
        dims: Channels C.
        num_heads: Attention heads.
        attention: Arguments of ``TrajectoryAttention`` beyond the usual ones.
        **options: The other arguments of ``Block``.
    """

    def __init__(self, dims: int, num_heads: int, attention: dict | None = None, **options: object) -> None:
        super().__init__(dims, num_heads, **options)
        self.attn = TrajectoryAttention(dims, num_heads, **attention_options(options), **(attention or {}))

    def forward(self, x: Tensor, num_frames: int, first_only: bool = False) -> Tensor:
        out = self.drop_path(self.attn(self.norm1(x), num_frames, first_only))
        x = (x[:, :1] if first_only else x) + out
        return x + self.drop_path(self.mlp(self.norm2(x)))


class JointBlock(Block):
    """A ViT block over all tokens; it takes and ignores the number of frames."""

    def forward(self, x: Tensor, num_frames: int, first_only: bool = False) -> Tensor:
        return super().forward(x, first_only)


class DividedBlock(Block):
    """Attention along time, then along space, both with the class token (Patrick et al., 2021, section 4).

    It differs from TimeSformer's block: the class token takes part along time, there is no layer behind attention
    along time, and that branch is never dropped.

    Shapes: (B, 1 + F * P, C) to (B, 1 + F * P, C).
    """

    def __init__(self, dims: int, num_heads: int, **options: object) -> None:
        super().__init__(dims, num_heads, **options)
        self.attn = DividedAttention(dims, num_heads, **attention_options(options))
        self.timeattn = DividedAttention(dims, num_heads, **attention_options(options))
        self.norm3 = nn.LayerNorm(dims, eps=self.norm1.eps)

    def forward(self, x: Tensor, num_frames: int, first_only: bool = False) -> Tensor:
        x = x + self.timeattn(self.norm3(x), num_frames, 'time')
        out = self.drop_path(self.attn(self.norm1(x), num_frames, 'space', first_only))
        x = (x[:, :1] if first_only else x) + out
        return x + self.drop_path(self.mlp(self.norm2(x)))
