"""Features of clips are those of ``backbone()``, and of a layer those that a forward hook sees."""

import pytest
import torch
from tiny_models import TINY_DUALFORMER, one_block, recognizer

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.features import Tap

VIVIT_MODELS = ('joint', 'factorised_encoder', 'factorised_self_attention', 'factorised_dot_product')
SETTINGS = {
    'TimeSformer': one_block('TimeSformer'),
    'TimeSformer, joint': one_block('TimeSformer', attention_type='joint_space_time'),
    'TimeSformer, space': one_block('TimeSformer', attention_type='space_only'),
    'Motionformer': one_block('Motionformer'),
    **{f'ViViT, {name}': one_block('ViViT', attention_type=name) for name in VIVIT_MODELS},
    'DualFormer': recognizer(3),
}
TOKEN_MODELS = [name for name in SETTINGS if name != 'DualFormer']
CLASS_TOKEN_MODELS = [name for name in TOKEN_MODELS if name not in (f'ViViT, {model}' for model in VIVIT_MODELS[2:])]


def make(name, layers=2):
    """A recognizer with random weights, of which none is zero."""
    settings = SETTINGS[name]
    if name != 'DualFormer':
        settings = {**settings, 'backbone': {**settings['backbone'], 'num_layers': layers}}
    torch.manual_seed(0)
    model = init_recognizer({'model': settings})
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def clips(count=3):
    return torch.randn(count, 3, 4, 32, 32, generator=torch.Generator().manual_seed(1))


def seen_by_a_hook(model, path, inputs):
    """What a layer returns, and the backbone with it, if the backbone returns its map."""
    outputs = []
    hook = model.get_submodule(path.replace('/', '.')).register_forward_hook(lambda *args: outputs.append(args[2]))
    with torch.no_grad():
        model.backbone(inputs)
    hook.remove()
    return outputs[-1]


@pytest.mark.parametrize('name', TOKEN_MODELS)
@torch.no_grad()
def test_class_token_is_what_the_backbone_returns(name):
    model = make(name)
    torch.testing.assert_close(Tap(model)(clips()), model.backbone(clips()), atol=1e-6, rtol=0)


@torch.no_grad()
def test_without_a_class_token_it_is_the_mean_that_the_head_pools():
    model = make('DualFormer')
    expected = model.cls_head.avg_pool(model.backbone(clips())).flatten(1)
    for pool in ('cls', 'mean'):
        torch.testing.assert_close(Tap(model, pool=pool)(clips()), expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(Tap(model, pool='map')(clips()), model.backbone(clips()), atol=1e-6, rtol=0)


@pytest.mark.parametrize('name', TOKEN_MODELS)
@torch.no_grad()
def test_maps_and_means_are_those_of_the_feature_map(name):
    model = make(name)
    model.backbone.out_type = 'featmap'
    expected = model.backbone(clips())
    model.backbone.out_type = 'cls_token'
    torch.testing.assert_close(Tap(model, pool='map')(clips()), expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(Tap(model, pool='mean')(clips()), expected.mean((2, 3, 4)), atol=1e-6, rtol=0)
    by_frame = Tap(model, pool='mean', per_frame=True)(clips())
    torch.testing.assert_close(by_frame, expected.mean((3, 4)).transpose(1, 2), atol=1e-6, rtol=0)
    assert model.backbone.out_type == 'cls_token'


@pytest.mark.parametrize('layer', ['backbone/blocks/0', 'backbone/blocks/1', 'backbone/blocks/0/attn/proj'])
@pytest.mark.parametrize('name', TOKEN_MODELS)
@torch.no_grad()
def test_a_layer_is_what_a_forward_hook_sees(name, layer):
    model = make(name)
    model.backbone.out_type = 'featmap'
    tokens = seen_by_a_hook(model, layer, clips())
    try:
        expected = model.backbone.tokens_to_featmap(tokens, 3, model.backbone.grid)
    except RuntimeError:
        with pytest.raises(InputError, match='not a feature map: choose a block'):
            Tap(model, layer, 'map')(clips())
        return
    torch.testing.assert_close(Tap(model, layer, 'map')(clips()), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize('layer', ['backbone/blocks/0', 'backbone/blocks/1'])
@pytest.mark.parametrize('name', CLASS_TOKEN_MODELS)
@torch.no_grad()
def test_the_class_token_of_a_block_belongs_to_its_clip(name, layer):
    model = make(name)
    model.backbone.out_type = 'featmap'
    tokens = seen_by_a_hook(model, layer, clips())
    model.backbone.out_type = 'cls_token'
    if name == 'TimeSformer':
        expected = tokens[0, :, 0]  # (T, N, 1 + S, C), the same in all frames
    elif name == 'TimeSformer, space':
        expected = tokens[:, 0].unflatten(0, (4, 3)).mean(0)
    elif name == 'ViViT, factorised_encoder':
        expected = tokens[:, 0].unflatten(0, (3, -1)).mean(1)
    else:
        expected = tokens[:, 0]
    found = Tap(model, layer)(clips())
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)
    assert (found[0] - found[1]).abs().max() > 1e-2


@torch.no_grad()
def test_layers_after_the_map():
    """ViViT's Model 2 has a temporal transformer, which it does not run for its map."""
    model = make('ViViT, factorised_encoder')
    tokens = seen_by_a_hook(model, 'backbone/temporal_blocks/3', clips())
    for _ in range(2):
        found = Tap(model, 'backbone/temporal_blocks/3')(clips())
        torch.testing.assert_close(found, tokens[:, 0], atol=1e-6, rtol=0)


@torch.no_grad()
def test_a_stage_of_dualformer():
    model = make('DualFormer')
    tokens = seen_by_a_hook(model, 'backbone/blocks/1/0', clips())
    expected = tokens.permute(0, 4, 1, 2, 3)
    assert expected.shape == (3, TINY_DUALFORMER['embed_dims'][1], 2, 4, 4)
    torch.testing.assert_close(Tap(model, 'backbone/blocks/1/0', 'map')(clips()), expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(Tap(model, 'backbone/blocks/1/0')(clips()), expected.mean((2, 3, 4)))


def test_the_model_is_left_as_it_was():
    model = make('ViViT, joint').train()
    before = model.backbone(clips()).shape
    Tap(model, 'backbone/blocks/0', 'map')(clips())
    assert model.training and model.backbone(clips()).shape == before and not model.backbone._forward_hooks


@pytest.mark.parametrize(
    ('layer', 'pool', 'message'),
    [
        ('backbone/blocks/7', 'cls', 'unknown layer backbone/blocks/7: backbone/blocks has backbone/blocks/0'),
        ('cls_head/fc_cls', 'cls', 'not in the backbone'),
        ('backbone/blocks', 'cls', 'is a list of layers'),
        (None, 'max', "unknown pool 'max'; choose from cls, mean, map"),
    ],
)
def test_bad_layers_are_refused(layer, pool, message):
    with pytest.raises(InputError, match=message):
        Tap(make('Motionformer'), layer, pool)


def test_a_layer_without_positions_has_no_map():
    model = make('ViViT, factorised_encoder')
    with pytest.raises(InputError, match='returns one vector for each clip'):
        Tap(model, 'backbone/temporal_blocks/3', 'map')(clips())
    with pytest.raises(InputError, match='not a feature map'):
        Tap(model, 'backbone/temporal_blocks/0', 'map')(clips())
    with pytest.raises(InputError, match='does not return a single tensor'):
        Tap(make('TimeSformer'), 'backbone/embed_drop', 'map')(clips())
    with pytest.raises(InputError, match='no class token of its own'):
        Tap(model, per_frame=True)
