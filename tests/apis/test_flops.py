"""Counts of arithmetic and parameters against closed forms and the paper."""

import runpy
from math import prod

import pytest
import torch
from conftest import ROOT
from fvcore.nn import FlopCountAnalysis
from torch import nn

from mmaction_vt.apis.flops import build_without_weights, count, input_shape_of, views_of
from mmaction_vt.apis.model import init_recognizer
from mmaction_vt.utils.config import load_config

FAMILY = ROOT / 'configs' / 'recognition' / 'timesformer'


def test_attention_is_counted():
    sizes = dict(img_size=32, patch_size=16, num_frames=3, embed_dims=24, num_layers=2, num_heads=3)
    backbone = dict(type='mmaction_vt.TimeSformer', attention_type='joint_space_time', **sizes)
    head = dict(type='TimeSformerHead', num_classes=5, in_channels=24)
    model = init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)))
    counts = count(model, input_shape_of(model.backbone))
    tokens = 1 + 3 * 4
    assert counts.attention == 2 * 2 * tokens * tokens * 24  # two layers, two products
    linear = 2 * tokens * 24 * 24 * (3 + 1 + 4 + 4) + 12 * 24 * 3 * 256
    assert counts.multiply_adds == pytest.approx(linear + counts.attention, rel=0.03)  # norms are a little more
    assert counts.needed < counts.multiply_adds
    assert model.backbone.out_type == 'cls_token'


def test_counts_as_fvcore_does():
    """Where it knows every operator: attention written out, as in the published code."""
    model = init_recognizer(load_config(FAMILY.parent / 'quickstart' / 'timesformer_divST_moving_shapes.py'))
    attention = 'aten::scaled_dot_product_attention'
    analysis = FlopCountAnalysis(
        nn.Sequential(model.backbone, model.cls_head), torch.zeros(input_shape_of(model.backbone))
    )
    analysis.set_op_handle(
        attention, lambda inputs, _: 2 * prod(inputs[0].type().sizes()) * inputs[1].type().sizes()[-2]
    )
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    assert count(model, input_shape_of(model.backbone)).needed == pytest.approx(analysis.total(), rel=1e-3)


@pytest.mark.parametrize(
    ('name', 'tera'),
    [
        ('timesformer_divST_8x32_224_kinetics400.py', 0.59),
        ('timesformer_divST_16x16_448_kinetics400.py', 5.11),
        ('timesformer_divST_96x4_224_kinetics400.py', 7.14),
    ],
)
def test_agrees_with_the_papers_table(name, tera):
    """Bertasius et al., 2021, table 2 (three crops) and section 4: 121.4 million parameters."""
    config = load_config(FAMILY / name)
    assert views_of(config) == 3
    counts = counts_of(config)
    assert 3 * counts.multiply_adds / 1e12 == pytest.approx(tera, rel=0.02)
    assert counts.parameters / 1e6 == pytest.approx(121.4, rel=0.01)  # embeddings differ with frames and side


PLAIN_AND_OURS = [(224, 16, 369.5, 203.0), (336, 16, 958.8, None), (224, 32, 1185.1, None)]


@pytest.mark.parametrize(('img_size', 'num_frames', 'plain', 'ours'), PLAIN_AND_OURS)
def test_motionformer_agrees_with_the_papers_table_when_written_out(img_size, num_frames, plain, ours, monkeypatch):
    """Patrick et al., 2021, table 5: giga-multiply-adds of the plain form, and what ours needs for the same."""
    monkeypatch.syspath_prepend(ROOT / 'benchmarks')
    counts = runpy.run_path(str(ROOT / 'benchmarks' / 'motionformer.py'))['multiply_adds'](img_size, num_frames)
    assert counts['plain formulation'] == pytest.approx(plain, rel=0.01)
    assert counts['mmaction_vt'] < 0.62 * counts['plain formulation']
    if ours:
        assert counts['mmaction_vt'] == pytest.approx(ours, rel=0.01)


def test_motionformer_counts_by_the_program_are_those_of_the_benchmark():
    config = load_config(ROOT / 'configs' / 'recognition' / 'motionformer' / 'motionformer_224_16x4_kinetics400.py')
    counts = counts_of(config)
    assert counts.multiply_adds / 1e9 == pytest.approx(204.2, rel=0.002)
    unused = 3 * 16 * 16 * 768 + 768  # the published model's embedding of single frames
    assert (counts.parameters + unused) / 1e6 == pytest.approx(109.1, rel=0.002)


@pytest.mark.parametrize(
    ('size', 'giga', 'millions'), [('tiny', 240, 21.8), ('small', 636, 48.9), ('base', 1072, 86.8)]
)
def test_dualformer_agrees_with_the_papers_table(size, giga, millions):
    """Liang et al., 2021, table 4: four views; the authors leave the classifier out."""
    config = load_config(ROOT / 'configs' / '_base_' / 'models' / f'dualformer_{size}.py')
    counts = counts_of(config)
    classifier = (config.model.cls_head.in_channels + 1) * config.model.cls_head.num_classes
    assert 4 * counts.multiply_adds / 1e9 == pytest.approx(giga, rel=0.02)
    assert (counts.parameters - classifier) / 1e6 == pytest.approx(millions, rel=0.02)


@pytest.mark.parametrize(
    ('attention_type', 'giga', 'millions'),
    [
        ('joint', 455.2, 88.9),
        ('factorised_encoder', 284.4, 115.1),
        ('factorised_self_attention', 372.3, 117.3),
        ('factorised_dot_product', 277.1, 88.9),
    ],
)
def test_vivit_agrees_with_the_papers_table(attention_type, giga, millions):
    """Arnab et al., 2021, table 2: one view, Models 1 to 4."""
    config = load_config(ROOT / 'configs' / '_base_' / 'models' / 'vivit_base.py')
    config.model.backbone.attention_type = attention_type
    counts = counts_of(config)
    assert counts.multiply_adds / 1e9 == pytest.approx(giga, rel=0.01)
    assert counts.parameters / 1e6 == pytest.approx(millions, rel=0.005)


def test_both_transformers_of_a_factorised_encoder_are_counted():
    config = load_config(ROOT / 'configs' / '_base_' / 'models' / 'vivit_base.py')
    config.model.backbone.attention_type = 'factorised_encoder'
    some, more = (counts_of(config, num_temporal_layers=number) for number in (3, 4))
    tokens, dims = 1 + 16, 768
    products = 2 * tokens * tokens * dims
    linear = 12 * tokens * dims * dims
    norms = 2 * 5 * tokens * dims
    assert more.multiply_adds - some.multiply_adds == products + linear + norms
    assert more.attention - some.attention == products


def test_weights_and_options_are_left_as_they_were():
    sizes = dict(img_size=32, num_frames=4, embed_dims=24, num_layers=2, num_heads=3)
    backbone = dict(type='mmaction_vt.Motionformer', **sizes)
    head = dict(type='TimeSformerHead', num_classes=5, in_channels=24)
    model = init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)))
    videos = torch.randn(1, 3, 4, 32, 32)
    before = model.cls_head(model.backbone(videos))
    count(model, videos.shape)
    assert torch.equal(model.cls_head(model.backbone(videos)), before)


def counts_of(config, **options):
    config.model.backbone.update(options)
    model = build_without_weights(config)
    return count(model, input_shape_of(model.backbone))


def test_program(run_program, tiny_config):
    out = run_program('tools/analysis/get_flops.py', tiny_config)
    assert '1x3x4x32x32' in out and '6 views' in out
