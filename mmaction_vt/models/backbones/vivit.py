"""ViViT (Arnab et al., 2021, "ViViT: A Video Vision Transformer")."""

from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ...errors import check_one_of
from ...registry import MODELS
from ..layers import (
    Block,
    FactorisedDotProductBlock,
    FactorisedSelfAttentionBlock,
    Mlp,
    PatchEmbed3D,
    drop_path_rates,
    grid_of,
    init_linear_layers,
    resize_grid_embed,
    resize_joint_embed,
    resize_time_embed,
    to_pair,
    tubelets_of,
)
from .base import VideoTransformer

# What the paper calls Model 1 to 4.
ATTENTION_TYPES = ('joint', 'factorised_encoder', 'factorised_self_attention', 'factorised_dot_product')
OUT_TYPES = ('cls_token', 'featmap')
FRAME_TOKENS = ('cls', 'mean', 'benchmark')
ACTIVATIONS = {'gelu': 'none', 'gelu_tanh': 'tanh'}


@MODELS.register_module()
class ViViT(VideoTransformer):
    """A ViT over tubelets, in the four models of the paper (section 3.3).

    - ``joint`` (Model 1): every token attends to every token.
    - ``factorised_encoder`` (Model 2): one transformer for the patches of each time, and one for what these say.
    - ``factorised_self_attention`` (Model 3): each block attends along space, then along time.
    - ``factorised_dot_product`` (Model 4): half of the heads attend along space, half along time.

    Shapes: (N, 3, T, H, W) to (N, C): the normalised class token, or in Models 3 and 4, which have none, the mean of
    the normalised tokens. With ``out_type='featmap'`` to the normalised patch tokens (N, C, T / t, H / P, W / P); in
    Model 2 those of its first transformer. Videos may be longer, shorter, larger or smaller than ``num_frames`` and
    ``img_size``: the embeddings are resized. T is a multiple of t, H and W of P.

    Args:
        img_size: Height and width of the frames that the embedding is made for, as one number or two.
        patch_size: Side P of a patch.
        num_frames: Frames that the embedding is made for.
        tubelet_size: Frames t that a patch lasts.
        embed_dims: Channels C of a token.
        num_layers: Number of blocks; in Model 2 of the first transformer.
        num_heads: Attention heads; they divide C.
        mlp_ratio: Hidden channels of the feed-forward networks in units of C.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        attention_type: One of the four above.
        num_temporal_layers: Blocks of Model 2's second transformer.
        frame_token: What Model 2 knows of a time: its class token, ``cls``, or the ``mean`` of its patches;
            ``benchmark`` for the weights of the Video Transformer benchmark: the mean without the norm between both
            transformers, the second of which starts from the first one's class token of the first time.
        act: ``gelu``, or ``gelu_tanh``, its approximation, which the weights published by the authors and by Hugging
            Face were trained with. None: what a checkpoint from Hugging Face says, and else ``gelu``.
        out_type: ``cls_token`` or ``featmap``.
        with_cp: Whether blocks are computed again in the backward pass instead of keeping their activations; 2 for
            every second block, 3 for every third, and so on.
        norm_eps: Epsilon of every LayerNorm.
        trainable_blocks: How many of the last blocks are trained; 0 for nothing of the backbone, None for everything.
        init_cfg: How ``init_weights`` goes on after the published initialisation.

    Raises:
        InputError: If a size does not fit (the message says which), or an option is not one of those above.
    """

    embed_resize_mode = 'bicubic'  # how embeddings of places are resized

    def __init__(
        self,
        img_size: int | tuple[int, int] = 224,
        patch_size: int = 16,
        num_frames: int = 32,
        tubelet_size: int = 2,
        embed_dims: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        mlp_ratio: float = 4.0,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        attention_type: str = 'joint',
        num_temporal_layers: int = 4,
        frame_token: str = 'cls',
        act: str | None = None,
        out_type: str = 'cls_token',
        with_cp: bool | int = False,
        norm_eps: float = 1e-6,
        trainable_blocks: int | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_one_of('attention_type of ViViT', attention_type, ATTENTION_TYPES)
        check_one_of('frame_token of ViViT', frame_token, FRAME_TOKENS)
        check_one_of('out_type of ViViT', out_type, OUT_TYPES)
        check_one_of('act of ViViT', act or 'gelu', ACTIVATIONS)
        self.img_size = to_pair(img_size)
        self.patch_size = patch_size
        self.num_frames = num_frames
        self.tubelet_size = tubelet_size
        self.embed_dims = embed_dims
        self.attention_type = attention_type
        self.frame_token = frame_token
        self.out_type = out_type
        self.with_cp = with_cp
        self.act = act
        self.grid = grid_of(img_size, patch_size)  # patches along height and width
        num_tubelets, num_patches = tubelets_of(num_frames, tubelet_size), self.grid[0] * self.grid[1]

        self.patch_embed = PatchEmbed3D(patch_size, tubelet_size, embed_dims)
        self.embed_drop = nn.Dropout(drop_rate)
        if attention_type in ('joint', 'factorised_encoder'):
            self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        extra = int(hasattr(self, 'cls_token'))
        options = dict(
            mlp_ratio=mlp_ratio,
            qkv_bias=qkv_bias,
            drop_rate=drop_rate,
            attn_drop_rate=attn_drop_rate,
            norm_eps=norm_eps,
        )
        kinds = dict(
            factorised_self_attention=FactorisedSelfAttentionBlock, factorised_dot_product=FactorisedDotProductBlock
        )
        block = partial(kinds.get(attention_type, Block), embed_dims, num_heads, **options)
        if attention_type == 'factorised_encoder':
            rates = drop_path_rates(drop_path_rate, num_layers + num_temporal_layers)
            self.pos_embed = nn.Parameter(torch.zeros(1, 1 + num_patches, embed_dims))
            if frame_token == 'benchmark':
                self.spatial_norm = nn.Identity()
            else:
                self.spatial_norm = nn.LayerNorm(embed_dims, eps=norm_eps)
                self.temporal_cls_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
            self.temporal_embed = nn.Parameter(torch.zeros(1, 1 + num_tubelets, embed_dims))
            self.temporal_blocks = nn.ModuleList(block(drop_path_rate=rate) for rate in rates[num_layers:])
        else:
            rates = drop_path_rates(drop_path_rate, num_layers)
            self.st_embed = nn.Parameter(torch.zeros(1, extra + num_tubelets * num_patches, embed_dims))
        self.blocks = nn.ModuleList(block(drop_path_rate=rate) for rate in rates[:num_layers])
        self.norm = nn.LayerNorm(embed_dims, eps=norm_eps)
        self.use_activation(act or 'gelu')
        self.freeze_all_but(trainable_blocks)

    def use_activation(self, act: str) -> None:
        """Put ``gelu`` or ``gelu_tanh`` into every feed-forward network."""
        for layer in self.modules():
            if isinstance(layer, Mlp):
                layer.approximate = ACTIVATIONS[act]

    def init_weights(self) -> None:
        """Initialise with a truncated normal, then as ``init_cfg`` says."""
        init_linear_layers(self)
        for name in ('cls_token', 'pos_embed', 'st_embed', 'temporal_cls_token', 'temporal_embed'):
            if hasattr(self, name):
                nn.init.trunc_normal_(getattr(self, name), std=0.02)
        super().init_weights()

    def forward(self, x: Tensor) -> Tensor:
        grid = grid_of(x.shape[3:], self.patch_size)
        num_tubelets = tubelets_of(x.shape[2], self.tubelet_size)
        num_samples = x.shape[0]
        x = self.patch_embed(x)  # (N, F * P, C)
        if self.attention_type == 'factorised_encoder':
            return self._encode_in_two_steps(x, num_samples, grid)
        made_for = (self.num_frames // self.tubelet_size, *self.grid)
        embed = resize_joint_embed(self.st_embed, made_for, (num_tubelets, *grid), self.embed_resize_mode)
        class_token_only = self.out_type == 'cls_token'
        if self.attention_type == 'joint':
            x = self._with_class_token(x, self.cls_token, embed)
            x = self.norm(self._run(self.blocks, x, first_only=class_token_only))
            return x[:, 0] if class_token_only else self.tokens_to_featmap(x, num_samples, grid)
        x = self.embed_drop(x + embed)
        for index, block in enumerate(self.blocks):
            x = self._call(block, x, num_tubelets, index)
        x = self.norm(x)
        return x.mean(1) if class_token_only else self.tokens_to_featmap(x, num_samples, grid)

    def _encode_in_two_steps(self, x: Tensor, num_samples: int, grid: tuple[int, int]) -> Tensor:
        """Model 2: patches (N, F * P, C) of a grid to the class token or the features of every place."""
        x = x.reshape(-1, grid[0] * grid[1], x.shape[-1])  # (N * F, P, C)
        x = self._with_class_token(
            x, self.cls_token, resize_grid_embed(self.pos_embed, self.grid, grid, self.embed_resize_mode)
        )
        frames_only = self.out_type == 'cls_token'
        x = self._run(self.blocks, x, first_only=frames_only and self.frame_token == 'cls')
        x = self.spatial_norm(x)
        if not frames_only:
            return self.tokens_to_featmap(x, num_samples, grid)
        frames = x[:, 0] if self.frame_token == 'cls' else x[:, 1:].mean(1)
        frames = frames.unflatten(0, (num_samples, -1))  # (N, F, C)
        if self.frame_token == 'benchmark':
            cls_token = x[:, 0].unflatten(0, (num_samples, -1))[:, :1]
        else:
            cls_token = self.temporal_cls_token
        times = resize_time_embed(self.temporal_embed[:, 1:], frames.shape[1])
        embed = torch.cat((self.temporal_embed[:, :1], times), dim=1)
        x = self._with_class_token(frames, cls_token, embed)
        return self.norm(self._run(self.temporal_blocks, x, first_only=True))[:, 0]

    def _with_class_token(self, x: Tensor, cls_token: Tensor, embed: Tensor) -> Tensor:
        """Tokens (B, 1 + L, C) of (B, L, C) behind one of (1, 1, C) or (B, 1, C), with embeddings (1, 1 + L, C)."""
        cls_token = (cls_token + embed[:, :1]).expand(x.shape[0], -1, -1)
        return self.embed_drop(torch.cat((cls_token, x + embed[:, 1:]), dim=1))

    def _run(self, blocks: nn.ModuleList, x: Tensor, first_only: bool) -> Tensor:
        """Blocks one after the other; the last may leave out what only the tokens behind the first would need."""
        for index, block in enumerate(blocks):
            x = self._call(block, x, first_only and index == len(blocks) - 1, index)
        return x

    def _call(self, block: nn.Module, x: Tensor, argument: object, index: int) -> Tensor:
        if self.recomputes(index):
            return checkpoint(block, x, argument, use_reentrant=False)
        return block(x, argument)

    def tokens_to_featmap(self, tokens: Tensor, num_samples: int, grid: tuple[int, int] | None = None) -> Tensor:
        """The patch tokens that a block returns, laid out in time and space.

        Args:
            tokens: What any of ``blocks`` returned.
            num_samples: N of the input that they came from.
            grid: Patches along height and width of that input; those of ``img_size`` if it is not given.

        Returns:
            (N, C, T / t, H / P, W / P).
        """
        patches = tokens[:, 1:] if hasattr(self, 'cls_token') else tokens
        patches = patches.reshape(num_samples, -1, *(grid or self.grid), tokens.shape[-1])
        return patches.permute(0, 4, 1, 2, 3)
