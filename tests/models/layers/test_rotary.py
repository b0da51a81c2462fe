"""Rotary positions against rotations written out."""

import pytest
import torch

from mmaction_vt.models.layers import RotaryAttention, rotary_table
from mmaction_vt.models.layers.rotary import rotate_pairs

SIZES = (3, 2, 4)


def table_of(head_dims, interleaved):
    return rotary_table(tuple(torch.arange(size) for size in SIZES), head_dims, interleaved)


def test_pairs_that_turn_together_keep_their_length_and_scores_depend_on_distances():
    """Along each axis the product of a query and a key depends on their distance alone."""
    torch.manual_seed(0)
    table = rotary_table((torch.arange(9.0), torch.zeros(1), torch.zeros(1)), 20, True)
    query, key = torch.randn(2, 20).unbind(0)
    queries, keys = (rotate_pairs(x.expand(9, 1, 20).clone(), table)[:, 0] for x in (query, key))
    torch.testing.assert_close(queries.norm(dim=1), query.norm().expand(9))
    scores = queries @ keys.T
    for distance in range(-8, 9):
        diagonal = scores.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal))


def test_frequencies_that_are_repeated_as_a_whole_turn_the_two_channels_of_a_pair_at_different_rates():
    table = table_of(26, False)
    interleaved = table_of(26, True)
    cosines, pairs = table[0, -1, :8], interleaved[0, -1, :8]
    assert torch.equal(cosines[:4], cosines[4:]) and torch.equal(pairs[::2], pairs[1::2])
    assert not torch.equal(cosines[::2], cosines[1::2])


def test_channels_that_are_left_over_do_not_turn():
    cosines, sines = table_of(20, False)
    assert table_of(20, False).shape == (2, 3 * 2 * 4, 20)
    assert (cosines[:, 18:] == 1).all() and not sines[:, 18:].any()
    assert not (cosines[1:, :18] == 1).all(1).any()


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_in_place_where_no_gradient_needs_the_input(dtype):
    table, x = table_of(12, False), torch.randn(2, 24, 3, 12, dtype=dtype)
    expected = rotate_pairs(x.clone().requires_grad_(), table)
    given = x.clone()
    assert rotate_pairs(given, table).data_ptr() == given.data_ptr()
    torch.testing.assert_close(given, expected.detach())


def test_without_rotation_it_is_plain_attention():
    attention, x = RotaryAttention(24, 2).eval(), torch.randn(2, 24, 24)
    still = torch.stack((torch.ones(24, 12), torch.zeros(24, 12)))
    q, k, v = attention.qkv(x).unflatten(2, (3, 2, 12)).permute(2, 0, 3, 1, 4)
    plain = torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    torch.testing.assert_close(attention(x, still), attention.proj(plain))
