"""Resizing of position embeddings."""

import pytest
import torch

from mmaction_vt.models.layers import resize_grid_embed, resize_joint_embed, resize_time_embed


def test_the_own_size_is_left_as_it_is():
    embed = torch.randn(1, 1 + 2 * 3 * 4, 5)
    assert resize_grid_embed(embed[:, :13], (3, 4), (3, 4), 'bicubic') is not None
    assert resize_joint_embed(embed, (2, 3, 4), (2, 3, 4), 'bicubic') is embed
    assert resize_time_embed(embed, embed.shape[1]) is embed


@pytest.mark.parametrize('mode', ['nearest', 'bicubic'])
def test_a_grid_keeps_its_class_token_and_constants(mode):
    embed = torch.cat((torch.randn(1, 1, 5), torch.ones(1, 6, 5)), dim=1)
    resized = resize_grid_embed(embed, (2, 3), (5, 4), mode)
    assert resized.shape == (1, 21, 5)
    assert torch.equal(resized[:, 0], embed[:, 0])
    torch.testing.assert_close(resized[:, 1:], torch.ones(1, 20, 5))


def test_a_grid_is_repeated_by_nearest_neighbour():
    embed = torch.randn(1, 1 + 2 * 3, 5)
    grid = embed[:, 1:].unflatten(1, (2, 3)).repeat_interleave(2, 1).repeat_interleave(3, 2)
    torch.testing.assert_close(resize_grid_embed(embed, (2, 3), (4, 9), 'nearest')[:, 1:], grid.flatten(1, 2))


def test_frames_are_repeated_by_nearest_neighbour():
    embed = torch.randn(1, 3, 5)
    assert torch.equal(resize_time_embed(embed, 6), embed.repeat_interleave(2, 1))
    assert torch.equal(resize_time_embed(embed, 1), embed[:, :1])


@pytest.mark.parametrize('cls_tokens', [0, 1])
@pytest.mark.parametrize('mode', ['nearest', 'bicubic'])
def test_space_time_is_space_of_each_frame_and_then_time(cls_tokens, mode):
    torch.manual_seed(0)
    embed = torch.randn(1, cls_tokens + 2 * 6, 5)
    resized = resize_joint_embed(embed, (2, 2, 3), (4, 4, 5), mode)
    frames = embed[:, cls_tokens:].unflatten(1, (2, 6))[0]
    no_class = torch.zeros(2, 1, 5)
    frames = torch.cat([resize_grid_embed(torch.cat((c[None], f[None]), 1), (2, 3), (4, 5), mode)[:, 1:]
                        for c, f in zip(no_class, frames, strict=True)])  # fmt: skip
    expected = torch.cat((embed[:, :cls_tokens], frames.repeat_interleave(2, 0).flatten(0, 1)[None]), dim=1)
    torch.testing.assert_close(resized, expected)
