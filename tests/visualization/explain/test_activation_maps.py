"""Class activation maps: against mmaction2's own, for every backbone, and what is refused."""

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope
from tiny_models import TINY_DUALFORMER, preprocessor

from mmaction_vt.errors import InputError
from mmaction_vt.models.backbones.vivit import ATTENTION_TYPES as VIVIT_TYPES
from mmaction_vt.visualization import activation_maps
from mmaction_vt.visualization.explain.activation_maps import METHODS
from mmaction_vt.visualization.explain.layers import default_layer
from mmaction_vt.visualization.explain.model_input import prepare

TOKENS = dict(img_size=32, patch_size=8, num_frames=4, embed_dims=16, num_layers=2, num_heads=2)
BACKBONES = {
    'DualFormer': TINY_DUALFORMER,
    **{
        f'TimeSformer {kind}': dict(TOKENS, type='mmaction_vt.TimeSformer', attention_type=kind)
        for kind in ('divided_space_time', 'joint_space_time', 'space_only')
    },
    **{
        f'Motionformer {kind}': dict(TOKENS, type='mmaction_vt.Motionformer', attention_type=kind)
        for kind in ('trajectory', 'joint', 'divided')
    },
    **{
        f'ViViT {kind}': dict(TOKENS, type='mmaction_vt.ViViT', attention_type=kind, num_temporal_layers=1)
        for kind in VIVIT_TYPES
    },
    'VideoMAE': dict(TOKENS, type='mmaction_vt.VideoMAE'),
    'VJEPA2': dict(TOKENS, type='mmaction_vt.VJEPA2', out_type='mean'),
}

RESNET = dict(
    type='ResNet3d', depth=18, pretrained=None, pretrained2d=False, conv1_kernel=(3, 7, 7), inflate=(0,) * 4,
    norm_eval=False, conv_cfg=dict(type='Conv3d'),
)  # fmt: skip
RESNET_HEAD = dict(type='I3DHead', num_classes=5, in_channels=512, dropout_ratio=0.0)


def build(backbone, head=None, channels=16):
    init_default_scope('mmaction')
    torch.manual_seed(0)
    kind = 'I3DHead' if backbone['type'] in ('mmaction_vt.DualFormer', 'C3D') else 'TimeSformerHead'
    head = head or dict(type=kind, num_classes=5, in_channels=channels)
    config = dict(type='Recognizer3D', backbone=dict(backbone), cls_head=dict(head, average_clips='score'))
    model = MODELS.build(dict(config, data_preprocessor=preprocessor()))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


def clips(count=2):
    torch.manual_seed(1)
    return torch.randn(count, 3, 4, 32, 32)


@pytest.mark.parametrize('method', METHODS)
@pytest.mark.parametrize('name', BACKBONES)
def test_every_backbone_has_a_map_in_time_and_space(name, method):
    model = build(BACKBONES[name])
    maps, scores, categories = activation_maps(model, clips(), method)
    assert maps.shape == (2, 4, 32, 32)
    assert maps.amin() >= 0 and maps.amax() <= 1
    # The map of a class without evidence is 0; one of the classes has evidence.
    assert any(activation_maps(model, clips(), method, category=other).maps.amax() == 1 for other in range(5))
    torch.testing.assert_close(scores, model.cls_head(model.backbone(clips())).detach())
    assert categories.tolist() == scores.argmax(1).tolist()
    again = activation_maps(model, clips(1), method, layer=default_layer(model), category=int(categories[0]))
    torch.testing.assert_close(again.maps[0], maps[0], rtol=1e-4, atol=1e-4)


def test_a_convolutional_backbone_has_mmaction2s_own_map():
    from mmaction.utils import GradCAM

    model = build(RESNET, RESNET_HEAD)
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm3d):
            layer.running_var.fill_(9.0)
    pixels = torch.randint(0, 255, (1, 3, 8, 64, 64), dtype=torch.uint8)
    data = dict(inputs=[pixels], data_samples=[ActionDataSample().set_gt_label(0)])
    ours = activation_maps(model, prepare(model, pixels), 'gradcam', 'backbone/layer3').maps
    theirs, _ = GradCAM(model, 'backbone/layer3')._calculate_localization_map(data, use_labels=False)
    assert theirs.std() > 0
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_leaves_the_model_as_it_was():
    model = build(BACKBONES['ViViT joint']).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    activation_maps(model, clips())
    with pytest.raises(InputError):
        activation_maps(model, clips(), category=9)
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(module._forward_hooks or module._backward_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_an_earlier_block_and_a_class_of_ones_own():
    model = build(BACKBONES['DualFormer'])
    first = activation_maps(model, clips(), layer='backbone/blocks/1/0', category=3)
    other = activation_maps(model, clips(), layer='backbone/blocks/1/0', category=1)
    assert first.categories.tolist() == [3, 3]
    assert not torch.equal(first.maps, other.maps)


def test_needs_no_teacher():
    head = dict(type='mmaction_vt.TokenLabelHead', num_classes=5, in_channels=16)
    assert activation_maps(build(TINY_DUALFORMER, head), clips()).scores.shape == (2, 5)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(method='saliency'), r'gradcam, gradcam\+\+'),
        (dict(layer='backbone/block/1'), r'unknown layer backbone/block/1: backbone has backbone/patch_embed, '),
        (dict(layer='backbone/blocks'), 'choose from backbone/blocks/0, backbone/blocks/1'),
        (dict(layer='backbone/patch_embed'), 'is not a feature map'),
        (dict(category=5), '0 to 4'),
    ],
)
def test_refuses(options, message):
    with pytest.raises(InputError, match=message):
        activation_maps(build(BACKBONES['ViViT factorised_encoder']), clips(), **options)


def test_refuses_several_classifiers():
    head = dict(type='mmaction_vt.VerbNounHead', num_verbs=2, num_nouns=3, in_channels=16)
    with pytest.raises(InputError, match='several classifiers'):
        activation_maps(build(BACKBONES['Motionformer joint'], head), clips())
