import json

import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from mmaction_vt.errors import InputError
from mmaction_vt.models.heads import MultiLabelHead, thresholds_of
from mmaction_vt.models.losses import AsymmetricLoss

LABELS = torch.tensor([[1.0, 0, 0, 1, 0], [0, 0, 0, 0, 0], [0, 1, 1, 1, 0]])


def samples(labels=LABELS):
    return [ActionDataSample().set_gt_label(label) for label in labels]


@pytest.mark.parametrize(
    ('other', 'options', 'shape'),
    [
        (dict(type='TimeSformerHead'), {}, (3, 8)),
        (dict(type='I3DHead'), {}, (3, 8, 2, 3, 4)),
        (dict(type='mmaction_vt.MotionformerHead'), dict(hidden_channels=8), (3, 8)),
    ],
)
def test_takes_the_weights_of_other_heads(other, options, shape):
    torch.manual_seed(0)
    other = MODELS.build(dict(other, num_classes=5, in_channels=8)).eval()
    other.init_weights()
    head = MODELS.build(dict(type='mmaction_vt.MultiLabelHead', num_classes=5, in_channels=8, **options)).eval()
    head.load_state_dict(other.state_dict())
    x = torch.randn(shape)
    torch.testing.assert_close(head(x), other(x))


@pytest.mark.parametrize('eps', [0.0, 0.2])
def test_the_loss_is_the_binary_cross_entropy(eps):
    torch.manual_seed(0)
    head = MultiLabelHead(5, 8, label_smooth_eps=eps)
    x = torch.randn(3, 8)
    wanted = F.binary_cross_entropy_with_logits(head(x), LABELS * (1 - eps) + eps / 2)
    losses = head.loss(x, samples())
    assert list(losses) == ['loss_cls']
    torch.testing.assert_close(losses['loss_cls'], wanted)


def test_another_loss():
    torch.manual_seed(0)
    head = MultiLabelHead(5, 8, loss_cls=dict(type='mmaction_vt.AsymmetricLoss'))
    x = torch.randn(3, 8)
    torch.testing.assert_close(head.loss(x, samples())['loss_cls'], AsymmetricLoss()(head(x), LABELS))


def test_a_batch_of_one_video():
    head = MultiLabelHead(5, 8)
    assert head.loss(torch.randn(1, 8), samples(LABELS[:1]))['loss_cls'].isfinite()


def test_refuses_labels_of_another_shape():
    head = MultiLabelHead(5, 8)
    with pytest.raises(InputError, match='set multi_class=True and num_classes=5'):
        head.loss(torch.randn(3, 8), samples(torch.tensor([[1], [0], [2]])))


@pytest.mark.parametrize(
    ('average', 'wanted'),
    [
        ('prob', lambda raw: raw.sigmoid().mean(1)),
        ('score', lambda raw: raw.mean(1).sigmoid()),
        (None, lambda raw: raw.sigmoid()),
    ],
)
def test_views_are_averaged(average, wanted):
    torch.manual_seed(0)
    head = MultiLabelHead(5, 8, init_std=1.0, average_clips=average).eval()
    head.init_weights()
    x = torch.randn(6, 8)
    found = head.predict(x, samples())
    scores = torch.stack([sample.pred_score for sample in found])
    torch.testing.assert_close(scores, wanted(head(x).view(3, 2, 5)))
    if average:
        for sample in found:
            assert sample.pred_label.tolist() == (sample.pred_score >= 0.5).nonzero().flatten().tolist()


def test_each_class_has_its_threshold(tmp_path):
    thresholds = [0.1, 0.9, 0.5, 0.0, 1.0]
    path = tmp_path / 'thresholds.json'
    path.write_text(json.dumps(dict(thresholds=thresholds)))
    for given in (thresholds, str(path)):
        head = MultiLabelHead(5, 8, thresholds=given).eval()
        head.fc_cls.bias.data.zero_()
        (sample,) = head.predict(torch.zeros(1, 8), samples(LABELS[:1]))  # a probability of 0.5 each
        assert sample.pred_label.tolist() == [0, 2, 3]
        assert thresholds_of(head) == thresholds
    assert not any('threshold' in key for key in head.state_dict())


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(thresholds=[0.5] * 4), 'the thresholds are 4, but the model has 5 classes'),
        (dict(thresholds=1.5), 'must be numbers from 0 to 1, not 1.5'),
        (dict(thresholds=[float('nan')] * 5), 'must be numbers from 0 to 1, not nan'),
        (dict(thresholds='gone.json'), 'gone.json does not exist'),
        (dict(average_clips='mean'), 'average_clips of MultiLabelHead'),
    ],
)
def test_refuses(options, words):
    with pytest.raises(InputError, match=words):
        MultiLabelHead(5, 8, **options)


def test_scores_stay_precise_in_16_bits():
    head = MultiLabelHead(2, 8).eval()
    (sample,) = head.predict_by_feat(torch.tensor([[-9.0, -9.1]], dtype=torch.bfloat16), samples(LABELS[:1, :2]))
    assert sample.pred_score.dtype == torch.float32 and 0 < sample.pred_score[1] < sample.pred_score[0]
