import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from mmaction_vt.models import MotionformerHead


def samples(labels):
    return [ActionDataSample().set_gt_label(label) for label in labels]


def test_is_linear_tanh_and_a_classifier():
    head = MODELS.build(dict(type='mmaction_vt.MotionformerHead', num_classes=5, in_channels=8, hidden_channels=6))
    x = torch.randn(3, 8)
    hidden = torch.tanh(x @ head.pre_logits.fc.weight.T + head.pre_logits.fc.bias)
    torch.testing.assert_close(head(x), hidden @ head.fc_cls.weight.T + head.fc_cls.bias)
    assert {name: tuple(p.shape) for name, p in head.named_parameters()} == {
        'pre_logits.fc.weight': (6, 8),
        'pre_logits.fc.bias': (6,),
        'fc_cls.weight': (5, 6),
        'fc_cls.bias': (5,),
    }


def test_hidden_channels_are_those_of_the_class_token():
    assert MotionformerHead(5, 8).pre_logits.fc.weight.shape == (8, 8)


def test_first_weights():
    torch.manual_seed(0)
    head = MotionformerHead(400, 768)
    head.init_weights()
    for layer in (head.pre_logits.fc, head.fc_cls):
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.01)
        assert not layer.bias.any()


def test_dropout_acts_in_training_only():
    head = MotionformerHead(5, 64, dropout_ratio=0.5)
    x = torch.randn(2, 64)
    assert not torch.equal(head(x), head(x))
    head.eval()
    assert torch.equal(head(x), head(x))


@pytest.mark.parametrize('eps', [0.0, 0.2])
def test_loss_has_smooth_labels_and_accuracies(eps):
    torch.manual_seed(0)
    head = MotionformerHead(6, 8, label_smooth_eps=eps)
    x, labels = torch.randn(4, 8), [0, 5, 2, 2]
    losses = head.loss(x, samples(labels))
    expected = torch.nn.functional.cross_entropy(head(x), torch.tensor(labels), label_smoothing=eps)
    torch.testing.assert_close(losses['loss_cls'], expected)
    assert losses['top1_acc'] == (head(x).argmax(1) == torch.tensor(labels)).float().mean()
    assert 'top5_acc' in losses


@pytest.mark.parametrize('average_clips', ['prob', 'score'])
def test_views_are_averaged(average_clips):
    head = MotionformerHead(5, 8, average_clips=average_clips).eval()
    x = torch.randn(2 * 3, 8)
    predicted = head.predict(x, samples([0, 1]))
    scores = head(x).softmax(1) if average_clips == 'prob' else head(x)
    for sample, expected in zip(predicted, scores.unflatten(0, (2, 3)).mean(1), strict=True):
        torch.testing.assert_close(sample.pred_score, expected)
        assert sample.pred_label == expected.argmax()
