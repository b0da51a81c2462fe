"""Every backbone is one graph for ``torch.compile``, in training and in evaluation, and keeps its keys."""

import pytest
import torch
from tiny_models import TINY_DUALFORMER
from torch._dynamo.utils import counters

from mmaction_vt.registry import MODELS

SIZES = dict(img_size=32, patch_size=16, num_frames=4, embed_dims=32, num_layers=1, num_heads=2)
DROPS = dict(drop_rate=0.1, drop_path_rate=0.2)


def timesformer(**options):
    return dict(SIZES, type='mmaction_vt.TimeSformer', **options)


def motionformer(**options):
    return {**SIZES, **dict(type='mmaction_vt.Motionformer', num_layers=2), **options}  # the last has no trajectories


def vivit(**options):
    return dict(SIZES, type='mmaction_vt.ViViT', **options)


BACKBONES = {
    'timesformer': timesformer(),
    'timesformer_joint': timesformer(attention_type='joint_space_time'),
    'timesformer_space': timesformer(attention_type='space_only'),
    'motionformer': motionformer(),
    'motionformer_projected': motionformer(project_values=True),
    'motionformer_joint': motionformer(attention_type='joint'),
    'motionformer_divided': motionformer(attention_type='divided'),
    'motionformer_nystrom': motionformer(approximation='nystrom', num_landmarks=4),
    'motionformer_orthoformer': motionformer(approximation='orthoformer', num_landmarks=4),
    'motionformer_performer': motionformer(approximation='performer', num_landmarks=4),
    'dualformer': dict(TINY_DUALFORMER, depths=(1, 1, 1, 1)),
    'vivit_joint': vivit(attention_type='joint'),
    'vivit_factorised_encoder': vivit(attention_type='factorised_encoder', num_temporal_layers=1),
    'vivit_factorised_self_attention': vivit(attention_type='factorised_self_attention'),
    'vivit_factorised_dot_product': vivit(attention_type='factorised_dot_product'),
    'videomae': dict(SIZES, type='mmaction_vt.VideoMAE'),
    'vjepa2': dict(SIZES, type='mmaction_vt.VJEPA2'),
    'vjepa2.1': dict(SIZES, type='mmaction_vt.VJEPA2', version='2.1'),
}
FAMILIES = ('timesformer', 'motionformer', 'dualformer', 'vivit_factorised_encoder')


def features(name, clips, training, compiled, **options):
    """Features of clips, by a backbone that is compiled as one graph, or not."""
    torch.manual_seed(0)
    backbone = MODELS.build(dict(BACKBONES[name], **options)).train(training)
    if compiled:
        keys = list(backbone.state_dict())
        backbone.compile(backend='eager', fullgraph=True, dynamic=False)
        assert list(backbone.state_dict()) == keys
    torch.manual_seed(1)
    with torch.set_grad_enabled(training):
        return backbone(clips)


@pytest.fixture(autouse=True)
def _forget():
    torch._dynamo.reset()
    counters.clear()
    yield
    torch._dynamo.reset()


@pytest.mark.parametrize(
    ('name', 'training'),
    [
        *((name, True) for name in BACKBONES),
        *(pytest.param(name, False, marks=() if name in FAMILIES else pytest.mark.slow) for name in BACKBONES),
    ],
)
def test_one_graph(name, training):
    clips = torch.randn(2, 3, 4, 32, 32, generator=torch.Generator().manual_seed(2))
    options = DROPS if training else {}
    compiled = features(name, clips, training, True, **options)
    assert counters['stats']['unique_graphs'] == 1 and not counters['graph_break']
    torch.testing.assert_close(compiled, features(name, clips, training, False, **options), rtol=0, atol=1e-5)


@pytest.mark.parametrize('name', FAMILIES)
def test_one_graph_with_autocast_and_checkpointing(name):
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.autocast('cpu', torch.bfloat16):
        features(name, clips, True, True, with_cp=True).float().sum().backward()
    assert counters['stats']['unique_graphs'] == 1 and not counters['graph_break']


def test_one_graph_each_for_training_and_evaluation():
    backbone = MODELS.build(timesformer(**DROPS))
    backbone.compile(backend='eager', fullgraph=True, dynamic=False)
    for _ in range(2):
        for training in (True, False):
            with torch.set_grad_enabled(training):
                backbone.train(training)(torch.randn(2, 3, 4, 32, 32))
    assert counters['stats']['unique_graphs'] == 2
