"""Starting a TimeSformer from an image ViT or from a video model."""

import pytest
import timm
import torch

from mmaction_vt.engine import FromImageModel
from mmaction_vt.errors import InputError
from mmaction_vt.models import Motionformer, TimeSformer

SIZES = dict(img_size=32, patch_size=16, num_frames=3, embed_dims=24, num_layers=2, num_heads=3)


@pytest.fixture
def image_model():
    torch.manual_seed(0)
    model = timm.models.VisionTransformer(
        img_size=32, patch_size=16, embed_dim=24, depth=2, num_heads=3, num_classes=10, norm_layer=None
    )
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


def start(path, **options):
    torch.manual_seed(1)
    model = TimeSformer(**{**SIZES, **options}, init_cfg=dict(type='mmaction_vt.FromImageModel', checkpoint=str(path)))
    model.init_weights()
    return model.eval()


def test_space_only_model_sees_a_still_clip_as_the_image_model(tmp_path, image_model):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    model = start(tmp_path / 'vit.pth', attention_type='space_only')
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = image_model.forward_features(images)[:, 0]
        torch.testing.assert_close(model(images[:, :, None].expand(-1, -1, 3, -1, -1)), expected, rtol=0, atol=1e-5)


def test_time_starts_as_a_copy_of_space(tmp_path, image_model):
    torch.save({'model': image_model.state_dict()}, tmp_path / 'vit.pth')
    model = start(tmp_path / 'vit.pth')
    for block in model.blocks:
        assert torch.equal(block.temporal_attn.qkv.weight, block.attn.qkv.weight)
        assert torch.equal(block.temporal_norm1.bias, block.norm1.bias)
    assert not model.time_embed.any() and not model.blocks[1].temporal_fc.weight.any()


@pytest.mark.parametrize('attention_type', ['trajectory', 'joint', 'divided'])
def test_motionformer_cuts_a_still_clip_into_the_image_models_patches(tmp_path, image_model, attention_type):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    init_cfg = dict(type='mmaction_vt.FromImageModel', checkpoint=str(tmp_path / 'vit.pth'))
    model = Motionformer(**{**SIZES, 'num_frames': 4}, attention_type=attention_type, init_cfg=init_cfg)
    model.init_weights()
    images = torch.randn(2, 3, 32, 32)
    clips = images[:, :, None].expand(-1, -1, 4, -1, -1)
    with torch.no_grad():
        expected = image_model.patch_embed(images).repeat(1, 2, 1)
        torch.testing.assert_close(model.patch_embed_3d(clips), expected, rtol=1e-5, atol=1e-4)
    for index, block in enumerate(model.blocks):
        assert torch.equal(block.attn.qkv.weight, image_model.blocks[index].attn.qkv.weight)
        if attention_type == 'divided':
            assert torch.equal(block.timeattn.qkv.weight, block.attn.qkv.weight)
            assert torch.equal(block.norm3.weight, block.norm1.weight)
    assert model(clips).isfinite().all()


def test_temporal_attention_that_is_there_is_kept(tmp_path):
    source = TimeSformer(**SIZES)
    for parameter in source.parameters():
        torch.nn.init.normal_(parameter)
    torch.save(
        {'state_dict': {f'backbone.{key}': value for key, value in source.state_dict().items()}}, tmp_path / 'v.pth'
    )
    model = start(tmp_path / 'v.pth')
    assert all(torch.equal(value, source.state_dict()[key]) for key, value in model.state_dict().items())


def test_larger_frames_resize_positions_bicubically(tmp_path, image_model):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    model = start(tmp_path / 'vit.pth', img_size=64)
    old = image_model.pos_embed[:, 1:].transpose(1, 2).unflatten(2, (2, 2))
    expected = torch.nn.functional.interpolate(old, size=(4, 4), mode='bicubic').flatten(2).transpose(1, 2)
    torch.testing.assert_close(model.pos_embed[:, 1:], expected)


def test_another_width_is_refused(tmp_path, image_model):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    with pytest.raises(InputError, match=r'vit.pth.*in the config'):
        start(tmp_path / 'vit.pth', embed_dims=48)


def test_another_depth_is_refused(tmp_path, image_model):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    with pytest.raises(InputError, match=r'has blocks\.1\.'):
        start(tmp_path / 'vit.pth', num_layers=1)


def test_an_unknown_timm_name_is_refused():
    with pytest.raises(InputError, match=r'no model vit_base_patch16_22 \(near: vit_base'):
        FromImageModel('timm:vit_base_patch16_22')(TimeSformer(**SIZES))


def test_no_network_is_one_sentence(monkeypatch):
    def create_model(name, pretrained):
        raise OSError('no route')

    monkeypatch.setattr(timm, 'create_model', create_model)
    with pytest.raises(InputError, match=r'cannot be fetched.*init_cfg.checkpoint'):
        FromImageModel('timm:vit_base_patch16_224')(TimeSformer(**SIZES))
