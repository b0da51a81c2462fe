"""The head for boxes: losses, probabilities, context and bad options."""

import pytest
import torch
import torch.nn.functional as F

from mmaction_vt.errors import InputError
from mmaction_vt.models import ActionRoIHead

X = torch.randn(2, 8, 3, 4, 5, generator=torch.Generator().manual_seed(0))
ROIS = torch.tensor([[0, 0.1, 0.2, 0.6, 0.9], [1, 0.0, 0.0, 0.5, 0.5], [1, 0.5, 0.5, 1.0, 1.0]])
LABELS = torch.tensor([[1, 0, 0, 1, 0], [0, 1, 0, 0, 0], [0, 0, 1, 1, 1]]).float()


def head(**options):
    torch.manual_seed(0)
    made = ActionRoIHead(5, 8, **options)
    made.init_weights()
    return made.eval()


@pytest.mark.parametrize(
    'options', [{}, dict(context='mean'), dict(pyramid_channels=16), dict(temporal_pool='attention')]
)
def test_scores_of_a_box_do_not_depend_on_the_others(options):
    made = head(**options)
    alone = torch.cat([made(X, roi[None]) for roi in ROIS])
    assert torch.allclose(made(X, ROIS), alone, atol=1e-6)
    assert made(X, ROIS[:0]).shape == (0, 5)


def test_context_is_of_the_whole_clip():
    elsewhere = X.clone()
    elsewhere[1, :, :, 2:, :2] += 3  # outside the box
    corner = ROIS[2:]
    assert torch.equal(head()(X, corner), head()(elsewhere, corner))
    assert not torch.allclose(head(context='mean')(X, corner), head(context='mean')(elsewhere, corner))


def test_losses():
    scores = torch.randn(3, 5)
    (loss,) = head().loss(scores, LABELS).values()
    assert torch.allclose(loss, F.binary_cross_entropy_with_logits(scores, LABELS))
    losses = head(num_poses=3).loss(scores, LABELS)
    assert torch.allclose(losses['loss_pose'], F.cross_entropy(scores[:, :3], LABELS[:, :3].argmax(1)))
    assert torch.allclose(losses['loss_action'], F.binary_cross_entropy_with_logits(scores[:, 3:], LABELS[:, 3:]))


def test_a_batch_without_boxes_has_a_loss_of_zero_with_gradients():
    made = head()
    x = X.clone().requires_grad_()
    (loss,) = made.loss(made(x, ROIS[:0]), LABELS[:0]).values()
    loss.backward()
    assert loss == 0 and not x.grad.any()
    assert all(parameter.grad is not None for parameter in made.parameters())  # as DDP needs


def test_probabilities():
    scores = torch.randn(3, 5)
    found = head(num_poses=3, score_boxes=True).probabilities(scores, torch.tensor([1.0, 0.5, 0.0]))
    assert torch.allclose(found[0, :3].sum(), torch.tensor(1.0))
    assert torch.allclose(found[0, 3:], scores[0, 3:].sigmoid())
    assert torch.allclose(found[1, 3:], 0.5 * scores[1, 3:].sigmoid()) and not found[2].any()
    assert torch.allclose(head().probabilities(scores, torch.zeros(3)), scores.sigmoid())


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(temporal_pool='median'), "unknown temporal_pool of ActionRoIHead 'median'; choose from mean"),
        (dict(spatial_pool='sum'), 'unknown spatial_pool'),
        (dict(context='max'), 'unknown context'),
        (dict(num_poses=6), 'num_poses of ActionRoIHead must be from 0 to 5, got 6'),
        (dict(temporal_pool='attention', num_heads=3), 'num_heads of ActionRoIHead must divide the 8 channels'),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(InputError, match=message):
        ActionRoIHead(5, 8, **options)
