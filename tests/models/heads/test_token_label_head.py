import pytest
import torch
from mmaction.structures import ActionDataSample

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.models import TokenLabelHead
from mmaction_vt.models.losses import top_token_labels


def samples(labels):
    return [ActionDataSample().set_gt_label(label) for label in labels]


def test_published_scores(parity):
    case = parity('dualformer_token_label')
    names = ('video_size', 'embed_dims', 'num_heads', 'depths', 'local_sizes', 'fine_pysizes', 'coarse_pysizes')
    backbone = {name: case.figures[name] for name in names}
    head = dict(type='mmaction_vt.TokenLabelHead', num_classes=6, in_channels=case.figures['embed_dims'][-1])
    for kind in ('mmaction_vt.TokenLabelRecognizer3D', 'Recognizer3D'):
        config = dict(type=kind, backbone=dict(type='mmaction_vt.DualFormer', **backbone), cls_head=head)
        model = init_recognizer(dict(model=config), case.checkpoint)
        with torch.no_grad():
            class_scores, token_scores = model.cls_head(model.backbone(case.input()))
        torch.testing.assert_close(class_scores, case.logits(), rtol=0, atol=1e-5)
        assert list(token_scores.shape) == case.figures['token_logits_shape']
        tokens = token_scores.flatten()
        for name, ours in (('first', tokens), ('last', tokens.flip(0))):
            wanted = torch.tensor(case.figures[f'token_logits_{name}']).flatten()
            ours = ours[: len(wanted)] if name == 'first' else ours[: len(wanted)].flip(0)
            torch.testing.assert_close(ours, wanted, rtol=0, atol=1e-5)


def test_first_weights():
    torch.manual_seed(0)
    head = TokenLabelHead(400, 64)
    head.init_weights()
    for layer in (head.fc_cls, *head.token_linear[::3]):
        assert layer.weight.std().item() == pytest.approx(0.01, rel=0.05)
        assert not layer.bias.any()


@pytest.mark.parametrize('eps', [0.0, 0.1])
def test_loss_logs_both_parts_and_the_accuracy(eps):
    torch.manual_seed(0)
    head = TokenLabelHead(4, 8, dropout_ratio=0.0, label_smooth_eps=eps, topk=(1, 2))
    features, logits = torch.randn(2, 8, 3, 2, 2), torch.randn(2, 3, 2, 2, 4)
    losses = head.loss(features, samples([1, 3]), token_labels=top_token_labels(logits, 2))
    class_scores, _ = head(features)
    wanted = torch.nn.functional.cross_entropy(class_scores, torch.tensor([1, 3]), label_smoothing=eps)
    torch.testing.assert_close(losses['loss_cls'], wanted / 2)
    right = (class_scores.argmax(1) == torch.tensor([1, 3])).float().mean()
    assert losses['top1_acc'] == right
    assert set(losses) == {'loss_cls', 'loss_token', 'top1_acc', 'top2_acc'}
    (losses['loss_cls'] + losses['loss_token']).backward()
    assert all(parameter.grad.any() for parameter in head.parameters())


def test_predicts_from_the_class_scores_alone(monkeypatch):
    head = TokenLabelHead(4, 8, average_clips='prob').eval()
    features = torch.randn(6, 8, 3, 2, 2)
    monkeypatch.setattr(head, 'token_linear', None)
    first, second = head.predict(features, samples([0, 1]))
    wanted = head.fc_cls(features.mean((2, 3, 4))).softmax(1).reshape(2, 3, 4).mean(1)
    torch.testing.assert_close(torch.stack([first.pred_score, second.pred_score]), wanted)


def test_needs_token_labels():
    with pytest.raises(InputError, match='TokenLabelRecognizer3D'):
        TokenLabelHead(4, 8).loss(torch.randn(2, 8, 3, 2, 2), samples([0, 1]))
