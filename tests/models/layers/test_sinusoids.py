"""Sinusoids for position embeddings."""

import math

import torch

from mmaction_vt.models.layers import sinusoidal_embed, sinusoids


def test_are_points_on_the_unit_circle_that_turn_at_their_rates():
    positions, rates = torch.arange(7.0), torch.tensor([0.1, 1.0, 2.0])
    table = sinusoids(positions, rates)
    assert table.shape == (7, 3, 2)
    torch.testing.assert_close(table.square().sum(2), torch.ones(7, 3))
    torch.testing.assert_close(table[3, 1], torch.tensor([math.sin(3), math.cos(3)]))


def test_the_product_of_two_positions_depends_on_their_distance_alone():
    table = sinusoids(torch.arange(9.0), torch.tensor([0.3, 0.7])).flatten(1)
    products = table @ table.T
    for distance in range(9):
        diagonal = products.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal))


def test_the_transformers_embedding_is_the_papers():
    table = sinusoidal_embed(50, 7)
    assert table.shape == (50, 7)
    for position, channel in ((0, 0), (3, 1), (49, 4), (20, 6)):
        angle = position / 10000 ** (channel // 2 * 2 / 7)
        expected = math.cos(angle) if channel % 2 else math.sin(angle)
        assert abs(table[position, channel].item() - expected) < 1e-6
