"""The approximations of attention along space: what they are at their limits, and how they get there."""

import pytest
import torch
import torch.nn.functional as F

from mmaction_vt.errors import InputError
from mmaction_vt.models.layers import Nystrom, Orthoformer, Performer, build_approximation
from mmaction_vt.models.layers.attention_approximations import most_orthogonal, newton_inverse, segment_means

HEADS, FRAMES, PATCHES, DIMS = 2, 3, 16, 8


def tokens(sharpness=1.0):
    """Queries (heads, S, D), keys and values (F, heads, P, D)."""
    torch.manual_seed(0)
    q = sharpness * torch.randn(HEADS, FRAMES * PATCHES, DIMS, dtype=torch.float64)
    k, v = torch.randn(2, FRAMES, HEADS, PATCHES, DIMS, dtype=torch.float64)
    return q, k, v


def exact(q, k, v):
    """Written out."""
    weights = torch.einsum('hsd,fhpd->fhsp', q, k) / DIMS**0.5
    return torch.einsum('fhsp,fhpd->fhsd', weights.softmax(-1), v)


def error(approximation, q, k, v):
    wanted = exact(q, k, v)
    return ((approximation(q, k, v) - wanted).norm() / wanted.norm()).item()


def test_nystrom_becomes_exact_as_landmarks_grow():
    inputs = tokens()
    errors = [error(Nystrom(count), *inputs) for count in (2, 8, PATCHES)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.2 * errors[0]  # what six steps leave; see the next test


def test_nystrom_with_every_patch_is_exact_but_for_the_inverse(monkeypatch):
    monkeypatch.setattr('mmaction_vt.models.layers.attention_approximations.newton_inverse', torch.linalg.pinv)
    assert error(Nystrom(PATCHES), *tokens()) < 1e-4  # the inverse is taken in float32


def test_performer_becomes_exact_as_features_grow():
    q, k, v = tokens(0.5)
    errors = [error(Performer(DIMS, count).double(), q, 0.5 * k, v) for count in (16, 256, 4096, 65536)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.02 < 0.2 < errors[0]


def test_orthoformer_becomes_exact_where_queries_know_themselves():
    """Long queries of equal length: the first of its two attentions tends to the identity."""
    q, k, v = tokens()
    q = 40 * F.normalize(q, dim=-1)
    errors = [error(Orthoformer(count), q, k, v) for count in (2, 8, 24, FRAMES * PATCHES)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.01 * errors[0]


def test_orthoformer_is_two_attentions_by_way_of_the_landmarks():
    q, k, v = tokens()
    landmarks = most_orthogonal(q, 5)
    first = (q @ landmarks.transpose(1, 2) / DIMS**0.5).softmax(-1)
    torch.testing.assert_close(Orthoformer(5)(q, k, v), first @ exact(landmarks, k, v))


def test_most_orthogonal_takes_one_query_of_each_direction():
    directions = torch.eye(DIMS).repeat(3, 1) * torch.tensor([1.0, 2.0, 3.0]).repeat_interleave(DIMS)[:, None]
    taken = most_orthogonal(directions[None], DIMS)[0]
    assert torch.linalg.matrix_rank(taken) == DIMS
    assert taken[0].norm() == 3  # the longest first
    everything = most_orthogonal(directions[None], len(directions))[0]
    assert torch.equal(everything.unique(dim=0), directions.unique(dim=0))  # none twice


def test_segment_means():
    values = torch.arange(6.0).reshape(1, 1, 6, 1)
    assert segment_means(values, 3).flatten().tolist() == [0.5, 2.5, 4.5]
    assert torch.equal(segment_means(values, 6), values)


def test_newton_inverse():
    torch.manual_seed(0)
    matrix = (4 * torch.eye(6) + torch.randn(2, 3, 6, 6)).softmax(-1).double()
    torch.testing.assert_close(newton_inverse(matrix, 20), matrix.inverse())
    six = (matrix @ newton_inverse(matrix) @ matrix - matrix).norm() / matrix.norm()
    assert six < 0.01


def test_performer_has_orthogonal_directions_and_the_same_everywhere():
    directions = Performer(DIMS, 20).directions
    block = F.normalize(directions[:DIMS], dim=1)
    torch.testing.assert_close(block @ block.T, torch.eye(DIMS), rtol=0, atol=1e-5)
    torch.manual_seed(123)
    assert torch.equal(Performer(DIMS, 20).directions, directions)
    assert not torch.equal(Performer(DIMS, 20, seed=1).directions, directions)


@pytest.mark.parametrize('name', ['nystrom', 'orthoformer', 'performer'])
def test_gradients_are_finite_and_bfloat16_works(name):
    q, k, v = (part.float().requires_grad_() for part in tokens(3.0))
    layer = build_approximation(name, 8, DIMS, FRAMES, PATCHES)
    layer(q, k, v).square().sum().backward()
    assert all(part.grad.isfinite().all() and part.grad.any() for part in (q, k, v))
    with torch.no_grad():
        expected = layer(q, k, v)
        found = layer(*(part.bfloat16() for part in (q, k, v)))
    assert found.dtype == torch.bfloat16
    assert ((found - expected).norm() / expected.norm()).item() < 0.1


@pytest.mark.parametrize(
    ('name', 'count', 'words'),
    [
        ('nystrom', PATCHES + 1, 'a frame has 16.*17 landmarks'),
        ('orthoformer', FRAMES * PATCHES + 1, '3 frames have 48.*49 landmarks'),
        ('performer', 0, 'positive integer, got 0'),
        (
            'linformer',
            8,
            "unknown approximation of Motionformer 'linformer'; choose from nystrom, orthoformer, performer",
        ),
    ],
)
def test_refuses_what_does_not_fit(name, count, words):
    with pytest.raises(InputError, match=words):
        build_approximation(name, count, DIMS, FRAMES, PATCHES)


def test_default_is_no_more_than_there_are():
    assert build_approximation('nystrom', None, DIMS, FRAMES, PATCHES).num_landmarks == PATCHES
    assert build_approximation('orthoformer', None, DIMS, 8, 196).num_landmarks == 128
