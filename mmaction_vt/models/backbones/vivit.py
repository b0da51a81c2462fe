"""ViViT (Arnab et al., 2021, "ViViT: A Video Vision Transformer")."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ...errors import check_one_of
from ...registry import MODELS
from ..layers import (
    Block,
    FactorisedDotProductAttention,
    FactorisedSelfAttentionBlock,
    Mlp,
    PatchEmbed3D,
    drop_path_rates,
    grid_of,
    init_linear_layers,
    keep_tubes,
    resize_joint_embed,
    to_pair,
    tubelets_of,
)
from .base import VideoTransformer

# What the paper calls Model 1 to 4.
ATTENTION_TYPES = ('joint', 'factorised_encoder', 'factorised_self_attention', 'factorised_dot_product')
OUT_TYPES = ('cls_token', 'featmap')
FRAME_TOKENS = ('cls', 'mean', 'benchmark')
ACTIVATIONS = {'gelu': 'none', 'gelu_tanh': 'tanh'}
BLOCKS: dict[str, Callable[..., nn.Module]] = {
    'joint': Block,
    'factorised_encoder': Block,
    'factorised_self_attention': FactorisedSelfAttentionBlock,
    'factorised_dot_product': partial(Block, attention=FactorisedDotProductAttention),
}


@MODELS.register_module()
class ViViT(VideoTransformer):
    """A ViT over tubelets, in the four models of the paper (section 3.3).

    - ``joint`` (Model 1): every token attends to every token.
    - ``factorised_encoder`` (Model 2): a spatial transformer for the patches of each frame, then a temporal one over
      frames. ``ViViT(attention_type='factorised_encoder')`` is a ``FactorisedEncoderViViT``, a subclass.
    - ``factorised_self_attention`` (Model 3): each block attends along space, then along time.
    - ``factorised_dot_product`` (Model 4): half of the heads attend along space, half along time.

    Shapes: (N, 3, T, H, W) to (N, C): the normalised class token, or in Models 3 and 4, which have none, the mean of
    the normalised tokens. With ``out_type='featmap'`` to the normalised patch tokens (N, C, T / t, H / P, W / P); in
    Model 2 those of its spatial transformer. Videos may be longer, shorter, larger or smaller than ``num_frames`` and
    ``img_size``: the embeddings are resized. T is a multiple of t, H and W of P.

    Args:
        img_size: Height and width of the frames that the embedding is made for, as one number or two.
        patch_size: Side P of a patch.
        num_frames: Frames that the embedding is made for.
        tubelet_size: Temporal patch (tubelet) size t.
        embed_dims: Channels C of a token.
        num_layers: Number of blocks; in Model 2 of the spatial transformer.
        num_heads: Attention heads; they divide C.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        attention_type: One of the four above.
        num_temporal_layers: Blocks of Model 2's temporal transformer.
        frame_token: What represents a frame in Model 2's temporal transformer: its class token, ``cls``, or the
            ``mean`` of its patches; ``benchmark`` for the weights of the Video Transformer benchmark (see
            ``BenchmarkFactorisedEncoderViViT``).
        act: ``gelu``, or ``gelu_tanh``, its approximation, which the weights published by the authors and by Hugging
            Face were trained with. None: what a checkpoint from Hugging Face says, otherwise ``gelu``.
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
    embed_resize_mode = 'bicubic'  # how embeddings are resized along space
    variants: ClassVar[list[tuple[Mapping[str, str], type['ViViT']]]] = []

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
        tokens_kept: float = 1.0,
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
        self.norm_eps = norm_eps
        self.grid = grid_of(img_size, patch_size)  # patches along height and width

        self.patch_embed = PatchEmbed3D(patch_size, tubelet_size, embed_dims)
        self.embed_drop = nn.Dropout(drop_rate)
        self.build_embeddings(tubelets_of(num_frames, tubelet_size), self.grid[0] * self.grid[1])
        block = partial(
            BLOCKS[attention_type],
            embed_dims,
            num_heads,
            mlp_ratio=mlp_ratio,
            qkv_bias=qkv_bias,
            drop_rate=drop_rate,
            attn_drop_rate=attn_drop_rate,
            norm_eps=norm_eps,
        )
        self.build_blocks(block, num_layers, num_temporal_layers, drop_path_rate)
        self.norm = nn.LayerNorm(embed_dims, eps=norm_eps)
        self.use_activation(act or 'gelu')
        self.drop_tubes(tokens_kept)
        self.freeze_all_but(trainable_blocks)

    def __init_subclass__(cls, builds: Mapping[str, str] | None = None, **options: Any) -> None:
        """Register a subclass.

        Args:
            builds: Arguments of ``ViViT`` for which a call builds the subclass; it then goes by the registered name in
                errors, logs and exported files.
            **options: Those of other base classes.
        """
        super().__init_subclass__(**options)
        if builds is not None:
            ViViT.variants.append((builds, cls))
            cls.__name__ = ViViT.__name__

    @classmethod
    def class_for(cls, arguments: Mapping[str, Any]) -> type[VideoTransformer]:
        """The subclass that was registered last for these arguments, if this is ``ViViT`` itself."""
        variants = ViViT.variants if cls is ViViT else []
        return next((made for builds, made in reversed(variants) if builds.items() <= arguments.items()), cls)

    def build_embeddings(self, num_tubelets: int, num_patches: int) -> None:
        """Make the class token, if there is one, and the position embeddings for F frames of P patches."""
        if self.attention_type == 'factorised_encoder':
            raise NotImplementedError('a subclass for the factorised encoder derives from FactorisedEncoderViViT')
        if self.attention_type == 'joint':
            self.cls_token = nn.Parameter(torch.zeros(1, 1, self.embed_dims))
        num_tokens = int(self.has_cls_token) + num_tubelets * num_patches
        self.st_embed = nn.Parameter(torch.zeros(1, num_tokens, self.embed_dims))

    def build_blocks(
        self, block: Callable[..., nn.Module], num_layers: int, num_temporal_layers: int, drop_path_rate: float
    ) -> None:
        """Make the blocks.

        Args:
            block: What makes a block from its ``drop_path_rate``.
            num_layers: Number of blocks.
            num_temporal_layers: Only for Model 2.
            drop_path_rate: Stochastic depth of the last block.
        """
        self.blocks = nn.ModuleList(block(drop_path_rate=rate) for rate in drop_path_rates(drop_path_rate, num_layers))

    @property
    def has_cls_token(self) -> bool:
        return hasattr(self, 'cls_token')

    def use_activation(self, act: str) -> None:
        """Use ``gelu`` or ``gelu_tanh`` in every MLP."""
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

    def embed_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Patches (N, F, H / P, W / P, C) of clips (N, 3, T, H, W)."""
        _, _, num_frames, *size = x.shape
        grid, num_tubelets = grid_of(size, self.patch_size), tubelets_of(num_frames, self.tubelet_size)
        return self.patch_embed(x).unflatten(1, (num_tubelets, *grid))

    def forward_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        num_samples, num_tubelets, height, width = x.shape[:4]
        grid = (height, width) if keep is None else (1, keep.shape[1])
        sizes = (self.num_frames // self.tubelet_size, *self.grid), (num_tubelets, height, width)
        embed = resize_joint_embed(self.st_embed, *sizes, self.embed_resize_mode)
        x = x.flatten(1, 3)  # (N, F * P, C)
        if self.has_cls_token:
            x = self.prepend_cls_token(x, self.cls_token, embed)
            x = keep_tubes(x, keep, num_tubelets, cls_tokens=1)
            x = self.run_blocks(self.blocks, x, cls_only=self.out_type == 'cls_token')
        else:
            x = keep_tubes(self.embed_drop(x + embed), keep, num_tubelets)
            x = self.run_blocks(self.blocks, x, num_tubelets)
        x = self.norm(x)
        if self.out_type == 'featmap':
            return self.tokens_to_featmap(x, num_samples, grid)
        return x[:, 0] if self.has_cls_token else x.mean(1)

    def prepend_cls_token(self, x: Tensor, cls_token: Tensor, embed: Tensor) -> Tensor:
        """Class token and tokens, with their position embeddings and dropout.

        Args:
            x: Tokens (B, L, C).
            cls_token: (1, 1, C) or (B, 1, C).
            embed: (1, 1 + L, C), the class token's first.

        Returns:
            (B, 1 + L, C).
        """
        cls_token = (cls_token + embed[:, :1]).expand(x.shape[0], -1, -1)
        return self.embed_drop(torch.cat((cls_token, x + embed[:, 1:]), dim=1))

    def tokens_to_featmap(self, tokens: Tensor, num_samples: int, grid: tuple[int, int] | None = None) -> Tensor:
        """The patch tokens that a block returns, as a feature map.

        Args:
            tokens: The output of any of ``blocks``.
            num_samples: Batch size N of the input.
            grid: Patches along height and width of the input; by default those of ``img_size``.

        Returns:
            (N, C, T / t, H / P, W / P).
        """
        patches = tokens[:, 1:] if self.has_cls_token else tokens
        patches = patches.reshape(num_samples, -1, *(grid or self.grid), tokens.shape[-1])
        return patches.permute(0, 4, 1, 2, 3)
