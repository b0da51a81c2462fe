"""Calls of the published classes, and what answers them."""

import copy
import pickle
import re

import pytest

import mmaction_vt
from mmaction_vt.errors import InputError
from mmaction_vt.legacy import known_calls
from mmaction_vt.registry import MODELS

SEED = dict(img_size=224, num_classes=400, num_frames=8, attention_type='divided_space_time', pretrained_model='x.pyth')


@pytest.mark.parametrize('name', mmaction_vt.BACKBONES)
def test_backbones_are_imported_from_the_package(name):
    assert getattr(mmaction_vt, name) is getattr(mmaction_vt.models, name)


def test_a_name_that_is_not_there_is_no_attribute():
    with pytest.raises(AttributeError, match='TimeSformr'):
        _ = mmaction_vt.TimeSformr


@pytest.mark.parametrize(
    ('changes', 'call'),
    [
        ({}, "create_model('timesformer_divST_8x32_224_kinetics400', checkpoint='x.pyth')"),
        (dict(num_classes=600), "create_model('timesformer_divST_8x32_224_kinetics600', checkpoint='x.pyth')"),
        (
            dict(img_size=448, num_frames=16),
            "create_model('timesformer_divST_16x16_448_kinetics400', checkpoint='x.pyth')",
        ),
        (
            dict(num_classes=12, pretrained_model=''),
            "create_model('timesformer_divST_8x32_224_kinetics400', num_classes=12)",
        ),
        (
            dict(attention_type='joint_space_time'),
            "create_model('timesformer_jointST_8x32_224_kinetics400', checkpoint='x.pyth')",
        ),
        (dict(num_frames=5), "create_model(NAME, checkpoint='x.pyth')"),
    ],
)
def test_the_published_call_is_answered_with_the_line_that_does_it(changes, call):
    with pytest.raises(InputError, match=re.escape(call)) as caught:
        mmaction_vt.TimeSformer(**{**SEED, **changes})
    assert '\n' not in str(caught.value)


def test_the_answer_names_a_model_of_that_call():
    name = 'timesformer_divST_16_448_ssv2'
    found, classes = known_calls.model_of(mmaction_vt.TimeSformer, dict(img_size=448, num_frames=16), 174)
    assert (found, classes) == (name, 174)
    assert found in mmaction_vt.list_models()


@pytest.mark.parametrize(
    ('name', 'argument', 'answer'),
    [
        ('TimeSformer', 'depth', 'num_layers'),
        ('ViViT', 'tube_size', 'tubelet_size'),
        ('ViViT', 'num_transformer_layers', 'num_layers'),
        ('DualFormer', 'use_checkpoint', 'with_cp'),
        ('DualFormer', 'in_chans', 'fixed here'),
        ('Motionformer', 'num_frame', 'did you mean num_frames'),
        ('Motionformer', 'zzz', 'choose from img_size, patch_size'),
        ('DualFormer', 'pretrained', "create_model('dualformer_"),
    ],
)
def test_other_arguments_are_answered_too(name, argument, answer):
    with pytest.raises(InputError, match=re.escape(answer)):
        MODELS.build(dict(type=f'mmaction_vt.{name}', **{argument: 1}))


@pytest.mark.parametrize('name', mmaction_vt.BACKBONES)
def test_names_of_the_table_are_arguments_of_a_backbone_and_old_ones_of_none(name):
    known = set(known_calls.signature(getattr(mmaction_vt, name).__init__).parameters)
    assert not known & {*known_calls.OTHER_NAMES, *known_calls.FIXED, *known_calls.CLASSES, *known_calls.WEIGHTS}
    if name != 'DualFormer':
        assert set(known_calls.OTHER_NAMES.values()) - {'tubelet_size'} <= known


def test_models_are_copied_and_pickled_as_before():
    model = mmaction_vt.TimeSformer(img_size=16, num_frames=2, embed_dims=8, num_layers=1, num_heads=2)
    for made in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert made.state_dict().keys() == model.state_dict().keys()
