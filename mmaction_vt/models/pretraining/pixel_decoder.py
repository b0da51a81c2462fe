"""The decoder of a masked video autoencoder."""

from functools import partial

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..layers import Block, keep_tubes, sinusoidal_embed

NORM_EPS = 1e-6


class PixelDecoder(BaseModule):
    """A narrow ViT that predicts the pixels of masked tubelets (Tong et al., 2022, section 3.4).

    The encoder's tokens and a learned mask token for each tubelet that it did not see, all with sinusoids along the
    sequence of tubelets, attend to each other; a linear layer turns the output for mask tokens into pixels. The
    decoder is not part of the model that is fine-tuned.

    Args:
        in_channels: Channels of the encoder's tokens.
        out_channels: Values of a tubelet.
        num_frames: Frames F of tubelets that the positions are made for.
        num_patches: Patches P of a frame, likewise.
        embed_dims: Channels of a token.
        num_layers: Number of blocks.
        num_heads: Attention heads; they divide ``embed_dims``.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        norm_eps: Epsilon of every LayerNorm. None: what a checkpoint from Hugging Face says, otherwise 1e-6.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        num_frames: int,
        num_patches: int,
        embed_dims: int = 384,
        num_layers: int = 4,
        num_heads: int = 6,
        mlp_ratio: float = 4.0,
        norm_eps: float | None = None,
    ) -> None:
        super().__init__()
        self.num_frames = num_frames
        self.norm_eps = norm_eps
        eps = NORM_EPS if norm_eps is None else norm_eps
        self.embed = nn.Linear(in_channels, embed_dims, bias=False)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        self.positions: Tensor
        positions = sinusoidal_embed(num_frames * num_patches, embed_dims)[None]
        self.register_buffer('positions', positions, persistent=False)
        block = partial(Block, embed_dims, num_heads, mlp_ratio=mlp_ratio, norm_eps=eps)
        self.blocks = nn.ModuleList(block() for _ in range(num_layers))
        self.norm = nn.LayerNorm(embed_dims, eps=eps)
        self.head = nn.Linear(embed_dims, out_channels)

    def init_weights(self) -> None:
        """Initialise as published: Xavier's weights (Glorot and Bengio, 2010), a small mask token."""
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        nn.init.trunc_normal_(self.mask_token, std=0.02)

    def forward(self, tokens: Tensor, keep: Tensor, masked: Tensor) -> Tensor:
        """Predict the pixels of masked tubelets.

        Args:
            tokens: The encoder's output for the tubelets that it saw (N, F * K, in_channels), frame after frame.
            keep: Their patches (N, K), the same in every frame.
            masked: The other patches (N, M).

        Returns:
            (N, F * M, out_channels), frame after frame.
        """
        positions = self.positions.expand(len(tokens), -1, -1)
        seen, unseen = (keep_tubes(positions, tubes, self.num_frames) for tubes in (keep, masked))
        x = torch.cat((self.embed(tokens) + seen, self.mask_token + unseen), dim=1)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x[:, tokens.shape[1] :]))
