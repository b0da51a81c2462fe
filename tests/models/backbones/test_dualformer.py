"""DualFormer against its plain formulation, the published scores, and what it promises."""

import pytest
import torch
from reference.dualformer import dualformer

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.models import DualFormer

# Stages of (4, 56, 56), (4, 28, 28), (4, 14, 14) and (4, 7, 7) tokens.
SMALL = dict(
    video_size=(8, 224, 224),
    embed_dims=(4, 4, 8, 8),
    depths=(2, 3, 2, 2),
    num_heads=(1, 2, 2, 4),
    mlp_ratios=(2, 2, 2, 2),
    local_sizes=((2, 7, 7), (4, 7, 7), (2, 7, 7), (4, 1, 7)),
    fine_pysizes=((2, 7, 7), (4, 7, 7), (2, 7, 7), (4, 7, 7)),
    coarse_pysizes=((2, 4, 4), (4, 4, 4), (1, 1, 1), (1, 1, 1)),
)


def random_model(**options):
    """A model in float64 in which no parameter is zero."""
    torch.manual_seed(0)
    model = DualFormer(**{**SMALL, **options}).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


def published(case, head):
    names = ('video_size', 'embed_dims', 'num_heads', 'depths', 'local_sizes', 'fine_pysizes', 'coarse_pysizes')
    backbone = {name: case.figures[name] for name in names if name in case.figures}
    config = dict(type='Recognizer3D', backbone=dict(type='mmaction_vt.DualFormer', **backbone), cls_head=head)
    return init_recognizer(dict(model=config), case.checkpoint)


def test_equals_the_plain_formulation_forward_and_in_every_gradient():
    model, twin = random_model(), random_model()
    videos = torch.randn(2, 3, 8, 224, 224, dtype=torch.float64, requires_grad=True)
    for training in (False, True):
        ours, theirs = model.train(training)(videos), dualformer(twin.train(training), videos)
        assert ours.shape == (2, 8, 4, 7, 7)
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
    weights = torch.randn_like(ours)
    our_grads = torch.autograd.grad((ours * weights).sum(), [videos, *model.parameters()])
    their_grads = torch.autograd.grad((theirs * weights).sum(), [videos, *twin.parameters()])
    for our_grad, their_grad in zip(our_grads, their_grads, strict=True):
        torch.testing.assert_close(our_grad, their_grad, rtol=1e-7, atol=1e-9)
    for name, buffer in model.named_buffers():  # what BatchNorm saw
        if not buffer.is_floating_point():
            continue
        torch.testing.assert_close(buffer, twin.get_buffer(name))


@pytest.mark.parametrize('name', ['dualformer', 'dualformer_16frames'])
def test_published_scores(name, parity):
    case = parity(name)
    model = published(case, dict(type='I3DHead', num_classes=6, in_channels=64))
    with torch.no_grad():
        features = model.backbone(case.input())
        scores = model.cls_head(features)
    assert list(features.shape) == case.figures['feature_shape']
    assert features.norm().item() == pytest.approx(case.figures['feature_l2'], abs=1e-4)
    torch.testing.assert_close(scores, case.logits(), rtol=0, atol=1e-5)


def test_activation_checkpointing_changes_no_gradient_and_no_statistics():
    videos = torch.randn(2, 3, 8, 224, 224, dtype=torch.float64)
    results = []
    for with_cp in (False, True, 2):
        model = random_model(with_cp=with_cp, drop_path_rate=0.5)
        torch.manual_seed(1)
        model(videos).square().sum().backward()
        results.append([parameter.grad for parameter in model.parameters()] + list(model.buffers()))
    for plain, *checkpointed in zip(*results, strict=True):
        for result in checkpointed:
            torch.testing.assert_close(plain, result)


def test_larger_and_longer_videos_are_the_same_model():
    model = random_model().eval()
    videos = torch.randn(1, 3, 16, 224, 448, dtype=torch.float64)
    with torch.no_grad():
        found = model(videos)
        torch.testing.assert_close(found, dualformer(model, videos), rtol=1e-9, atol=1e-11)
    assert found.shape == (1, 8, 8, 7, 14)


@pytest.mark.parametrize(
    ('shape', 'words'),
    [
        ((6, 224, 224), '6x224x224.*frames 8, height 224, width 224'),
        ((8, 240, 224), '8x240x224'),
        ((8, 224, 256), 'made for 8x224x224'),
    ],
)
def test_refuses_inputs_that_do_not_fit_and_says_what_would(shape, words):
    with pytest.raises(InputError, match=words):
        random_model()(torch.zeros(1, 3, *shape, dtype=torch.float64))


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(video_size=(7, 224, 224)), 'multiples of \\(2, 32, 32\\); got \\(7, 224, 224\\)'),
        (dict(local_sizes=((3, 7, 7),) * 4), 'local_sizes\\[0\\].*4x56x56.*\\(2, 7, 7\\) would'),
        (dict(fine_pysizes=((3, 8, 8),) * 4), 'fine_pysizes\\[0\\].*4x56x56.*\\(2, 8, 8\\) does'),
        (dict(coarse_pysizes=((3, 4, 4),) * 4), 'coarse_pysizes\\[0\\].*\\(2, 4, 4\\) does'),
        (dict(video_size=(8, 256, 256)), 'local_sizes\\[0\\].*4x64x64'),
        (dict(depths=(2, 2, 2)), 'depths.*4 stages'),
        (dict(temporal_pooling=(4, 1, 1, 1)), '-1 or the frames of a patch, 2; got 4'),
        (dict(num_heads=(3, 2, 2, 4)), '4 is not divisible by 3'),
    ],
)
def test_refuses_options_that_do_not_fit_and_says_what_would(options, words):
    with pytest.raises(InputError, match=words):
        DualFormer(**{**SMALL, **options})


def test_temporal_pooling_makes_a_later_stage_shorter():
    sizes = dict(local_sizes=((2, 7, 7),) * 4, fine_pysizes=((2, 7, 7),) * 4, temporal_pooling=(-1, 1, 2, 1))
    model = random_model(**sizes, coarse_pysizes=((2, 4, 4),) * 4).eval()
    assert model(torch.zeros(1, 3, 8, 224, 224, dtype=torch.float64)).shape == (1, 8, 2, 7, 7)
