"""Patches and tubelets as tokens: each is a linear function of its own pixels, in order."""

import pytest
import torch

from mmaction_vt.errors import InputError
from mmaction_vt.models.layers import PatchEmbed2D, PatchEmbed3D, grid_of, to_pair, tubelets_of


def test_patches_are_row_after_row():
    torch.manual_seed(0)
    embed, frames = PatchEmbed2D(4, 5).double(), torch.randn(2, 3, 8, 12, dtype=torch.float64)
    tokens = embed(frames)
    assert tokens.shape == (2, 6, 5)
    patch = frames[1, :, 4:8, 8:12]  # second row, third column
    torch.testing.assert_close(tokens[1, 5], embed.proj.weight.flatten(1) @ patch.flatten() + embed.proj.bias)


def test_tubelets_are_frame_after_frame():
    torch.manual_seed(0)
    embed, clips = PatchEmbed3D(4, 2, 5).double(), torch.randn(2, 3, 6, 8, 12, dtype=torch.float64)
    tokens = embed(clips)
    assert tokens.shape == (2, 18, 5)
    tubelet = clips[1, :, 2:4, 4:8, 0:4]  # second frame of tokens, second row, first column
    torch.testing.assert_close(tokens[1, 9], embed.proj.weight.flatten(1) @ tubelet.flatten() + embed.proj.bias)


def test_sizes():
    assert to_pair(7) == to_pair([7, 7]) == (7, 7)
    assert grid_of((32, 48), 16) == (2, 3)
    assert tubelets_of(8, 2) == 4


@pytest.mark.parametrize('size', [(30, 32), (32, 40), (0, 16), 8])
def test_refuses_frames_that_patches_do_not_tile(size):
    with pytest.raises(InputError, match='multiples of 16'):
        grid_of(size, 16)


@pytest.mark.parametrize('num_frames', [0, 3])
def test_refuses_clips_that_tubelets_do_not_tile(num_frames):
    with pytest.raises(InputError, match=f'{num_frames} frames.*multiple of 2'):
        tubelets_of(num_frames, 2)
