"""The pre-norm transformer block."""

from torch import Tensor, nn

from .attention import Attention
from .drop_path import DropPath
from .mlp import Mlp


class Block(nn.Module):
    """Self-attention and feed-forward network, each normalised before and added to its input.

    The block of ViT (Dosovitskiy et al., 2021, equations 2 and 3).

    Shapes: (B, L, C) to (B, L, C).

    Args:
        dims: Channels C.
        num_heads: Attention heads.
        mlp_ratio: Hidden channels of the feed-forward network in units of C.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Probability that a branch is dropped for a sample.
        norm_eps: Epsilon of both LayerNorms.
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

    def forward(self, x: Tensor, first_only: bool = False) -> Tensor:
        """Run the block.

        Args:
            x: The tokens.
            first_only: Whether only the first token is wanted, (B, 1, C): what the last block computes for the others
                is not needed where the class token alone goes on.
        """
        out = self.drop_path(self.attn(self.norm1(x), first_only))
        x = (x[:, :1] if first_only else x) + out
        return x + self.drop_path(self.mlp(self.norm2(x)))


def attention_options(options: dict) -> dict:
    """Those arguments of a block that its attention takes too."""
    return {key: options[key] for key in ('qkv_bias', 'attn_drop_rate', 'drop_rate') if key in options}
