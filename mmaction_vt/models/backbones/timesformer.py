"""TimeSformer (Bertasius et al., 2021, "Is Space-Time Attention All You Need for Video Understanding?")."""

from functools import partial

import torch
from torch import Tensor, nn

from ...errors import check_one_of
from ...registry import MODELS
from ..layers import (
    Block,
    DividedSpaceTimeBlock,
    PatchEmbed2D,
    drop_path_rates,
    grid_of,
    init_linear_layers,
    keep_tubes,
    resize_grid_embed,
    resize_time_embed,
    to_pair,
)
from .base import VideoTransformer

ATTENTION_TYPES = ('divided_space_time', 'joint_space_time', 'space_only')
OUT_TYPES = ('cls_token', 'featmap')


@MODELS.register_module()
class TimeSformer(VideoTransformer):
    """A ViT over the patches of all frames, with attention divided between time and space (section 3).

    Shapes: (N, 3, T, H, W) to the normalised class token (N, C), or with ``out_type='featmap'`` to the normalised
    patch tokens (N, C, T, H / P, W / P). Frames may be more, fewer, larger or smaller than ``num_frames`` and
    ``img_size``: the embeddings are resized by nearest neighbour. H and W are multiples of P.

    Args:
        img_size: Height and width of the frames that the space embedding is made for, as one number or two.
        patch_size: Side P of a patch.
        num_frames: Frames that the time embedding is made for.
        embed_dims: Channels C of a token.
        num_layers: Number of blocks.
        num_heads: Attention heads; they divide C.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        attention_type: ``divided_space_time`` (the paper's best), ``joint_space_time`` or ``space_only``.
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
    embed_resize_mode = 'nearest'  # how the space embedding is resized

    def __init__(
        self,
        img_size: int | tuple[int, int] = 224,
        patch_size: int = 16,
        num_frames: int = 8,
        embed_dims: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        mlp_ratio: float = 4.0,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.1,
        attention_type: str = 'divided_space_time',
        out_type: str = 'cls_token',
        with_cp: bool | int = False,
        norm_eps: float = 1e-6,
        trainable_blocks: int | None = None,
        tokens_kept: float = 1.0,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_one_of('attention_type of TimeSformer', attention_type, ATTENTION_TYPES)
        check_one_of('out_type of TimeSformer', out_type, OUT_TYPES)
        self.img_size = to_pair(img_size)
        self.patch_size = patch_size
        self.num_frames = num_frames
        self.embed_dims = embed_dims
        self.attention_type = attention_type
        self.out_type = out_type
        self.with_cp = with_cp
        self.grid = grid_of(img_size, patch_size)  # patches along height and width

        self.patch_embed = PatchEmbed2D(patch_size, embed_dims)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + self.grid[0] * self.grid[1], embed_dims))
        if attention_type == 'space_only':
            self.tubelet_step = 'all blocks'
        else:
            self.time_embed = nn.Parameter(torch.zeros(1, num_frames, embed_dims))
        self.embed_drop = nn.Dropout(drop_rate)

        block = partial(
            DividedSpaceTimeBlock if attention_type == 'divided_space_time' else Block,
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
        self.drop_tubes(tokens_kept)
        self.freeze_all_but(trainable_blocks)

    def init_weights(self) -> None:
        """Initialise as published, then as ``init_cfg`` says.

        The time embedding is zero, and so is the layer after temporal attention in every block: at the start the model
        treats each frame as the image model does that it is fine-tuned from. The authors' loop looks as if it skipped
        the first block, but it matches names in the printed form of the list of blocks, and skips none.
        """
        init_linear_layers(self)
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        if self.attention_type == 'divided_space_time':
            for layer in self.modules():
                if isinstance(layer, DividedSpaceTimeBlock):
                    nn.init.zeros_(layer.temporal_fc.weight)
        super().init_weights()

    def embed_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Patches of clips (N, 3, T, H, W), (N, T, H / P, W / P, C).

        With ``space_only`` attention, which no frame leaves before the end, the output of the blocks: the class tokens
        (N, T, C) or the patches.
        """
        grid = grid_of(x.shape[3:], self.patch_size)
        frames = x.transpose(1, 2).flatten(0, 1)
        patches = self.patch_embed(frames).unflatten(0, (-1, x.shape[2])).unflatten(2, grid)
        return self._run_frames(patches, keep) if self.attention_type == 'space_only' else patches

    def forward_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        cls_only = self.out_type == 'cls_token'
        if self.attention_type == 'space_only':
            return self.norm(x.mean(1)) if cls_only else self.norm(x).permute(0, 4, 1, 2, 3)
        num_samples, num_frames, height, width = x.shape[:4]
        grid = (height, width) if keep is None else (1, keep.shape[1])
        x = self._add_time(self._add_positions(x, keep), num_frames)  # (T, N, 1 + S, C)
        if self.attention_type == 'joint_space_time':
            patches = x[:, :, 1:].transpose(0, 1).flatten(1, 2)
            x = torch.cat((x[0, :, :1], patches), dim=1)  # (N, 1 + T * S, C)
        x = self.run_blocks(self.blocks, x, cls_only=cls_only)
        if cls_only:
            return self.norm(x[:, 0] if self.attention_type == 'joint_space_time' else x[0, :, 0])
        return self.tokens_to_featmap(self.norm(x), num_samples, grid)

    def _run_frames(self, patches: Tensor, keep: Tensor | None) -> Tensor:
        """The class tokens (N, T, C) or the patches (N, T, H / P, W / P, C) that blocks along space alone return."""
        num_frames, height, width = patches.shape[1:4]
        grid = (height, width) if keep is None else (1, keep.shape[1])
        tokens = self._add_positions(patches, keep).flatten(0, 1)  # (T * N, 1 + S, C)
        cls_only = self.out_type == 'cls_token'
        tokens = self.run_blocks(self.blocks, tokens, cls_only=cls_only).unflatten(0, (num_frames, -1)).transpose(0, 1)
        return tokens[:, :, 0] if cls_only else tokens[:, :, 1:].unflatten(2, grid)

    def tokens_to_featmap(self, tokens: Tensor, num_samples: int, grid: tuple[int, int] | None = None) -> Tensor:
        """The patch tokens that a block returns, as a feature map.

        Args:
            tokens: The output of any of ``blocks``.
            num_samples: Batch size N of the input.
            grid: Patches along height and width of the input; by default those of ``img_size``.

        Returns:
            (N, C, T, H / P, W / P).
        """
        grid = grid or self.grid
        if self.attention_type == 'joint_space_time':
            patches = tokens[:, 1:].unflatten(1, (-1, *grid))
            return patches.permute(0, 4, 1, 2, 3)
        frames = tokens.reshape(-1, num_samples, 1 + grid[0] * grid[1], tokens.shape[-1])
        return frames[:, :, 1:].unflatten(2, grid).permute(1, 4, 0, 2, 3)

    def _add_positions(self, patches: Tensor, keep: Tensor | None) -> Tensor:
        """Class tokens and patches (N, T, H / P, W / P, C) with their positions in space, (T, N, 1 + S, C).

        Args:
            patches: The patches.
            keep: Which of them are kept, as in the forward pass.
        """
        num_samples, num_frames, height, width = patches.shape[:4]
        cls_tokens = self.cls_token.expand(num_frames, num_samples, 1, -1)
        tokens = torch.cat((cls_tokens, patches.flatten(2, 3).transpose(0, 1)), dim=2)
        embed = resize_grid_embed(self.pos_embed, self.grid, (height, width), self.embed_resize_mode)
        tokens = self.embed_drop(tokens + embed)
        if keep is None:
            return tokens
        return keep_tubes(tokens.flatten(0, 1), keep.repeat(num_frames, 1), cls_tokens=1).unflatten(0, (num_frames, -1))

    def _add_time(self, tokens: Tensor, num_frames: int) -> Tensor:
        """Tokens (T, N, 1 + S, C) with their positions in time; one class token for all frames."""
        time_embed = resize_time_embed(self.time_embed, num_frames)[0, :, None, None]  # (T, 1, 1, C)
        patches = self.embed_drop(tokens[:, :, 1:] + time_embed)
        cls_token = tokens[:1, :, :1].expand(num_frames, -1, -1, -1)
        return torch.cat((cls_token, patches), dim=2)
