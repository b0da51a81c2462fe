"""Motionformer (Patrick et al., 2021, "Keeping Your Eye on the Ball: Trajectory Attention in Video Transformers")."""

from functools import partial

import torch
from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ...registry import MODELS
from ..layers import (
    Block,
    DividedBlock,
    PatchEmbed3D,
    TrajectoryAttention,
    build_approximation,
    drop_path_rates,
    grid_of,
    init_linear_layers,
    keep_tubes,
    resize_grid_embed,
    resize_joint_embed,
    resize_time_embed,
    to_pair,
    tubelets_of,
)
from .base import VideoTransformer

ATTENTION_TYPES = ('trajectory', 'joint', 'divided')
POS_EMBED_TYPES = ('separate', 'joint')
OUT_TYPES = ('cls_token', 'featmap')


@MODELS.register_module()
class Motionformer(VideoTransformer):
    """A ViT over tubelets with trajectory attention, which follows each patch through the video (section 3).

    Shapes: (N, 3, T, H, W) to the normalised class token (N, C), or with ``out_type='featmap'`` to the normalised
    patch tokens (N, C, T / t, H / P, W / P). Frames may be more, fewer, larger or smaller than ``num_frames`` and
    ``img_size``: the space embedding is resized bicubically, the time embedding by nearest neighbour. H and W are
    multiples of P, T is one of t.

    Args:
        img_size: Height and width of the frames that the space embedding is made for, as one number or two.
        patch_size: Side P of a patch.
        num_frames: Frames of a clip that the time embedding is made for.
        tubelet_size: Temporal patch (tubelet) size t.
        embed_dims: Channels C of a token.
        num_layers: Number of blocks.
        num_heads: Attention heads; they divide C.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        attention_type: ``trajectory``, or the baselines ``joint`` and ``divided``.
        project_values: For trajectories, whether they are projected to values along time (see ``TrajectoryAttention``).
        approximation: For trajectories, what replaces attention along space: ``nystrom``, ``orthoformer`` or
            ``performer`` (see ``attention_approximations``); exact if omitted.
        num_landmarks: Landmarks of the first two, random features of the third; by default 128, or the number of tokens
            if that is smaller. Orthoformer has at most all patches of the clip, Nystroem those of a frame.
        pos_embed_type: ``separate`` embeddings of space and time, which are added, or a ``joint`` one of space-time
            positions. All published checkpoints have separate ones.
        out_type: ``cls_token`` or ``featmap``.
        with_cp: Activation checkpointing of blocks; 2 for every second block, 3 for every third, and so on.
        norm_eps: Epsilon of every LayerNorm.
        trainable_blocks: How many of the last blocks are trained; 0 to freeze the backbone, None to train all of it.
        tokens_kept: Share of the patches that are kept in training, the same in every frame; the others are left out.
        init_cfg: What ``init_weights`` does after the published initialisation.

    Raises:
        InputError: If a size does not fit (the message says which), or an option is not one of those above.
    """

    keeps_tubes = True
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
        approximation: str | None = None,
        num_landmarks: int | None = None,
        pos_embed_type: str = 'separate',
        out_type: str = 'cls_token',
        with_cp: bool | int = False,
        norm_eps: float = 1e-6,
        trainable_blocks: int | None = None,
        tokens_kept: float = 1.0,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_one_of('attention_type of Motionformer', attention_type, ATTENTION_TYPES)
        check_one_of('out_type of Motionformer', out_type, OUT_TYPES)
        check_one_of('pos_embed_type of Motionformer', pos_embed_type, POS_EMBED_TYPES)
        if approximation is not None and attention_type != 'trajectory':
            raise InputError(f'approximation of Motionformer needs attention_type trajectory, got {attention_type}')
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
        num_tubelets, num_patches = tubelets_of(num_frames, tubelet_size), self.grid[0] * self.grid[1]
        if pos_embed_type == 'joint':
            self.st_embed = nn.Parameter(torch.zeros(1, 1 + num_tubelets * num_patches, embed_dims))
        else:
            self.pos_embed = nn.Parameter(torch.zeros(1, 1 + num_patches, embed_dims))
            self.temp_embed = nn.Parameter(torch.zeros(1, num_tubelets, embed_dims))
        self.embed_drop = nn.Dropout(drop_rate)

        block = partial(
            DividedBlock if attention_type == 'divided' else Block,
            embed_dims,
            num_heads,
            mlp_ratio=mlp_ratio,
            qkv_bias=qkv_bias,
            drop_rate=drop_rate,
            attn_drop_rate=attn_drop_rate,
            norm_eps=norm_eps,
        )
        sizes = (num_landmarks, embed_dims // num_heads, num_tubelets, num_patches)
        self.blocks = nn.ModuleList()
        for layer, rate in enumerate(drop_path_rates(drop_path_rate, num_layers)):
            if attention_type == 'trajectory':
                cheaper = None if approximation is None else build_approximation(approximation, *sizes, seed=layer)
                attention = partial(TrajectoryAttention, project_values=project_values, approximation=cheaper)
                block = partial(block, attention=attention)
            self.blocks.append(block(drop_path_rate=rate))
        self.norm = nn.LayerNorm(embed_dims, eps=norm_eps)
        self.drop_tubes(tokens_kept)
        self.freeze_all_but(trainable_blocks)

    def init_weights(self) -> None:
        """Initialise as published (truncated normal, no time embedding), then as ``init_cfg`` says."""
        init_linear_layers(self)
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        nn.init.trunc_normal_(self.st_embed if hasattr(self, 'st_embed') else self.pos_embed, std=0.02)
        super().init_weights()

    def embed_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Patches (N, F, H / P, W / P, C) of clips (N, 3, T, H, W)."""
        _, _, num_frames, *size = x.shape
        grid, num_tubelets = grid_of(size, self.patch_size), tubelets_of(num_frames, self.tubelet_size)
        return self.patch_embed_3d(x).unflatten(1, (num_tubelets, *grid))

    def forward_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        num_tubelets, height, width = x.shape[1:4]
        grid = (height, width)
        x = self._embed(x.flatten(1, 3), grid, num_tubelets)  # (N, 1 + F * P, C)
        if keep is not None:
            x, grid = keep_tubes(x, keep, num_tubelets, cls_tokens=1), (1, keep.shape[1])

        args = () if self.attention_type == 'joint' else (num_tubelets,)
        cls_only = self.out_type == 'cls_token'
        x = self.norm(self.run_blocks(self.blocks, x, *args, cls_only=cls_only))
        return x[:, 0] if cls_only else self.tokens_to_featmap(x, x.shape[0], grid)

    def tokens_to_featmap(self, tokens: Tensor, num_samples: int, grid: tuple[int, int] | None = None) -> Tensor:
        """The patch tokens that a block returns, as a feature map.

        Args:
            tokens: The output of any of ``blocks``.
            num_samples: Batch size N of the input.
            grid: Patches along height and width of the input; by default those of ``img_size``.

        Returns:
            (N, C, T / t, H / P, W / P).
        """
        patches = tokens[:, 1:].reshape(num_samples, -1, *(grid or self.grid), tokens.shape[-1])
        return patches.permute(0, 4, 1, 2, 3)

    def _embed(self, patches: Tensor, grid: tuple[int, int], num_tubelets: int) -> Tensor:
        """Tokens (N, 1 + F * P, C): class token and patches (N, F * P, C) with their embeddings."""
        embed = self.position_embed(grid, num_tubelets)
        cls_token = (self.cls_token + embed[:, :1]).expand(patches.shape[0], -1, -1)
        return self.embed_drop(torch.cat((cls_token, patches + embed[:, 1:]), dim=1))

    def position_embed(self, grid: tuple[int, int], num_tubelets: int) -> Tensor:
        """Embeddings (1, 1 + F * P, C) of the class token and of the patches.

        Args:
            grid: Patches along height and width; P is their product.
            num_tubelets: Frames F of tokens.
        """
        if hasattr(self, 'st_embed'):
            steps = self.num_frames // self.tubelet_size
            return resize_joint_embed(self.st_embed, (steps, *self.grid), (num_tubelets, *grid), self.embed_resize_mode)
        pos_embed = resize_grid_embed(self.pos_embed, self.grid, grid, self.embed_resize_mode)
        time_embed = resize_time_embed(self.temp_embed, num_tubelets)
        patch_embed = pos_embed[:, None, 1:] + time_embed[:, :, None]  # (1, F, P, C)
        return torch.cat((pos_embed[:, :1], patch_embed.flatten(1, 2)), dim=1)
