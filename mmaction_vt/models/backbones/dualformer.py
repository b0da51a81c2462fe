"""DualFormer (Liang et al., 2021, "Local-Global Stratified Transformer for Efficient Video Recognition")."""

from collections.abc import Sequence
from functools import partial
from math import lcm, prod

import torch
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
from .base import VideoTransformer

AXES = ('frames', 'height', 'width')
# Stages whose pyramid has a coarse level.
COARSE_STAGES = (0, 1)
Sizes = Sequence[Sequence[int]]


@MODELS.register_module()
class DualFormer(VideoTransformer):
    """Four stages whose blocks attend within windows and to a pyramid of the whole video in turn (section 3).

    Shapes: (N, 3, T, H, W) to normalised features (N, C, T', H', W'), where C is the last of ``embed_dims`` and
    T' = T / 2, H' = H / 32 and W' = W / 32 with the sizes below. Other sizes than ``video_size`` are possible where
    windows and pyramids tile them: with the default sizes, multiples of 16 frames and of 224 pixels. The pyramid then
    has more tokens, or fewer.

    Args:
        video_size: Frames, height and width T, H, W that windows and pyramids are made for.
        patch_size: Frames, rows and columns of a patch.
        embed_dims: Channels of each stage.
        depths: Blocks of each stage.
        num_heads: Attention heads of each stage.
        mlp_ratios: Hidden channels of the feed-forward networks of each stage in units of its channels.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        local_sizes: Times, rows and columns of a window in each stage.
        fine_pysizes: Times, rows and columns of the fine level of each stage's pyramid. In a dimension where it is as
            large as the stage, nothing is summed up.
        coarse_pysizes: Those of the coarse level; only the first two stages have one.
        coarse_kernel: How many times, rows and columns the first convolution of the coarse level makes one; its second
            does the rest. Videos smaller than the published need a smaller one.
        temporal_pooling: By how much each stage's embedding makes the times fewer; -1 for what the patch does.
        with_cp: Whether blocks are computed again in the backward pass instead of keeping their activations; 2 for
            every second block, 3 for every third, and so on.
        norm_eps: Epsilon of every LayerNorm; the published models have PyTorch's own, ten times the other backbones'.
        trainable_blocks: How many of the last blocks are trained; 0 for nothing of the backbone, None for everything.
        init_cfg: How ``init_weights`` goes on after the published initialisation.

    Raises:
        InputError: If windows or pyramids do not tile a stage, or channels cannot be shared by the heads; the message
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
                raise InputError(f'{name} of DualFormer has one entry for each of {len(embed_dims)} stages: {values}')
        self.num_frames, *img_size = video_size
        self.img_size = tuple(img_size)
        self.embed_dims = tuple(embed_dims)
        self.strides, self.grids = stage_grids(video_size, patch_size, temporal_pooling)
        self.units = [1, 1, 1]  # of which the input's sizes are multiples

        self.patch_embeds, self.pos_block, self.blocks = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        self.embed_drop = nn.Dropout(drop_rate)
        rates = iter(drop_path_rates(drop_path_rate, sum(depths)))
        options = dict(qkv_bias=qkv_bias, attn_drop_rate=attn_drop_rate, drop_rate=drop_rate)
        in_dims, coarse = 3, None
        for stage, (dims, grid) in enumerate(zip(embed_dims, self.grids, strict=True)):
            self._fit('local_sizes', stage, grid, local_sizes[stage], local_sizes[stage])
            fine = self._kernel('fine_pysizes', stage, grid, fine_pysizes[stage])
            if stage in COARSE_STAGES:
                coarse = self._coarse_kernels(stage, grid, coarse_kernel, coarse_pysizes[stage])
            local = partial(LocalWindowAttention, dims, num_heads[stage], local_sizes[stage], **options)
            pyramid = partial(
                GlobalPyramidAttention,
                dims,
                num_heads[stage],
                fine,
                coarse if stage in COARSE_STAGES else None,
                norm_eps=norm_eps,
                **options,
            )
            block = partial(
                StratifiedBlock,
                dims,
                mlp_ratio=mlp_ratios[stage],
                drop_rate=drop_rate,
                norm_eps=norm_eps,
            )
            blocks = ((pyramid if index % 2 else local)() for index in range(depths[stage]))
            self.blocks.append(nn.ModuleList())
            for made in blocks:
                count = sum(map(len, self.blocks))  # blocks so far
                recomputed = bool(with_cp) and count % int(with_cp) == 0
                self.blocks[-1].append(block(attention=made, drop_path_rate=next(rates), with_cp=recomputed))
            self.patch_embeds.append(Downsample(in_dims, dims, self.strides[stage], norm_eps))
            self.pos_block.append(PositionConv(dims))
            in_dims = dims
        self.norm = nn.LayerNorm(in_dims, eps=norm_eps)
        self.freeze_all_but(trainable_blocks)

    def init_weights(self) -> None:
        """Initialise as the published code means it: truncated normal linear layers, convolutions by their fan-out.

        That code asks for two-dimensional convolutions, of which the video model has none: there, convolutions that no
        checkpoint fills keep PyTorch's own start.
        """
        init_linear_layers(self)
        for layer in self.modules():
            if isinstance(layer, nn.Conv3d):
                fan_out = prod(layer.kernel_size) * layer.out_channels // layer.groups
                nn.init.normal_(layer.weight, std=(2.0 / fan_out) ** 0.5)
                nn.init.zeros_(layer.bias)
        super().init_weights()

    def forward(self, x: Tensor) -> Tensor:
        self._check_input(x.shape[2:])
        x = x.permute(0, 2, 3, 4, 1)  # (N, T, H, W, C) from here on
        for embed, blocks, position in zip(self.patch_embeds, self.blocks, self.pos_block, strict=True):
            x = self.embed_drop(embed(x))
            for index, block in enumerate(blocks):
                x = block(x)
                if index == 0:
                    x = position(x)
        return self.norm(x).permute(0, 4, 1, 2, 3)

    @property
    def _stages(self) -> list[int]:
        return [len(blocks) for blocks in self.blocks]

    def depth_of(self, name: str) -> int:
        part, *rest = name.split('.')
        if part == 'norm':
            return self.num_depths - 1
        first = 1 + sum(self._stages[: int(rest[0])])  # block of the stage
        if part == 'blocks':
            return first + int(rest[1])
        # An embedding lies before the first block of its stage, a position convolution behind it.
        return 0 if part == 'patch_embeds' and rest[0] == '0' else first

    def tokens_to_featmap(self, tokens: Tensor, num_samples: int, grid: tuple[int, int] | None = None) -> Tensor:
        """What any block returned, (N, T', H', W', C), as (N, C, T', H', W')."""
        return tokens.permute(0, 4, 1, 2, 3)

    def _kernel(self, name: str, stage: int, grid: Sequence[int], wanted: Sequence[int]) -> tuple[int, ...]:
        """How many times, rows and columns become one so that a grid becomes the one that is wanted."""
        if any(size % count or count < 1 for size, count in zip(grid, wanted, strict=True)):
            raise InputError(
                f'{name}[{stage}] of DualFormer is {tuple(wanted)}, and stage {stage} has {show(grid)} tokens: each '
                f'number must divide the one there, as {tuple(largest_divisors(grid, wanted))} does'
            )
        kernel = tuple(size // count for size, count in zip(grid, wanted, strict=True))
        self._need(stage, kernel)
        return kernel

    def _fit(self, name: str, stage: int, grid: Sequence[int], window: Sequence[int], unit: Sequence[int]) -> None:
        if any(size % length for size, length in zip(grid, window, strict=True)):
            raise InputError(
                f'{name}[{stage}] of DualFormer is {tuple(window)}, and stage {stage} has {show(grid)} tokens, which '
                f'such windows do not tile: {tuple(largest_divisors(grid, window))} would'
            )
        self._need(stage, unit)

    def _coarse_kernels(
        self, stage: int, grid: Sequence[int], first: Sequence[int], wanted: Sequence[int]
    ) -> tuple[tuple[int, ...], ...]:
        if any(size % length for size, length in zip(grid, first, strict=True)):
            raise InputError(
                f'the coarse level of DualFormer makes times, rows and columns {show(first)} times fewer, and stage '
                f'{stage} has {show(grid)} tokens: they must be multiples of that (see video_size and coarse_kernel)'
            )
        left = [size // length for size, length in zip(grid, first, strict=True)]
        second = self._kernel('coarse_pysizes', stage, left, wanted)
        self._need(stage, [one * other for one, other in zip(first, second, strict=True)])
        return tuple(first), second

    def _need(self, stage: int, unit: Sequence[int]) -> None:
        """Note that the tokens of a stage must be multiples of ``unit``."""
        for axis in range(3):
            stride = prod(strides[axis] for strides in self.strides[: stage + 1])
            self.units[axis] = lcm(self.units[axis], stride * unit[axis])

    def _check_input(self, shape: torch.Size) -> None:
        if any(size % unit or size < unit for size, unit in zip(shape, self.units, strict=True)):
            fits = ', '.join(f'{axis} {unit}' for axis, unit in zip(AXES, self.units, strict=True))
            raise InputError(
                f'a clip of {show(shape)} (frames, height, width) cannot be cut into the windows and pyramids of this '
                f'DualFormer, which is made for {show((self.num_frames, *self.img_size))}: each must be a multiple of '
                f'{fits} (see clip_len and the crop in the pipeline)'
            )


def stage_grids(
    video_size: Sequence[int], patch_size: Sequence[int], temporal_pooling: Sequence[int]
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Strides of each stage's embedding, and the tokens of each stage along time, height and width.

    Raises:
        InputError: If the strides do not tile the video.
    """
    strides = [tuple(patch_size)] + [(1 if pool == -1 else pool, 2, 2) for pool in temporal_pooling[1:]]
    if temporal_pooling[0] not in (-1, patch_size[0]):
        raise InputError(
            f'temporal_pooling[0] of DualFormer is -1 or what the patch does, {patch_size[0]}, not '
            f'{temporal_pooling[0]}'
        )
    units = [prod(stride[axis] for stride in strides) for axis in range(3)]
    if len(video_size) != 3 or any(size % unit or size < unit for size, unit in zip(video_size, units, strict=False)):
        raise InputError(
            f'video_size of DualFormer is frames, height and width in multiples of {tuple(units)}, not '
            f'{tuple(video_size)}'
        )
    grids, grid = [], tuple(video_size)
    for stride in strides:
        grid = tuple(size // step for size, step in zip(grid, stride, strict=True))
        grids.append(grid)
    return strides, grids


def largest_divisors(grid: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """For each size the largest divisor that is no larger than what was wanted."""
    return [
        max(count for count in range(1, size + 1) if size % count == 0 and count <= max(limit, 1))
        for size, limit in zip(grid, wanted, strict=True)
    ]


def show(sizes: Sequence[int]) -> str:
    return 'x'.join(map(str, sizes))
