"""TimeSformer's divided space-time block."""

from torch import Tensor, nn

from .attention import Attention
from .drop_path import DropPath
from .mlp import Mlp


class DividedSpaceTimeBlock(nn.Module):
    """Attention along time, then along space, then the MLP (Bertasius et al., 2021, section 3).

    Shapes: (T, N, 1 + S, C) to (T, N, 1 + S, C): T frames of S patches, and in front of each frame's patches a copy of
    the class token. The copies are equal on entry and on return. With time first, neither attention copies the tokens;
    the copies of the class token cost 1 / S of the arithmetic.

    Along time, a patch attends to the patches at its spatial position in all frames; the class token takes no part.
    Along space, a patch attends to its own frame and the class token; the class token is averaged over frames.

    Args:
        dims: Channels C.
        num_heads: Attention heads.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Probability that a residual branch is dropped: for each spatial position along time, for each
            frame along space and for each sample in the MLP, as the published models were trained.
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
        self.temporal_norm1 = nn.LayerNorm(dims, eps=norm_eps)
        self.temporal_attn = Attention(dims, num_heads, qkv_bias, attn_drop_rate, drop_rate, batch_first=False)
        self.temporal_fc = nn.Linear(dims, dims)
        self.norm1 = nn.LayerNorm(dims, eps=norm_eps)
        self.attn = Attention(dims, num_heads, qkv_bias, attn_drop_rate, drop_rate)
        self.norm2 = nn.LayerNorm(dims, eps=norm_eps)
        self.mlp = Mlp(dims, int(dims * mlp_ratio), drop_rate)
        self.temporal_drop_path = DropPath(drop_path_rate, batch_dims=(1, 2))
        self.space_drop_path = DropPath(drop_path_rate, batch_dims=(0, 1))
        self.mlp_drop_path = DropPath(drop_path_rate, batch_dims=(1,))

    def forward(self, x: Tensor, cls_only: bool = False) -> Tensor:
        """Run the block.

        Args:
            x: The tokens.
            cls_only: Whether only the class token is returned, (1, N, 1, C). The last block skips so what the
                patches' outputs would need.
        """
        x = x + self._along_time(x)
        if cls_only:
            x = x[:1, :, :1] + self._along_space(x, cls_only=True).mean(0, keepdim=True)
        else:
            out = self._along_space(x)
            out[:, :, 0] = out[:, :, 0].mean(0)
            x = x + out
        return x + self.mlp_drop_path(self.mlp(self.norm2(x)))

    def _along_time(self, x: Tensor) -> Tensor:
        tokens = self.temporal_norm1(x).flatten(1, 2)  # (T, N * (1 + S), C)
        out = self.temporal_attn(tokens).view(x.shape)
        out = self.temporal_fc(self.temporal_drop_path(out))
        out[:, :, 0] = 0
        return out

    def _along_space(self, x: Tensor, cls_only: bool = False) -> Tensor:
        tokens = self.norm1(x).flatten(0, 1)  # (T * N, 1 + S, C)
        return self.space_drop_path(self.attn(tokens, cls_only=cls_only).unflatten(0, x.shape[:2]))
