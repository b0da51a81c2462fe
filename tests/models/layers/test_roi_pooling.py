"""Features of boxes, against RoIAlign in loops; levels of a pyramid."""

import numpy as np
import pytest
import torch
from reference import roi_pooling as reference

from mmaction_vt.models.layers import RoIPooling, SimpleFeaturePyramid
from mmaction_vt.models.layers.roi_pooling import assign_levels

ROIS = torch.tensor(
    [[0, 0.1, 0.2, 0.55, 0.9], [1, 0.0, 0.0, 1.0, 1.0], [0, 0.4, 0.4, 0.45, 0.5], [1, 0.8, 0.1, 1.0, 0.3]]
)


@pytest.fixture
def maps():
    return torch.from_numpy(np.random.default_rng(0).standard_normal((2, 3, 4, 6, 5))).float()


@pytest.mark.parametrize('over_time', ['mean', 'max'])
@pytest.mark.parametrize('over_space', ['max', 'mean'])
def test_equals_the_plain_formulation(maps, over_time, over_space):
    pooled = RoIPooling(3, 3, 2, over_time, over_space)([maps], ROIS)
    expected = reference.pool(maps.numpy(), ROIS.tolist(), 3, 2, over_time, over_space)
    np.testing.assert_allclose(pooled.numpy(), expected, atol=1e-5)


def test_a_box_sees_its_own_clip_and_place_only(maps):
    pool = RoIPooling(3, temporal_pool='max')
    before = pool([maps], ROIS)
    changed = maps.clone()
    changed[1, :, :, 4:] += 5
    after = pool([changed], ROIS)
    same = (before == after).all(1)
    assert same.tolist() == [True, False, True, True]


def test_attention_over_time_is_invariant_to_the_order_of_frames(maps):
    torch.manual_seed(0)
    pool = RoIPooling(4, temporal_pool='attention', num_heads=2).eval()
    x = torch.cat((maps, maps[:, :1]), dim=1)
    shuffled = x[:, :, [2, 0, 3, 1]]
    assert torch.allclose(pool([x], ROIS), pool([shuffled], ROIS), atol=1e-6)
    assert not torch.allclose(pool([x], ROIS), pool([x[:, :, :2]], ROIS), atol=1e-3)


@pytest.mark.parametrize('over_time', ['mean', 'max', 'attention'])
def test_no_boxes(maps, over_time):
    x = maps.repeat(1, 4, 1, 1, 1).requires_grad_()
    pooled = RoIPooling(12, temporal_pool=over_time, num_heads=2)([x], torch.zeros(0, 5))
    assert pooled.shape == (0, 12)
    pooled.sum().backward()
    assert not x.grad.any()


def test_levels_double_with_the_side_of_a_box():
    sides = torch.tensor([0.01, 0.1, 0.2, 0.4, 0.9])
    rois = torch.stack([torch.zeros(5), torch.zeros(5), torch.zeros(5), sides, sides], dim=1)
    assert assign_levels(rois, 4, (100, 100)).tolist() == [0, 0, 1, 2, 3]


def test_a_pyramid_has_four_resolutions_and_each_box_takes_its_level():
    torch.manual_seed(0)
    pyramid = SimpleFeaturePyramid(8, 6).eval()
    x = torch.randn(2, 8, 3, 5, 7)
    levels = pyramid(x)
    assert [level.shape for level in levels] == [
        (2, 6, 3, 20, 28),
        (2, 6, 3, 10, 14),
        (2, 6, 3, 5, 7),
        (2, 6, 3, 3, 4),
    ]
    swapped = pyramid(x[:, :, [1, 0, 2]])
    assert torch.allclose(swapped[0], levels[0][:, :, [1, 0, 2]], atol=1e-6)  # each frame on its own
    pool = RoIPooling(6)
    small = torch.tensor([[0, 0.5, 0.5, 0.6, 0.6]])
    assert torch.equal(pool(levels, small), pool(levels[:1], small))
