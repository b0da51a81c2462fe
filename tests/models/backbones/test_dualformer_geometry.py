"""Sizes of DualFormer's stages, windows and pyramids."""

from dataclasses import FrozenInstanceError
from math import prod

import pytest

from mmaction_vt.errors import InputError
from mmaction_vt.models.backbones.dualformer_geometry import DualFormerGeometry, largest_divisors

PUBLISHED = dict(
    video_size=(32, 224, 224),
    patch_size=(2, 4, 4),
    temporal_pooling=(-1, 1, 1, 1),
    local_sizes=((8, 7, 7),) * 4,
    fine_pysizes=((8, 7, 7), (8, 7, 7), (8, 7, 7), (16, 7, 7)),
    coarse_pysizes=((4, 4, 4),) * 4,
    coarse_kernel=(1, 7, 7),
)


def test_the_published_sizes():
    geometry = DualFormerGeometry.build(**PUBLISHED)
    assert [stage.grid for stage in geometry.stages] == [(16, 56, 56), (16, 28, 28), (16, 14, 14), (16, 7, 7)]
    assert [stage.stride for stage in geometry.stages] == [(2, 4, 4), (1, 2, 2), (1, 2, 2), (1, 2, 2)]
    assert [stage.fine_kernel for stage in geometry.stages] == [(2, 8, 8), (2, 4, 4), (2, 2, 2), (1, 1, 1)]
    assert [stage.coarse_kernels is None for stage in geometry.stages] == [False, False, True, True]
    assert geometry.units == (16, 224, 224)


def test_levels_of_the_pyramid_have_the_sizes_that_were_asked_for():
    geometry = DualFormerGeometry.build(**PUBLISHED)
    for index, stage in enumerate(geometry.stages):
        fine = tuple(size // step for size, step in zip(stage.grid, stage.fine_kernel, strict=True))
        assert fine == PUBLISHED['fine_pysizes'][index]
        if stage.coarse_kernels:
            steps = [prod(pair) for pair in zip(*stage.coarse_kernels, strict=True)]
            coarse = tuple(size // step for size, step in zip(stage.grid, steps, strict=True))
            assert coarse == PUBLISHED['coarse_pysizes'][index]


@pytest.mark.parametrize('size', [(32, 224, 224), (16, 224, 448), (48, 448, 224)])
def test_takes_clips_that_windows_and_pyramids_tile(size):
    DualFormerGeometry.build(**PUBLISHED).check_clip(size)


@pytest.mark.parametrize('size', [(8, 224, 224), (32, 192, 224), (32, 224, 0)])
def test_refuses_other_clips(size):
    with pytest.raises(InputError, match='frames 16, height 224, width 224'):
        DualFormerGeometry.build(**PUBLISHED).check_clip(size)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(video_size=(32, 224)), r'multiples of \(2, 32, 32\); got \(32, 224\)'),
        (dict(video_size=(32, 220, 224)), 'multiples of'),
        (dict(temporal_pooling=(4, 1, 1, 1)), 'frames of a patch, 2; got 4'),
        (dict(local_sizes=((8, 7, 5),) * 4), r'local_sizes\[0\].*\(8, 7, 4\) would'),
        (dict(local_sizes=((0, 7, 7),) * 4), r'local_sizes\[0\]'),
        (dict(fine_pysizes=((3, 7, 7),) * 4), r'fine_pysizes\[0\].*\(2, 7, 7\) does'),
        (dict(coarse_kernel=(1, 9, 9)), 'reduces frames, rows and columns 1x9x9 times'),
        (dict(coarse_pysizes=((4, 3, 4),) * 4), r'coarse_pysizes\[0\].*\(4, 2, 4\) does'),
    ],
)
def test_refuses_sizes_that_do_not_tile_and_says_what_would(options, message):
    with pytest.raises(InputError, match=message):
        DualFormerGeometry.build(**{**PUBLISHED, **options})


def test_cannot_be_changed_once_it_is_valid():
    with pytest.raises(FrozenInstanceError):
        DualFormerGeometry.build(**PUBLISHED).units = (1, 1, 1)


def test_largest_divisors():
    assert largest_divisors((12, 7, 7), (5, 6, 0)) == (4, 1, 1)
