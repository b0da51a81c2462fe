"""The sizes of DualFormer's stages, windows and pyramids (Liang et al., 2021, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm, prod
from typing import cast

from ...errors import InputError
from ..layers.depthwise_conv import Size3D

AXES = ('frames', 'height', 'width')
# Stages whose pyramid has a coarse level.
COARSE_STAGES = (0, 1)
Sizes = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Stage:
    """One stage; all sizes are along time, height and width.

    Attributes:
        stride: Kernel and stride of the patch embedding before the stage.
        grid: Tokens of the stage.
        window: Tokens of a local window.
        fine_kernel: Kernel of the pyramid's fine level; (1, 1, 1) where the tokens themselves are that level.
        coarse_kernels: Kernels of the coarse level's two convolutions; None where the pyramid has no such level.
    """

    stride: Size3D
    grid: Size3D
    window: Size3D
    fine_kernel: Size3D
    coarse_kernels: tuple[Size3D, Size3D] | None


@dataclass(frozen=True)
class DualFormerGeometry:
    """The sizes of a DualFormer, valid as soon as it is built.

    Attributes:
        video_size: Frames, height and width of the clips that it is made for.
        stages: The stages.
        units: Frames, height and width of which the size of any clip is a multiple.
    """

    video_size: Size3D
    stages: tuple[Stage, ...]
    units: Size3D

    @classmethod
    def build(
        cls,
        video_size: Sequence[int],
        patch_size: Sequence[int],
        temporal_pooling: Sequence[int],
        local_sizes: Sizes,
        fine_pysizes: Sizes,
        coarse_pysizes: Sizes,
        coarse_kernel: Sequence[int],
    ) -> 'DualFormerGeometry':
        """Derive the sizes from the arguments of ``DualFormer``, which have these names.

        Raises:
            InputError: If strides, windows or pyramids do not tile the video; the message says what would fit.
        """
        strides = stage_strides(patch_size, temporal_pooling)
        check_video_size(video_size, strides)
        stages: list[Stage] = []
        units, stride, grid = (1, 1, 1), (1, 1, 1), as_size(video_size)
        for index, step in enumerate(strides):
            grid, stride = divide(grid, step), multiply(stride, step)
            window = as_size(local_sizes[index])
            if not tiles(grid, window):
                raise InputError(
                    f'local_sizes[{index}] of DualFormer is {window}, and stage {index} has {show(grid)} tokens, which '
                    f'such windows do not tile: {largest_divisors(grid, window)} would'
                )
            fine = pyramid_kernel(f'fine_pysizes[{index}]', index, grid, as_size(fine_pysizes[index]))
            needs, coarse = [window, fine], None
            if index in COARSE_STAGES:
                coarse = coarse_kernels(index, grid, as_size(coarse_kernel), as_size(coarse_pysizes[index]))
                needs.append(multiply(*coarse))
            for need in needs:
                units = as_size([lcm(unit, size) for unit, size in zip(units, multiply(stride, need), strict=True)])
            stages.append(Stage(step, grid, window, fine, coarse))
        return cls(as_size(video_size), tuple(stages), units)

    def check_clip(self, size: Sequence[int]) -> None:
        """Check the frames, height and width of a clip.

        Raises:
            InputError: If windows and pyramids do not tile it.
        """
        if not tiles(size, self.units):
            units = ', '.join(f'{axis} {unit}' for axis, unit in zip(AXES, self.units, strict=True))
            raise InputError(
                f'a clip of {show(size)} (frames, height, width) cannot be cut into the windows and pyramids of this '
                f'DualFormer, which is made for {show(self.video_size)}: each must be a multiple of {units} (see '
                'clip_len and the crop in the pipeline)'
            )


def stage_strides(patch_size: Sequence[int], temporal_pooling: Sequence[int]) -> list[Size3D]:
    """Stride of each stage's patch embedding.

    Raises:
        InputError: If the first stage pools time otherwise than its patches do.
    """
    if temporal_pooling[0] not in (-1, patch_size[0]):
        raise InputError(
            f'temporal_pooling[0] of DualFormer must be -1 or the frames of a patch, {patch_size[0]}; got '
            f'{temporal_pooling[0]}'
        )
    return [as_size(patch_size), *((1 if pool == -1 else pool, 2, 2) for pool in temporal_pooling[1:])]


def check_video_size(video_size: Sequence[int], strides: Sequence[Size3D]) -> None:
    """Check that the strides of all stages tile the video.

    Raises:
        InputError: If they do not.
    """
    unit = as_size([prod(stride[axis] for stride in strides) for axis in range(3)])
    if len(video_size) != 3 or not tiles(video_size, unit):
        raise InputError(
            f'video_size of DualFormer must be frames, height and width in multiples of {unit}; got {tuple(video_size)}'
        )


def pyramid_kernel(name: str, stage: int, grid: Size3D, level: Size3D) -> Size3D:
    """The kernel that reduces a grid of tokens to a level of the pyramid.

    Raises:
        InputError: If none does; the message has the ``name`` of the level and the closest size.
    """
    if not tiles(grid, level):
        raise InputError(
            f'{name} of DualFormer is {level}, and stage {stage} has {show(grid)} tokens: each number must divide the '
            f'one there, as {largest_divisors(grid, level)} does'
        )
    return divide(grid, level)


def coarse_kernels(stage: int, grid: Size3D, first: Size3D, level: Size3D) -> tuple[Size3D, Size3D]:
    """The kernels of the coarse level's two convolutions, the first of which is given.

    Raises:
        InputError: If they do not reduce the grid of tokens to the coarse level.
    """
    if not tiles(grid, first):
        raise InputError(
            f'the coarse level of DualFormer reduces frames, rows and columns {show(first)} times, and stage {stage} '
            f'has {show(grid)} tokens: they must be multiples of that (see video_size and coarse_kernel)'
        )
    return first, pyramid_kernel(f'coarse_pysizes[{stage}]', stage, divide(grid, first), level)


def as_size(sizes: Sequence[int]) -> Size3D:
    return cast('Size3D', tuple(sizes))


def tiles(grid: Sequence[int], unit: Sequence[int]) -> bool:
    """Whether every size is a positive multiple of the unit's."""
    return all(step >= 1 and size >= step and size % step == 0 for size, step in zip(grid, unit, strict=True))


def divide(sizes: Sequence[int], by: Sequence[int]) -> Size3D:
    return as_size([size // step for size, step in zip(sizes, by, strict=True)])


def multiply(sizes: Sequence[int], by: Sequence[int]) -> Size3D:
    return as_size([size * step for size, step in zip(sizes, by, strict=True)])


def largest_divisors(grid: Sequence[int], limits: Sequence[int]) -> Size3D:
    """For each size the largest divisor that does not exceed its limit."""
    return as_size(
        [
            max(count for count in range(1, size + 1) if size % count == 0 and count <= max(limit, 1))
            for size, limit in zip(grid, limits, strict=True)
        ]
    )


def show(sizes: Sequence[int]) -> str:
    return 'x'.join(map(str, sizes))
