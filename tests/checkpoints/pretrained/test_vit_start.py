"""Starting a TimeSformer from an image ViT or from a video model."""

import pytest
import timm
import torch

from mmaction_vt.errors import InputError
from mmaction_vt.models import Motionformer, TimeSformer, ViViT
from mmaction_vt.models.backbones.vivit import ATTENTION_TYPES as VIVIT_TYPES
from mmaction_vt.models.init import FromImageModel

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
    with pytest.raises(InputError, match=r'vit.pth.*size mismatch'):
        start(tmp_path / 'vit.pth', embed_dims=48)


def test_another_depth_is_refused(tmp_path, image_model):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    with pytest.raises(InputError, match=r'unexpected keys: blocks\.1\.'):
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


# Motionformer's class token looks at the patches of all times at once, and so less at itself than in the image model.
SILENT = [
    (TimeSformer, 'divided_space_time', {}),
    (ViViT, 'factorised_self_attention', dict(tubelet_size=2)),
]


@pytest.mark.parametrize('inflate', ['average', 'centre'])
@pytest.mark.parametrize(('family', 'attention_type', 'options'), SILENT)
def test_with_no_attention_along_time_a_still_clip_is_its_image(
    tmp_path, image_model, family, attention_type, options, inflate
):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    init_cfg = dict(
        type='mmaction_vt.FromImageModel', checkpoint=str(tmp_path / 'vit.pth'), inflate=inflate, temporal='zero'
    )
    sizes = dict(SIZES, num_frames=4, attention_type=attention_type, out_type='featmap', **options)
    model = family(**sizes, init_cfg=init_cfg)
    model.init_weights()
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        features = model.eval()(images[:, :, None].expand(-1, -1, 4, -1, -1))
        if attention_type == 'factorised_self_attention':  # has no class token: the image model without its own
            image_model.cls_token, image_model.num_prefix_tokens = None, 0
            image_model.pos_embed = torch.nn.Parameter(image_model.pos_embed[:, 1:])
        image_tokens = image_model.forward_features(images)[:, image_model.num_prefix_tokens :]
    expected = image_tokens.transpose(1, 2).unflatten(2, (1, 2, 2)).expand_as(features)
    torch.testing.assert_close(features, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize('attention_type', VIVIT_TYPES)
def test_vivit_starts_from_an_image_model(tmp_path, image_model, attention_type):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    init_cfg = dict(type='mmaction_vt.FromImageModel', checkpoint=str(tmp_path / 'vit.pth'), inflate='centre')
    sizes = dict(SIZES, num_frames=6, img_size=64, num_heads=2)
    model = ViViT(**sizes, attention_type=attention_type, num_temporal_layers=1, init_cfg=init_cfg)
    model.init_weights()
    kernel = model.patch_embed.proj.weight
    assert torch.equal(kernel[:, :, 1], image_model.patch_embed.proj.weight) and not kernel[:, :, 0].any()
    assert torch.equal(model.blocks[1].attn.qkv.weight, image_model.blocks[1].attn.qkv.weight)
    if attention_type == 'factorised_encoder':
        assert torch.equal(model.spatial_norm.weight, image_model.norm.weight)
        assert model.norm.weight.eq(1).all()
    else:
        assert torch.equal(model.norm.weight, image_model.norm.weight)
        patches = model.st_embed[0, -3 * 16 :].unflatten(0, (3, 16))
        assert torch.equal(patches[0], patches[2])
    assert model(torch.randn(1, 3, 6, 64, 64)).isfinite().all()


def test_what_an_earlier_start_made_for_time_is_kept(tmp_path, image_model):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    image = dict(type='mmaction_vt.FromImageModel', checkpoint=str(tmp_path / 'vit.pth'), temporal='keep')
    models = []
    for init_cfg in (dict(type='mmaction_vt.FromScratch'), [dict(type='mmaction_vt.FromScratch'), image]):
        torch.manual_seed(0)
        models.append(TimeSformer(**SIZES, init_cfg=init_cfg))
        models[-1].init_weights()
    scratch, both = models
    assert torch.equal(both.time_embed, scratch.time_embed) and both.time_embed.any()
    for ours, other, image_block in zip(both.blocks, scratch.blocks, image_model.blocks, strict=True):
        assert torch.equal(ours.temporal_attn.qkv.weight, other.temporal_attn.qkv.weight)
        assert torch.equal(ours.temporal_fc.weight, other.temporal_fc.weight)
        assert torch.equal(ours.attn.qkv.weight, image_block.attn.qkv.weight)


def test_huggingface_image_model(tmp_path):
    from transformers import ViTConfig, ViTForImageClassification, ViTModel

    sizes = dict(image_size=32, patch_size=16, hidden_size=24, num_hidden_layers=2, num_attention_heads=3)
    images = torch.randn(2, 3, 32, 32)
    for kind in (ViTForImageClassification, ViTModel):
        theirs = kind(ViTConfig(**sizes, intermediate_size=96, layer_norm_eps=1e-6))
        for parameter in theirs.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
        theirs.eval().save_pretrained(tmp_path / kind.__name__)
        encoder = getattr(theirs, 'vit', theirs)
        model = start(tmp_path / kind.__name__, attention_type='space_only')
        with torch.no_grad():
            expected = encoder(images).last_hidden_state[:, 0]
            ours = model(images[:, :, None].expand(-1, -1, 3, -1, -1))
        torch.testing.assert_close(ours, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize('prefix', ['encoder.', 'model.encoder.', ''])
def test_encoder_of_a_masked_autoencoder(tmp_path, image_model, prefix):
    """Without a class token, positions and a bias of keys; with a decoder, and kernels of two frames."""
    state = {key: value for key, value in image_model.state_dict().items() if 'head' not in key}
    del state['cls_token'], state['pos_embed']
    for index in range(2):
        bias = state.pop(f'blocks.{index}.attn.qkv.bias')
        state[f'blocks.{index}.attn.q_bias'], _, state[f'blocks.{index}.attn.v_bias'] = bias.chunk(3)
    state['patch_embed.proj.weight'] = torch.randn(24, 3, 2, 16, 16)
    state = {prefix + key: value for key, value in state.items()}
    state |= {'decoder.norm.weight': torch.ones(4), 'mask_token': torch.ones(4)}
    torch.save({'model': state}, tmp_path / 'mae.pth')
    init_cfg = dict(type='mmaction_vt.FromImageModel', checkpoint=str(tmp_path / 'mae.pth'))
    model = ViViT(**dict(SIZES, num_frames=6), init_cfg=init_cfg)
    model.init_weights()
    bias = model.blocks[0].attn.qkv.bias
    assert torch.equal(bias[:24], state[f'{prefix}blocks.0.attn.q_bias']) and not bias[24:48].any()
    assert torch.equal(model.patch_embed.proj.weight, state[f'{prefix}patch_embed.proj.weight'])
    assert 0 < model.cls_token.abs().max() < 0.1
    # Position 5, channels 2 and 3: sine and cosine of 5 / 10000^(2 / 24).
    angle = torch.tensor(5 / 10000 ** (2 / 24))
    torch.testing.assert_close(model.st_embed[0, 1 + 5, 2:4], torch.stack((angle.sin(), angle.cos())))


def test_log_is_a_short_table(tmp_path, image_model, monkeypatch):
    from mmaction_vt.models.init import from_image_model as image_models

    told = []
    monkeypatch.setattr(image_models, 'print_log', lambda text, _: told.append(text))
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    start(tmp_path / 'vit.pth', img_size=64)
    (table,) = told
    rows = table.splitlines()
    assert 'vit.pth' in rows[0] and [row.split()[0] for row in rows[1:]] == ['copied', 'resized', 'initialised', 'left']
    assert '30 tensors' in rows[1] and '4x4' in rows[2] and 'copy of spatial' in rows[3] and 'head.weight' in rows[4]


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(inflate='first'), 'average, centre'),
        (dict(temporal='random'), 'copy, zero, keep'),
        (dict(temporal='zero'), 'none'),
    ],
)
def test_other_options_are_refused(tmp_path, image_model, options, message):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    initialise = FromImageModel(str(tmp_path / 'vit.pth'), **options)
    with pytest.raises(InputError, match=message):
        initialise(TimeSformer(**SIZES, attention_type='space_only'))


def test_another_patch_size_is_refused(tmp_path, image_model):
    torch.save(image_model.state_dict(), tmp_path / 'vit.pth')
    with pytest.raises(InputError, match=r'size mismatch for patch_embed.proj.weight: .*16, 16.* in the checkpoint'):
        start(tmp_path / 'vit.pth', patch_size=8)
