"""The pre-norm transformer block."""

from collections.abc import Callable

from torch import Tensor, nn

from .attention import Attention, MultiHeadAttention
from .drop_path import DropPath
from .mlp import Mlp


class Block(nn.Module):
    """Self-attention and an MLP, each with a LayerNorm before it and a residual connection around it.

    The block of ViT (Dosovitskiy et al., 2021, equations 2 and 3).

    Shapes: (B, L, C) to (B, L, C).

    Args:
        dims: Channels C.
        num_heads: Attention heads.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Probability that a residual branch is dropped for a sample.
        norm_eps: Epsilon of both LayerNorms.
        attention: What makes the attention layer from ``dims``, ``num_heads``, ``qkv_bias``, ``attn_drop_rate`` and
            ``drop_rate``, such as a class.
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
        attention: Callable[..., MultiHeadAttention] = Attention,
    ) -> None:
        super().__init__()
        options = (dims, num_heads, qkv_bias, attn_drop_rate, drop_rate)
        self.norm1 = nn.LayerNorm(dims, eps=norm_eps)
        self.attn: MultiHeadAttention = Attention(*options)
        self.drop_path = DropPath(drop_path_rate)
        self.norm2 = nn.LayerNorm(dims, eps=norm_eps)
        self.mlp = Mlp(dims, int(dims * mlp_ratio), drop_rate)
        if attention is not Attention:
            # Drawn after a plain one, so that a seed gives the weights that it gave in version 0.1.
            self.attn = attention(*options)

    def forward(self, x: Tensor, *args: int | Tensor, cls_only: bool = False) -> Tensor:
        """Run the block.

        Args:
            x: The tokens.
            *args: What the attention takes besides the tokens, such as the number of frames
                or a table of positions.
            cls_only: Whether only the class token, which is the first, is returned, (B, 1, C). The last block skips
                so what the other tokens' outputs would need. Only for an attention that has the option.
        """
        options = dict(cls_only=True) if cls_only else {}
        out = self.drop_path(self.attn(self.norm1(x), *args, **options))
        x = (x[:, :1] if cls_only else x) + out
        return x + self.drop_path(self.mlp(self.norm2(x)))
