"""V-JEPA 2's probe against its plain formulation, and several clips that are read together."""

import math

import pytest
import torch
from mmaction.structures import ActionDataSample
from reference.vjepa2 import probe

from mmaction_vt.errors import InputError
from mmaction_vt.models import AttentiveHead


def random_head(**options):
    torch.manual_seed(0)
    head = AttentiveHead(num_classes=5, in_channels=12, num_heads=3, **{'num_blocks': 2, **options}).double()
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return head


@pytest.mark.parametrize('num_blocks', [0, 2])
def test_equals_the_plain_formulation(num_blocks):
    head = random_head(num_blocks=num_blocks)
    features = torch.randn(2, 12, 2, 3, 2, dtype=torch.float64)
    torch.testing.assert_close(head(features), probe(head, features.flatten(2).transpose(1, 2)))


def samples(*labels):
    return [ActionDataSample().set_gt_label(label) for label in labels]


def test_clips_that_are_read_together():
    """The query sees the tokens of all clips of a view, as if they were one longer clip."""
    head, features = random_head(num_segments=3), torch.randn(6, 12, 2, 3, 2, dtype=torch.float64)
    longer = features.unflatten(0, (2, 3)).movedim(1, 2).flatten(2, 3)
    losses = head.loss(features, samples(1, 3))
    expected = torch.nn.functional.cross_entropy(head(longer), torch.tensor([1, 3]))
    torch.testing.assert_close(losses['loss_cls'], expected)
    with pytest.raises(InputError, match='reads 3 clips together, and a video has 2'):
        head.loss(features, samples(1, 3, 4))


def test_predicts_views_of_several_clips():
    head = random_head(num_segments=2, average_clips='prob')
    views = torch.randn(2 * 3 * 2, 12, 2, 3, 2, dtype=torch.float64)  # samples, crops, clips
    predicted = head.predict(views, samples(1, 3))
    joined = views.unflatten(0, (6, 2)).movedim(1, 2).flatten(2, 3)
    wanted = head(joined).softmax(1).unflatten(0, (2, 3)).mean(1)
    torch.testing.assert_close(torch.stack([sample.pred_score for sample in predicted]), wanted)
    single = head.predict(views[:2], samples(1, 3))  # one clip each, as of a live stream
    torch.testing.assert_close(torch.stack([sample.pred_score for sample in single]), head(views[:2]).softmax(1))


def test_ends_of_branches_start_smaller_the_deeper():
    torch.manual_seed(0)
    head = AttentiveHead(num_classes=5, in_channels=96, num_heads=4)
    head.init_weights()
    ends = [(block.mlp.fc2, depth) for depth, block in enumerate(head.pooling.blocks, 1)]
    for layer, depth in [*ends, (head.pooling.mlp.fc2, 3)]:
        assert layer.weight.std().item() * math.sqrt(2 * depth) == pytest.approx(0.02, rel=0.05)
    assert head.pooling.query.any()


def test_refuses_what_does_not_fit():
    with pytest.raises(InputError, match='12 is not divisible by 5'):
        AttentiveHead(num_classes=5, in_channels=12, num_heads=5)
    with pytest.raises(InputError, match="out_type='featmap'"):
        random_head()(torch.randn(2, 12, dtype=torch.float64))
