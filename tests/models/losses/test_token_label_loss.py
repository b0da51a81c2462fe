import pytest
import torch
from reference.token_labels import soft_label, token_label_loss

from mmaction_vt.errors import InputError
from mmaction_vt.models import TokenLabelLoss
from mmaction_vt.models.losses import common_grid, soft_labels, to_grid, top_token_labels

CLASSES = 7


@pytest.fixture
def scores():
    """Class scores, token scores and a teacher's logits on 2 x 2 x 3 tokens."""
    torch.manual_seed(0)
    shape = (3, 2, 2, 3, CLASSES)
    return torch.randn(3, CLASSES), torch.randn(shape), 3 * torch.randn(shape)


@pytest.mark.parametrize('clean', [False, True])
@pytest.mark.parametrize(('gamma', 'num_top'), [(0.5, 5), (0.3, 2)])
def test_equals_the_plain_computation(scores, gamma, num_top, clean):
    class_scores, token_scores, logits = scores
    labels = torch.tensor([4, 0, 2])
    losses = TokenLabelLoss(gamma, num_top, clean)(
        class_scores, token_scores, labels, top_token_labels(logits, num_top)
    )
    tokens, teacher = (values.flatten(0, 3).tolist() for values in (token_scores, logits))
    wanted = token_label_loss(class_scores.tolist(), labels.tolist(), tokens, teacher, gamma, num_top, clean)
    assert (losses['loss_cls'] + losses['loss_token']).item() == pytest.approx(wanted, rel=1e-5)


def test_other_classes_get_what_the_published_training_gives_them(scores):
    logits = scores[2]
    labels = top_token_labels(logits, 5)
    for clean in (False, True):
        probabilities = soft_labels(labels, CLASSES, clean)
        torch.testing.assert_close(probabilities.sum(-1), torch.ones(logits.shape[:-1]))
        wanted = torch.tensor(soft_label(logits[1, 0, 1, 2].tolist(), 5, clean))
        torch.testing.assert_close(probabilities[1, 0, 1, 2], wanted)
        assert (probabilities == 0).sum(-1).unique().tolist() == [2 if clean else 0]


def test_probabilities_as_class_labels_give_the_loss_of_the_classes(scores):
    class_scores, token_scores, logits = scores
    labels, loss, teacher = torch.tensor([4, 0, 2]), TokenLabelLoss(), top_token_labels(logits, 5)
    one_hot = torch.nn.functional.one_hot(labels, CLASSES).float()
    hard, soft = (loss(class_scores, token_scores, target, teacher)['loss_cls'] for target in (labels, one_hot))
    torch.testing.assert_close(hard, soft)


def test_grids_meet_by_averaging_over_times(scores):
    assert common_grid((16, 7, 7), (8, 7, 7)) == common_grid((8, 7, 7), (16, 7, 7)) == (8, 7, 7)
    token_scores = scores[1]
    fewer = to_grid(token_scores, (1, 2, 3))
    torch.testing.assert_close(fewer[:, 0], (token_scores[:, 0] + token_scores[:, 1]) / 2)
    assert to_grid(token_scores, (2, 2, 3)) is token_scores
    for other in ((6, 7, 7), (16, 14, 14)):
        with pytest.raises(InputError, match='16x7x7'):
            common_grid((16, 7, 7), other)


def test_student_with_more_frames_than_labels_learns_from_their_mean(scores):
    class_scores, token_scores, logits = scores
    labels, teacher = torch.tensor([4, 0, 2]), top_token_labels(logits[:, :1], 5)
    ours = TokenLabelLoss()(class_scores, token_scores, labels, teacher)
    wanted = TokenLabelLoss()(class_scores, token_scores.mean(1, keepdim=True), labels, teacher)
    torch.testing.assert_close(ours['loss_token'], wanted['loss_token'])
    with pytest.raises(InputError, match='have 2 frames and the model has 1'):
        TokenLabelLoss()(class_scores, token_scores[:, :1], labels, top_token_labels(logits, 5))


@pytest.mark.parametrize('options', [dict(gamma=1.2), dict(num_top=0)])
def test_refuses_what_is_no_loss(options):
    with pytest.raises(InputError, match='gamma from 0 to 1'):
        TokenLabelLoss(**options)
