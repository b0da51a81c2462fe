"""Balancing classes: by drawing, and by weights in the loss."""

from types import SimpleNamespace

import pytest
import torch
from mmaction.models.losses import BCELossWithLogits, CrossEntropyLoss
from torch import nn

from mmaction_vt.datasets import ClassBalancedSampler
from mmaction_vt.engine import ClassWeightsHook
from mmaction_vt.errors import InputError

LABELS = [0] * 90 + [1] * 9 + [2]


class Videos:
    def __init__(self, labels=LABELS):
        self.labels = labels

    def __len__(self):
        return len(self.labels)

    def get_data_info(self, index):
        return dict(label=self.labels[index])


def shares(power, epochs=200):
    sampler = ClassBalancedSampler(Videos(), power, seed=0)
    drawn = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        drawn += [LABELS[index] for index in sampler]
    assert len(drawn) == epochs * len(LABELS)
    return torch.tensor(drawn).bincount(minlength=3) / len(drawn)


def test_shares_of_classes():
    assert shares(1.0) == pytest.approx([1 / 3] * 3, abs=0.02)
    assert shares(0.0) == pytest.approx([0.9, 0.09, 0.01], abs=0.02)
    roots = torch.tensor([90.0, 9.0, 1.0]).sqrt()
    assert shares(0.5) == pytest.approx((roots / roots.sum()).tolist(), abs=0.02)


def test_an_epoch_is_the_same_again_and_processes_share_it(monkeypatch):
    whole = list(ClassBalancedSampler(Videos(), seed=3))
    assert whole == list(ClassBalancedSampler(Videos(), seed=3))
    parts = []
    for rank in range(2):
        monkeypatch.setattr('mmengine.dataset.sampler.get_dist_info', lambda rank=rank: (rank, 2))
        parts.append(list(ClassBalancedSampler(Videos(), seed=3)))
    assert whole == [index for pair in zip(*parts, strict=True) for index in pair]


SEVERAL = [torch.tensor(row) for row in [[1.0, 0, 0]] * 8 + [[1, 1.0, 0]] * 2 + [[0, 0.0, 0]] * 4]


def test_of_several_labels_the_rarest_counts():
    sampler = ClassBalancedSampler(Videos(SEVERAL), seed=0)
    assert sampler.weights.tolist() == pytest.approx([1 / 10] * 8 + [1 / 2] * 2 + [1 / 4] * 4)


def test_weights_of_several_labels():
    head = nn.Module()
    head.loss_cls, head.num_classes = BCELossWithLogits(), 3
    model = nn.Module()
    model.cls_head, model.layer = head, nn.Linear(1, 1)
    runner = SimpleNamespace(model=model, train_dataloader=SimpleNamespace(dataset=Videos(SEVERAL)))
    ClassWeightsHook().before_train(runner)
    weights = head.loss_cls.class_weight
    assert weights[2] == 0 and weights[1] / weights[0] == pytest.approx(10 / 2)
    assert (weights * torch.tensor([10.0, 2, 0])).sum() / 12 == pytest.approx(1)
    scores, labels = torch.randn(4, 3), torch.rand(4, 3).round()
    plain = nn.functional.binary_cross_entropy_with_logits(scores, labels, reduction='none')
    torch.testing.assert_close(head.loss_cls(scores, labels), (weights * plain).mean())


@pytest.mark.parametrize('labels', [[[0, 1], [1]], [None]])
def test_refuses_several_labels_or_none(labels):
    with pytest.raises(InputError, match='one label per video'):
        ClassBalancedSampler(Videos(labels), seed=0)


def trained_with(loss, power=1.0):
    head = nn.Linear(2, 4)
    head.loss_cls, head.num_classes = loss, 4
    model = nn.Module()
    model.cls_head = head
    runner = SimpleNamespace(model=model, train_dataloader=SimpleNamespace(dataset=Videos()))
    ClassWeightsHook(power).before_train(runner)
    return head.loss_cls


def test_weights_in_the_loss():
    weights = trained_with(CrossEntropyLoss()).class_weight
    assert weights == pytest.approx([100 / 270, 100 / 27, 100 / 3, 0])
    assert trained_with(CrossEntropyLoss(), 0).class_weight == pytest.approx([1, 1, 1, 0])
    scores, labels = torch.randn(len(LABELS), 4), torch.tensor(LABELS)
    per_class = torch.stack([nn.functional.cross_entropy(scores[labels == c], labels[labels == c]) for c in range(3)])
    assert trained_with(CrossEntropyLoss())(scores, labels) == pytest.approx(float(per_class.mean()), abs=1e-5)


def test_refuses_a_loss_without_class_weights():
    with pytest.raises(InputError, match='needs a head with one CrossEntropyLoss'):
        trained_with(nn.MSELoss())
