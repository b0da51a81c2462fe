"""Motionformer (Patrick et al., 2021, "Keeping Your Eye on the Ball: Trajectory Attention in Video Transformers")."""

from functools import partial

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ...errors import InputError
from ...registry import MODELS
from ..layers import (
    DividedBlock,
    JointBlock,
    PatchEmbed3D,
    TrajectoryBlock,
    drop_path_rates,
    grid_of,
    init_linear_layers,
    resize_grid_embed,
    resize_time_embed,
    to_pair,
    tubelets_of,
)

ATTENTION_TYPES = ('trajectory', 'joint', 'divided')
OUT_TYPES = ('cls_token', 'featmap')


@MODELS.register_module()
class Motionformer(BaseModule):
    """A ViT over tubelets whose attention follows each patch through the video (section 3).

    Shapes: (N, 3, T, H, W) to the normalised class token (N, C), or with ``out_type='featmap'`` to the normalised
    patch tokens (N, C, T / t, H / P, W / P). Frames may be more, fewer, larger or smaller than ``num_frames`` and
    ``img_size``: the space embedding is resized bicubically, the time embedding by nearest neighbour. H and W are
    multiples of P, T is one of t.

    Args:
        img_size: Height and width of the frames that the space embedding is made for, as one number or two.
        patch_size: Side P of a patch.
        num_frames: Frames of a clip that the time embedding is made for.
        tubelet_size: Frames t that a patch lasts.
        embed_dims: Channels C of a token.
        num_layers: Number of blocks.
        num_heads: Attention heads; they divide C.
        mlp_ratio: Hidden channels of the feed-forward networks in units of C.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        attention_type: ``trajectory``, or the baselines ``joint`` and ``divided``.
        project_values: For trajectories, whether values are projected along time (see ``TrajectoryAttention``).
        out_type: ``cls_token`` or ``featmap``.
        with_cp: Whether blocks are computed again in the backward pass instead of keeping their activations.
        norm_eps: Epsilon of every LayerNorm.
        init_cfg: How ``init_weights`` goes on after the published initialisation.

    Raises:
        InputError: If a size does not fit (the message says which), or an option is not one of those above.
    """

    embed_resize_mode = 'bicubic'  # how the space embedding is resized

    def __init__(
        self,
        img_size: int | tuple[int, int] = 224,
        patch_size: int = 16,
        num_frames: int = 16,
        tubelet_size: int = 2,
        embed_dims: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        mlp_ratio: float = 4.0,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.2,
        attention_type: str = 'trajectory',
        project_values: bool = False,
        out_type: str = 'cls_token',
        with_cp: bool = False,
        norm_eps: float = 1e-6,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if attention_type not in ATTENTION_TYPES:
            raise InputError(
                f'attention_type of Motionformer is one of {", ".join(ATTENTION_TYPES)}, not {attention_type!r}'
            )
        if out_type not in OUT_TYPES:
            raise InputError(f'out_type of Motionformer is one of {", ".join(OUT_TYPES)}, not {out_type!r}')
        self.img_size = to_pair(img_size)
        self.patch_size = patch_size
        self.num_frames = num_frames
        self.tubelet_size = tubelet_size
        self.embed_dims = embed_dims
        self.attention_type = attention_type
        self.out_type = out_type
        self.with_cp = with_cp
        self.grid = grid_of(img_size, patch_size)  # patches along height and width

        self.patch_embed_3d = PatchEmbed3D(patch_size, tubelet_size, embed_dims)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + self.grid[0] * self.grid[1], embed_dims))
        self.temp_embed = nn.Parameter(torch.zeros(1, tubelets_of(num_frames, tubelet_size), embed_dims))
        self.embed_drop = nn.Dropout(drop_rate)

        blocks = {'joint': JointBlock, 'divided': DividedBlock}
        blocks['trajectory'] = partial(TrajectoryBlock, attention=dict(project_values=project_values))
        block = partial(
            blocks[attention_type],
            embed_dims,
            num_heads,
            mlp_ratio=mlp_ratio,
            qkv_bias=qkv_bias,
            drop_rate=drop_rate,
            attn_drop_rate=attn_drop_rate,
            norm_eps=norm_eps,
        )
        self.blocks = nn.ModuleList(block(drop_path_rate=rate) for rate in drop_path_rates(drop_path_rate, num_layers))
        self.norm = nn.LayerNorm(embed_dims, eps=norm_eps)

    def init_weights(self) -> None:
        """Initialise as published (truncated normal, no time embedding), then as ``init_cfg`` says."""
        init_linear_layers(self)
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        super().init_weights()

    def forward(self, x: Tensor) -> Tensor:
        grid = grid_of(x.shape[3:], self.patch_size)
        num_tubelets = tubelets_of(x.shape[2], self.tubelet_size)
        x = self._embed(x, grid, num_tubelets)  # (N, 1 + F * P, C)

        class_token_only = self.out_type == 'cls_token'
        for index, block in enumerate(self.blocks):
            first_only = class_token_only and index == len(self.blocks) - 1
            if self.with_cp and self.training:
                x = checkpoint(block, x, num_tubelets, first_only, use_reentrant=False)
            else:
                x = block(x, num_tubelets, first_only)

        x = self.norm(x)
        return x[:, 0] if class_token_only else self.tokens_to_featmap(x, len(x), grid)

    def tokens_to_featmap(self, tokens: Tensor, num_samples: int, grid: tuple[int, int] | None = None) -> Tensor:
        """The patch tokens that a block returns, laid out in time and space.

        Args:
            tokens: What any of ``blocks`` returned.
            num_samples: N of the input that they came from.
            grid: Patches along height and width of that input; those of ``img_size`` if it is not given.

        Returns:
            (N, C, T / t, H / P, W / P).
        """
        patches = tokens[:, 1:].reshape(num_samples, -1, *(grid or self.grid), tokens.shape[-1])
        return patches.permute(0, 4, 1, 2, 3)

    def _embed(self, x: Tensor, grid: tuple[int, int], num_tubelets: int) -> Tensor:
        """Tokens (N, 1 + F * P, C): class token and patches with their embeddings."""
        pos_embed = resize_grid_embed(self.pos_embed, self.grid, grid, self.embed_resize_mode)
        time_embed = resize_time_embed(self.temp_embed, num_tubelets)
        patch_embed = pos_embed[:, None, 1:] + time_embed[:, :, None]  # (1, F, P, C)
        cls_token = (self.cls_token + pos_embed[:, :1]).expand(len(x), -1, -1)
        patches = self.patch_embed_3d(x) + patch_embed.flatten(1, 2)
        return self.embed_drop(torch.cat((cls_token, patches), dim=1))
