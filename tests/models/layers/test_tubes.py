"""Tubes: which patches are kept, and which tokens are left."""

import pytest
import torch

from mmaction_vt.models.layers import keep_tubes, other_tubes, random_tubes


def test_kept_and_other_patches_are_all_patches_once_and_in_order():
    keep = random_tubes(50, 12, 5)
    others = other_tubes(keep, 12)
    assert keep.shape == (50, 5) and others.shape == (50, 7)
    assert torch.equal(torch.cat((keep, others), dim=1).sort(1).values, torch.arange(12).expand(50, -1))
    assert (keep.diff(dim=1) > 0).all() and (others.diff(dim=1) > 0).all()


def test_every_patch_is_kept_equally_often_and_samples_differ():
    counts = random_tubes(4000, 10, 3).flatten().bincount()
    assert (counts - 1200).abs().max() < 150  # five standard deviations
    assert len({tuple(row) for row in random_tubes(4000, 10, 3).tolist()}) == 120


@pytest.mark.parametrize('cls_tokens', [0, 1])
def test_the_same_patches_are_kept_in_every_frame(cls_tokens):
    tokens = torch.randn(2, cls_tokens + 3 * 4, 5)
    keep = torch.tensor([[0, 3], [1, 2]])
    kept = keep_tubes(tokens, keep, num_frames=3, cls_tokens=cls_tokens)
    frames = tokens[:, cls_tokens:].unflatten(1, (3, 4))
    expected = torch.stack([sample[:, rows] for sample, rows in zip(frames, keep, strict=True)]).flatten(1, 2)
    assert torch.equal(kept, torch.cat((tokens[:, :cls_tokens], expected), dim=1))
    assert keep_tubes(tokens, None, num_frames=3) is tokens
