import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.model import BaseModel
from torch.nn.functional import cross_entropy

from mmaction_vt.errors import InputError
from mmaction_vt.models import VerbNounHead

LABELS = [[0, 6], [3, 0], [2, 2], [2, 5]]


def samples(labels):
    return [ActionDataSample().set_gt_label(label) for label in labels]


def test_both_classifiers_have_the_same_stem():
    head = MODELS.build(dict(type='mmaction_vt.VerbNounHead', num_verbs=4, num_nouns=7, in_channels=8))
    x = torch.randn(3, 8)
    hidden = torch.tanh(x @ head.pre_logits.fc.weight.T + head.pre_logits.fc.bias)
    scores = head(x)
    torch.testing.assert_close(scores['verb'], head.fc_verb(hidden))
    torch.testing.assert_close(scores['noun'], head.fc_noun(hidden))
    assert (scores['verb'].shape, scores['noun'].shape) == ((3, 4), (3, 7))


def test_first_weights():
    torch.manual_seed(0)
    head = VerbNounHead(97, 300, 768)
    head.init_weights()
    for layer in (head.pre_logits.fc, head.fc_verb, head.fc_noun):
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.02)
        assert not layer.bias.any()


@pytest.mark.parametrize('weight', [1.0, 0.5])
@pytest.mark.parametrize('eps', [0.0, 0.2])
def test_the_loss_is_the_sum_of_both(eps, weight):
    torch.manual_seed(0)
    loss_cls = dict(type='CrossEntropyLoss', loss_weight=weight)
    head = VerbNounHead(4, 7, 8, label_smooth_eps=eps, loss_cls=loss_cls, topk=(1, 3))
    x = torch.randn(4, 8)
    scores, (verbs, nouns) = head(x), torch.tensor(LABELS).T
    losses = head.loss(x, samples(LABELS))
    verb_loss = weight * cross_entropy(scores['verb'], verbs, label_smoothing=eps)
    noun_loss = weight * cross_entropy(scores['noun'], nouns, label_smoothing=eps)
    torch.testing.assert_close(losses['loss_verb'], verb_loss)
    torch.testing.assert_close(losses['loss_noun'], noun_loss)
    total, logged = BaseModel.parse_losses(BaseModel, losses)  # as a training step adds them up
    torch.testing.assert_close(total, verb_loss + noun_loss)
    assert logged['verb_top1_acc'] == (scores['verb'].argmax(1) == verbs).float().mean()
    in_three = (scores['noun'].topk(3).indices == nouns[:, None]).any(1)
    assert logged['noun_top3_acc'] == in_three.float().mean()


def test_one_sample_and_as_many_classes_as_two_do_not_confuse_labels():
    head = VerbNounHead(2, 2, 8, topk=1)
    x = torch.randn(1, 8)
    losses = head.loss(x, samples([[1, 0]]))
    torch.testing.assert_close(losses['loss_verb'], cross_entropy(head(x)['verb'], torch.tensor([1])))
    torch.testing.assert_close(losses['loss_noun'], cross_entropy(head(x)['noun'], torch.tensor([0])))


def test_refuses_a_single_label():
    with pytest.raises(InputError, match=r'two labels, verb and noun, got 1: .*EpicKitchensDataset'):
        VerbNounHead(4, 7, 8).loss(torch.randn(2, 8), samples([1, 2]))


@pytest.mark.parametrize('average_clips', ['prob', 'score'])
def test_views_are_averaged(average_clips):
    torch.manual_seed(0)
    head = VerbNounHead(4, 7, 8, average_clips=average_clips).eval()
    x = torch.randn(2 * 3, 8)
    predicted = head.predict(x, samples(LABELS[:2]))
    for task, scores in head(x).items():
        scores = scores.softmax(1) if average_clips == 'prob' else scores
        for sample, expected in zip(predicted, scores.unflatten(0, (2, 3)).mean(1), strict=True):
            torch.testing.assert_close(sample.to_dict()['pred_score'][task], expected)
            assert sample.pred_label[('verb', 'noun').index(task)] == expected.argmax()
    head.predict(x, predicted)  # a sample may be predicted again
