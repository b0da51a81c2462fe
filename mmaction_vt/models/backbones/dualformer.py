"""DualFormer (Liang et al., 2021, "Local-Global Stratified Transformer for Efficient Video Recognition")."""

from collections.abc import Sequence
from functools import partial
from math import prod
from typing import Any, cast

from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS
from ..layers import (
    Downsample,
    GlobalPyramidAttention,
    LocalWindowAttention,
    PositionConv,
    StratifiedBlock,
    drop_path_rates,
    init_linear_layers,
)
from ..layers.depthwise_conv import Size3D
from .base import VideoTransformer
from .dualformer_geometry import DualFormerGeometry, Sizes


@MODELS.register_module()
class DualFormer(VideoTransformer):
    """Four stages whose blocks alternate between local windows and a global pyramid of the clip (section 3).

    Shapes: (N, 3, T, H, W) to normalised features (N, C, T', H', W'), where C is the last of ``embed_dims`` and
    T' = T / 2, H' = H / 32 and W' = W / 32 with the sizes below. Clips of other sizes than ``video_size`` are accepted
    where windows and pyramids tile them: with the default sizes, multiples of 16 frames and of 224 pixels. The pyramid
    then has more tokens, or fewer.

    Args:
        video_size: Frames, height and width T, H, W that windows and pyramids are made for.
        patch_size: Frames, rows and columns of a patch.
        embed_dims: Channels of each stage.
        depths: Blocks of each stage.
        num_heads: Attention heads of each stage.
        mlp_ratios: Ratio of MLP hidden dimension to embedding dimension in each stage.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        local_sizes: Frames, rows and columns of a window in each stage.
        fine_pysizes: Frames, rows and columns of the fine level of each stage's pyramid. A dimension of the stage's own
            size is not reduced.
        coarse_pysizes: Those of the coarse level, which only the first two stages have.
        coarse_kernel: Kernel of the first convolution of the coarse level; the second does the rest. Clips smaller than
            the published need a smaller one.
        temporal_pooling: Temporal stride of each stage's patch embedding; -1 for that of the patch.
        with_cp: Activation checkpointing of blocks; 2 for every second block, 3 for every third, and so on.
        norm_eps: Epsilon of every LayerNorm; the published models have PyTorch's default, ten times the other
            backbones'.
        trainable_blocks: How many of the last blocks are trained; 0 to freeze the backbone, None to train all of it.
        init_cfg: What ``init_weights`` does after the published initialisation.

    Raises:
        InputError: If windows or pyramids do not tile a stage, or channels are not divisible by heads; the message
            says what would fit.
    """

    def __init__(
        self,
        video_size: Sequence[int] = (32, 224, 224),
        patch_size: Sequence[int] = (2, 4, 4),
        embed_dims: Sequence[int] = (64, 128, 256, 512),
        depths: Sequence[int] = (2, 2, 10, 4),
        num_heads: Sequence[int] = (2, 4, 8, 16),
        mlp_ratios: Sequence[float] = (4.0, 4.0, 4.0, 4.0),
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        local_sizes: Sizes = ((8, 7, 7),) * 4,
        fine_pysizes: Sizes = ((8, 7, 7), (8, 7, 7), (8, 7, 7), (16, 7, 7)),
        coarse_pysizes: Sizes = ((4, 4, 4),) * 4,
        coarse_kernel: Sequence[int] = (1, 7, 7),
        temporal_pooling: Sequence[int] = (-1, 1, 1, 1),
        with_cp: bool | int = False,
        norm_eps: float = 1e-5,
        trainable_blocks: int | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(init_cfg)
        per_stage = dict(
            depths=depths,
            num_heads=num_heads,
            mlp_ratios=mlp_ratios,
            local_sizes=local_sizes,
            fine_pysizes=fine_pysizes,
            temporal_pooling=temporal_pooling,
        )
        for name, values in per_stage.items():
            if len(values) != len(embed_dims):
                raise InputError(
                    f'{name} of DualFormer must have an entry for each of {len(embed_dims)} stages; got {values}'
                )
        self.num_frames, *img_size = video_size
        self.tubelet_size = patch_size[0]
        self.img_size = tuple(img_size)
        self.embed_dims = tuple(embed_dims)
        self.geometry = DualFormerGeometry.build(
            video_size, patch_size, temporal_pooling, local_sizes, fine_pysizes, coarse_pysizes, coarse_kernel
        )
        self.patch_embeds, self.pos_block, self.blocks = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        self.embed_drop = nn.Dropout(drop_rate)
        rates = drop_path_rates(drop_path_rate, sum(depths))
        options: dict[str, Any] = dict(qkv_bias=qkv_bias, attn_drop_rate=attn_drop_rate, drop_rate=drop_rate)
        in_dims, first_block = 3, 0
        for stage, dims, heads, mlp_ratio, depth in zip(
            self.geometry.stages, embed_dims, num_heads, mlp_ratios, depths, strict=True
        ):
            local = partial(LocalWindowAttention, dims, heads, stage.window, **options)
            pyramid = partial(
                GlobalPyramidAttention,
                dims,
                heads,
                stage.fine_kernel,
                stage.coarse_kernels,
                norm_eps=norm_eps,
                **options,
            )
            block = partial(StratifiedBlock, dims, mlp_ratio=mlp_ratio, drop_rate=drop_rate, norm_eps=norm_eps)
            self.blocks.append(
                nn.ModuleList(
                    block(
                        attention=pyramid() if index % 2 else local(),
                        drop_path_rate=rates[first_block + index],
                        with_cp=bool(with_cp) and (first_block + index) % int(with_cp) == 0,
                    )
                    for index in range(depth)
                )
            )
            self.patch_embeds.append(Downsample(in_dims, dims, stage.stride, norm_eps))
            self.pos_block.append(PositionConv(dims))
            in_dims, first_block = dims, first_block + depth
        self.norm = nn.LayerNorm(in_dims, eps=norm_eps)
        self.freeze_all_but(trainable_blocks)

    def init_weights(self) -> None:
        """Initialise as the published code intends: truncated normal linear layers, convolutions by their fan-out.

        That code looks for two-dimensional convolutions, of which the video model has none, so that its convolutions
        keep PyTorch's initialisation unless a checkpoint has them.
        """
        init_linear_layers(self)
        for layer in self.modules():
            if isinstance(layer, nn.Conv3d):
                fan_out = prod(layer.kernel_size) * layer.out_channels // layer.groups
                nn.init.normal_(layer.weight, std=(2.0 / fan_out) ** 0.5)
                nn.init.constant_(cast('Tensor', layer.bias), 0.0)
        super().init_weights()

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        self.geometry.check_clip(x.shape[2:])
        return super().forward(x, keep)

    def embed_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Patches (N, F, H', W', C) of the first stage."""
        return self.patch_embeds[0](x.permute(0, 2, 3, 4, 1))  # channels last from here on

    def forward_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        for stage, (blocks, position) in enumerate(zip(self.blocks, self.pos_block, strict=True)):
            x = self.embed_drop(self.patch_embeds[stage](x) if stage else x)
            first, *others = cast('nn.ModuleList', blocks)
            x = position(first(x))
            for block in others:
                x = block(x)
        return self.norm(x).permute(0, 4, 1, 2, 3)

    @property
    def strides(self) -> list[Size3D]:
        """Kernel and stride of each stage's patch embedding."""
        return [stage.stride for stage in self.geometry.stages]

    @property
    def stage_depths(self) -> list[int]:
        return [len(cast('nn.ModuleList', blocks)) for blocks in self.blocks]

    def get_layer_depth(self, name: str) -> int:
        part, *rest = name.split('.')
        if part == 'norm':
            return self.num_depths - 1
        first = 1 + sum(self.stage_depths[: int(rest[0])])  # block of the stage
        if part == 'blocks':
            return first + int(rest[1])
        # A patch embedding precedes the first block of its stage, and a position convolution follows it.
        return 0 if part == 'patch_embeds' and rest[0] == '0' else first

    def tokens_to_featmap(self, tokens: Tensor, num_samples: int, grid: tuple[int, int] | None = None) -> Tensor:
        """The output (N, T', H', W', C) of any block as a feature map (N, C, T', H', W')."""
        return tokens.permute(0, 4, 1, 2, 3)
