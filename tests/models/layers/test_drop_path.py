"""Stochastic depth: whole branches, independent where they should be, unbiased."""

import pytest
import torch

from mmaction_vt.errors import InputError
from mmaction_vt.models.layers import DropPath, drop_path_rates


@pytest.mark.parametrize('batch_dims', [(0,), (1,), (0, 1), (1, 2)])
def test_drops_independently_along_batch_dims_only(batch_dims):
    torch.manual_seed(0)
    kept = DropPath(0.5, batch_dims)(torch.ones(16, 16, 16))
    for axis in range(3):
        differ = bool((kept != kept.select(axis, 0).unsqueeze(axis)).any())
        assert differ == (axis in batch_dims)


def test_keeps_the_expectation_and_scales_what_is_kept():
    torch.manual_seed(0)
    kept = DropPath(0.25)(torch.ones(20000, 1))
    assert kept.unique().tolist() == pytest.approx([0, 4 / 3])
    assert kept.mean().item() == pytest.approx(1, abs=0.02)


def test_does_nothing_in_evaluation_or_at_rate_0():
    x = torch.randn(3, 4)
    assert DropPath(0.9).eval()(x) is x and DropPath(0.0)(x) is x


def test_rates_grow_linearly():
    assert drop_path_rates(0.3, 4) == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert drop_path_rates(0.3, 1) == [0.0]


@pytest.mark.parametrize('rate', [-0.1, 1.0])
def test_refuses_what_is_no_probability_below_1(rate):
    with pytest.raises(InputError, match='probability'):
        DropPath(rate)
