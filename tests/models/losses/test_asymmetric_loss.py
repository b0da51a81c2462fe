import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from reference.multi_label import asymmetric_loss

from mmaction_vt.errors import InputError
from mmaction_vt.models.losses import AsymmetricLoss


@pytest.fixture
def batch():
    torch.manual_seed(0)
    return 3 * torch.randn(5, 7), (torch.rand(5, 7) < 0.3).float()


@pytest.mark.parametrize(('negative', 'positive', 'margin'), [(4, 0, 0.05), (4, 1, 0.05), (2, 0, 0), (0, 0, 0.3)])
def test_equals_the_papers_equations(batch, negative, positive, margin):
    scores, labels = batch
    wanted = asymmetric_loss(scores.tolist(), labels.tolist(), negative, positive, margin)
    assert AsymmetricLoss(negative, positive, margin)(scores, labels).item() == pytest.approx(wanted, rel=1e-5)


def test_is_the_binary_cross_entropy_of_a_video_without_focus_and_margin(batch):
    scores, labels = batch
    wanted = 7 * F.binary_cross_entropy_with_logits(scores, labels)
    torch.testing.assert_close(AsymmetricLoss(0, 0, 0)(scores, labels), wanted)


def test_easy_absent_labels_cost_nothing(batch):
    scores = torch.full((1, 2), -6.0, requires_grad=True)  # a probability of 0.0025, below the margin
    AsymmetricLoss()(scores, torch.tensor([[0.0, 1.0]])).backward()
    assert scores.grad[0, 0] == 0 and scores.grad[0, 1] < 0


@pytest.mark.parametrize('gammas', [(4, 0), (0.5, 0.5), (1, 1), (0, 0)])
@pytest.mark.parametrize('margin', [0, 0.05])
def test_loss_and_gradient_are_finite_for_any_score(gammas, margin):
    scores = torch.tensor([[-1e4, -100, -20, 0, 20, 100, 1e4]] * 2, requires_grad=True)
    labels = torch.tensor([[0.0] * 7, [1.0] * 7])
    loss = AsymmetricLoss(*gammas, margin)(scores, labels)
    loss.backward()
    assert loss.isfinite() and scores.grad.isfinite().all()


def test_gradients_with_constant_powers_differ(batch):
    scores, labels = batch
    gradients = []
    for detach_focus in (False, True):
        leaf = scores.clone().requires_grad_()
        AsymmetricLoss(detach_focus=detach_focus)(leaf, labels).backward()
        gradients.append(leaf.grad)
    positive = labels > 0  # whose power is 1
    torch.testing.assert_close(gradients[0][positive], gradients[1][positive])
    assert not torch.allclose(gradients[0][~positive], gradients[1][~positive])


def test_weights(batch):
    scores, labels = batch
    weights = torch.arange(7.0)
    parts = torch.stack([AsymmetricLoss()(scores[:, [index]], labels[:, [index]]) for index in range(7)])
    loss = MODELS.build(dict(type='mmaction_vt.AsymmetricLoss', loss_weight=2.0, class_weight=weights.tolist()))
    torch.testing.assert_close(loss(scores, labels), 2 * (weights * parts).sum())


@pytest.mark.parametrize(
    'options', [dict(gamma_negative=-1), dict(gamma_positive=-1), dict(margin=1), dict(margin=-0.1)]
)
def test_refuses(options):
    with pytest.raises(InputError, match='AsymmetricLoss needs exponents of at least 0 and a margin'):
        AsymmetricLoss(**options)
