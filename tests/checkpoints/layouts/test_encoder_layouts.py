"""VideoMAE and V-JEPA 2: the authors' files and Hugging Face's folders, in both directions."""

import json
import re

import pytest
import torch

from mmaction_vt import init_recognizer, read_checkpoint
from mmaction_vt.checkpoints.layouts import projections, videomae_huggingface, vjepa2_huggingface
from mmaction_vt.checkpoints.load import load_into
from mmaction_vt.checkpoints.pretrained import start
from mmaction_vt.errors import InputError
from mmaction_vt.models import VJEPA2, VideoMAE, ViViT

SIZES = dict(img_size=32, patch_size=16, num_frames=6, embed_dims=24, num_layers=2, num_heads=2)
PATH = 'tools/convert_checkpoint.py'


def videomae(**options):
    head = dict(type='TimeSformerHead', num_classes=5, in_channels=24)
    backbone = dict(SIZES, type='mmaction_vt.VideoMAE', **options)
    return randomised(dict(type='Recognizer3D', backbone=backbone, cls_head=head))


def vjepa2(head_eps=None, **options):
    head = dict(type='mmaction_vt.AttentiveHead', num_classes=5, in_channels=24, num_heads=2, norm_eps=head_eps)
    backbone = dict(SIZES, type='mmaction_vt.VJEPA2', mlp_ratio=2.0, **options)
    return randomised(dict(type='Recognizer3D', backbone=backbone, cls_head=head))


def randomised(model):
    torch.manual_seed(1)
    model = init_recognizer(dict(model=model))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    for block in model.backbone.blocks:  # the bias of keys is zero in published weights
        if isinstance(model.backbone, VideoMAE):
            block.attn.qkv.bias.data[24:48] = 0
    return model


def huggingface_model(family, std=0.2):
    from transformers import (
        VideoMAEConfig,
        VideoMAEForVideoClassification,
        VJEPA2Config,
        VJEPA2ForVideoClassification,
    )

    torch.manual_seed(0)
    sizes = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=2, num_labels=5)
    if family == 'videomae':
        config = VideoMAEConfig(image_size=32, num_frames=6, intermediate_size=96, **sizes)
        model = VideoMAEForVideoClassification(config)
    else:
        predictor = dict(pred_hidden_size=12, pred_num_attention_heads=2, pred_num_hidden_layers=1)
        config = VJEPA2Config(crop_size=32, frames_per_clip=6, mlp_ratio=2, **sizes, **predictor)
        model = VJEPA2ForVideoClassification(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=std)
    return model.eval()


MODELS = dict(videomae=videomae, vjepa2=vjepa2)


@torch.no_grad()
def scores(model, videos):
    return model.cls_head(model.backbone(videos))


@pytest.mark.parametrize('std', [0.02, 0.2])
@pytest.mark.parametrize('family', MODELS)
def test_scores_of_huggingface(family, std, tmp_path):
    """Small weights too: there the epsilons of the norms matter, which are Hugging Face's."""
    theirs = huggingface_model(family, std)
    theirs.save_pretrained(tmp_path)
    ours, videos = MODELS[family](), torch.randn(2, 3, 6, 32, 32)
    load_into(ours, tmp_path)
    wanted = theirs(videos.transpose(1, 2)).logits.detach()
    torch.testing.assert_close(scores(ours, videos), wanted, rtol=0, atol=1e-5)
    own = MODELS[family](**dict(head_eps=1e-6) if family == 'vjepa2' else {}, norm_eps=1e-3)
    load_into(own, tmp_path)
    assert own.backbone.blocks[0].norm1.eps == 1e-3  # what the config names stays


def test_names_of_biases_in_both_versions_of_transformers(tmp_path):
    from safetensors.torch import load_file, save_file

    huggingface_model('videomae').save_pretrained(tmp_path)
    state, found = load_file(tmp_path / 'model.safetensors'), []
    for names in (('q_bias', 'v_bias'), ('query.bias', 'value.bias')):
        renamed = {}
        for key, value in state.items():
            key = re.sub(r'attention\.(q_bias|query\.bias)$', f'attention.{names[0]}', key)
            renamed[re.sub(r'attention\.(v_bias|value\.bias)$', f'attention.{names[1]}', key)] = value
        assert any(key.endswith(names[0]) for key in renamed)
        save_file(renamed, tmp_path / 'model.safetensors')
        found.append(read_checkpoint(tmp_path)['state_dict'])
    old, new = found
    assert old.keys() == new.keys() and all(torch.equal(old[key], new[key]) for key in old)
    bias = old['backbone.blocks.0.attn.qkv.bias']
    assert bias[:24].any() and not bias[24:48].any() and bias[48:].any()


@pytest.mark.parametrize('source', ['theirs', 'ours'])
@pytest.mark.parametrize('family', MODELS)
def test_there_and_back_is_the_identity(family, source, tmp_path, run_program):
    if source == 'theirs':
        theirs = huggingface_model(family)
        theirs.save_pretrained(tmp_path / 'theirs')
        run_program(PATH, tmp_path / 'theirs', tmp_path / 'ours.pth')
        options = ['--num-heads', 2]
    else:
        torch.save({'state_dict': MODELS[family]().state_dict()}, tmp_path / 'ours.pth')
        options = ['--num-heads', 2, '--num-frames', 6, '--img-size', 32]
    run_program(PATH, tmp_path / 'ours.pth', tmp_path / 'back', '--to', 'huggingface', *options)
    state, back = (read_checkpoint(tmp_path / name)['state_dict'] for name in ('ours.pth', 'back'))
    assert state.keys() == back.keys()
    assert all(torch.equal(state[key], back[key]) for key in state)
    again = type(huggingface_model(family)).from_pretrained(tmp_path / 'back').eval()
    videos = torch.randn(2, 3, 6, 32, 32)
    ours = MODELS[family]()
    load_into(ours, tmp_path / 'back')
    wanted = again(videos.transpose(1, 2)).logits.detach()
    torch.testing.assert_close(scores(ours, videos), wanted, rtol=0, atol=1e-5)
    if source == 'theirs':
        torch.testing.assert_close(wanted, theirs(videos.transpose(1, 2)).logits.detach(), rtol=0, atol=1e-5)
        wanted = json.loads((tmp_path / 'theirs' / 'config.json').read_text())
        told = json.loads((tmp_path / 'back' / 'config.json').read_text())
        for key in told.keys() & wanted.keys() - {'id2label', 'label2id'}:
            assert told[key] == wanted[key], key


def published_videomae(model, prefix=''):
    """The state dict of a model in the authors' names."""
    state = {}
    for key, value in model.state_dict().items():
        key = key.replace('cls_head.fc_cls.', 'head.').replace('backbone.', prefix)
        if key.endswith('attn.qkv.bias'):
            state[key.replace('qkv.bias', 'q_bias')], _, state[key.replace('qkv.bias', 'v_bias')] = value.chunk(3)
        else:
            state[key] = value
    return state


@pytest.mark.parametrize('entry', ['model', 'module'])
def test_videomae_of_its_authors(entry, tmp_path):
    model = videomae()
    torch.save({entry: published_videomae(model), 'epoch': 74}, tmp_path / 'finetuned.pth')
    checkpoint = read_checkpoint(tmp_path / 'finetuned.pth')
    assert checkpoint['layout'] == "VideoMAE's published layout" and not checkpoint['dropped']
    again, videos = videomae(), torch.randn(2, 3, 6, 32, 32)
    load_into(again, tmp_path / 'finetuned.pth')
    assert torch.equal(scores(again, videos), scores(model, videos))


def test_videomae_of_mmaction2(tmp_path):
    from mmaction.models.backbones.vit_mae import VisionTransformer
    from mmaction.models.heads import TimeSformerHead

    torch.manual_seed(0)
    sizes = {**SIZES, 'depth': SIZES['num_layers']}
    backbone = VisionTransformer(**sizes, norm_cfg=dict(type='LN', eps=1e-6)).eval()
    theirs = torch.nn.Module()
    theirs.backbone, theirs.cls_head = backbone, TimeSformerHead(5, 24)
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    torch.save(dict(state_dict=theirs.state_dict(), meta={}), tmp_path / 'theirs.pth')
    checkpoint = read_checkpoint(tmp_path / 'theirs.pth')
    assert checkpoint['layout'] == "mmaction2's VideoMAE layout" and checkpoint['dropped'] == ['backbone.pos_embed']
    ours, videos = videomae(), torch.randn(2, 3, 6, 32, 32)
    load_into(ours, tmp_path / 'theirs.pth')
    torch.testing.assert_close(scores(ours, videos), theirs.cls_head(backbone(videos)).detach(), rtol=0, atol=1e-5)
    fitted, _ = start.fit_backbone(start.read(tmp_path / 'theirs.pth'), VideoMAE(**SIZES))
    assert all(torch.equal(value, fitted[key]) for key, value in ours.backbone.state_dict().items())


def test_a_pre_trained_encoder_starts_a_model(tmp_path):
    """Its norm, of tokens, is left where the model normalises their mean, and the decoder is left out."""
    encoder = videomae(norm_after_mean=False)
    state = {key: value for key, value in published_videomae(encoder, 'encoder.').items() if key.startswith('encoder.')}
    extra = {'decoder.norm.weight': torch.ones(12), 'encoder_to_decoder.weight': torch.ones(12, 24)}
    torch.save({'model': {**state, **extra, 'mask_token': torch.zeros(1, 1, 12)}}, tmp_path / 'pretrained.pth')
    checkpoint = read_checkpoint(tmp_path / 'pretrained.pth')
    decoder = {'decoder.norm.weight', 'decoder.embed.weight', 'decoder.mask_token'}
    assert {key for key in checkpoint['state_dict'] if not key.startswith('backbone.')} == decoder
    source = start.read(tmp_path / 'pretrained.pth')
    assert set(source.left_out) == decoder
    fitted, report = start.fit_backbone(source, encoder.backbone)
    assert all(torch.equal(value, fitted[key]) for key, value in encoder.backbone.state_dict().items())
    model = VideoMAE(**SIZES)
    fitted, report = start.fit_backbone(source, model)
    assert (fitted['fc_norm.weight'] == 1).all() and 'norm.weight' not in fitted
    assert 'the norm of the mean as the backbone does' in report.initialised
    fitted, _ = start.fit_backbone(source, ViViT(**{**SIZES, 'attention_type': 'factorised_self_attention'}))
    assert torch.equal(fitted['norm.weight'], encoder.backbone.norm.weight)


def published_vjepa2(model):
    """Encoder and probe in the authors' names."""
    encoder = {f'module.backbone.{key}': value for key, value in model.backbone.state_dict().items()}
    probe = {}
    for key, value in model.cls_head.state_dict().items():
        key = re.sub(r'^pooling\.(norm\d|mlp)', r'pooler.cross_attention_block.\1', key)
        key = key.replace('pooling.cross_attn', 'pooler.cross_attention_block.xattn').replace('pooling.', 'pooler.')
        probe['module.' + key.replace('pooler.query', 'pooler.query_tokens').replace('fc_cls', 'linear')] = value
    return encoder, probe


def test_vjepa2_of_its_authors(tmp_path):
    model = vjepa2()
    encoder, probe = published_vjepa2(model)
    positions = {'module.backbone.pos_embed': torch.zeros(1, 3 * 2 * 2, 24)}
    other = {key: torch.zeros_like(value) for key, value in encoder.items()}
    torch.save(dict(encoder=other, target_encoder={**encoder, **positions}, predictor={}), tmp_path / 'vitl.pt')
    torch.save(dict(classifiers=[probe, {}], opt=[], epoch=20), tmp_path / 'ssv2.pt')
    parts = [read_checkpoint(tmp_path / name) for name in ('vitl.pt', 'ssv2.pt')]
    assert [part['layout'] for part in parts] == ["V-JEPA 2's published layout"] * 2
    assert parts[0]['dropped'] == ['pos_embed']
    found = {**parts[0]['state_dict'], **parts[1]['state_dict']}
    assert found.keys() == model.state_dict().keys()
    assert all(torch.equal(value, found[key]) for key, value in model.state_dict().items())


def test_vjepa2_1_of_its_authors(tmp_path):
    model = vjepa2(version='2.1')
    encoder, _ = published_vjepa2(model)
    named = {'backbone.video_embed': 'backbone.video_mod_embed', 'backbone.norm.': 'backbone.norms_block.3.'}
    for ours, theirs in named.items():
        encoder = {key.replace(ours, theirs): value for key, value in encoder.items()}
    extra = dict(img_mod_embed=torch.zeros(1, 1, 24))
    extra |= {'patch_embed_img.proj.bias': torch.zeros(24), 'norms_block.0.weight': torch.zeros(24)}
    encoder |= {f'module.backbone.{key}': value for key, value in extra.items()}
    torch.save(dict(ema_encoder=encoder, target_encoder={'x': torch.zeros(1)}), tmp_path / 'vitl.pt')
    checkpoint = read_checkpoint(tmp_path / 'vitl.pt')
    assert set(checkpoint['dropped']) == set(extra)
    found = {key.removeprefix('backbone.'): value for key, value in checkpoint['state_dict'].items()}
    assert found.keys() == model.backbone.state_dict().keys()
    assert all(torch.equal(value, found[key]) for key, value in model.backbone.state_dict().items())
    with pytest.raises(InputError, match=r'no model of V-JEPA 2\.1'):
        vjepa2_huggingface.to_huggingface(model.state_dict())


def test_refuses_the_other_family(tmp_path):
    """Their encoders have the same keys and shapes, and other positions."""
    encoder, _ = published_vjepa2(vjepa2())
    torch.save(dict(target_encoder=encoder), tmp_path / 'vitl.pt')
    wider = dict(norm_after_mean=False, mlp_ratio=2.0)
    for source in ('vitl.pt', 'converted.pth'):
        with pytest.raises(InputError, match=r'is of a VJEPA2 \(.*\), and the backbone of the config is VideoMAE'):
            load_into(videomae(**wider), tmp_path / source if source == 'vitl.pt' else convert(tmp_path))
    with pytest.raises(InputError, match='a VideoMAE cannot start from a VJEPA2'):
        start.fit_backbone(start.read(tmp_path / 'vitl.pt'), VideoMAE(**SIZES, **wider))
    state = published_videomae(videomae(**wider))
    torch.save({'model': state}, tmp_path / 'videomae.pth')
    with pytest.raises(InputError, match='a VJEPA2 cannot start from a VideoMAE'):
        start.fit_backbone(start.read(tmp_path / 'videomae.pth'), VJEPA2(**SIZES, mlp_ratio=2.0))


def convert(folder):
    """The file as ``tools/convert_checkpoint.py`` writes it."""
    checkpoint = read_checkpoint(folder / 'vitl.pt')
    meta = dict(converted_from=checkpoint['layout'])
    torch.save({'state_dict': checkpoint['state_dict'], 'meta': meta}, folder / 'converted.pth')
    return folder / 'converted.pth'


def test_refuses_what_does_not_fit(tmp_path):
    encoder, _ = published_vjepa2(vjepa2())
    first = {**encoder, 'module.backbone.pos_embed': torch.zeros(1, 1568, 24)}
    torch.save(dict(target_encoder=first), tmp_path / 'vjepa1.pt')
    with pytest.raises(InputError, match='as in V-JEPA 1'):
        read_checkpoint(tmp_path / 'vjepa1.pt')
    state = published_videomae(videomae())
    torch.save({'model': {**state, 'blocks.0.gamma_1': torch.ones(24)}}, tmp_path / 'scaled.pth')
    with pytest.raises(InputError, match=r'unexpected keys in .* blocks\.0\.gamma_1'):
        read_checkpoint(tmp_path / 'scaled.pth')
    torch.save({'model': state}, tmp_path / 'small.pth')
    with pytest.raises(InputError, match='size mismatch for backbone'):
        load_into(videomae(patch_size=8), tmp_path / 'small.pth')
    with pytest.raises(InputError, match='norm_after_mean=True'):
        videomae_huggingface.to_huggingface(videomae(norm_after_mean=False).state_dict())
    huggingface_model('videomae').save_pretrained(tmp_path / 'theirs')
    config = json.loads((tmp_path / 'theirs' / 'config.json').read_text())
    (tmp_path / 'theirs' / 'config.json').write_text(json.dumps(config | {'hidden_act': 'gelu_new'}))
    with pytest.raises(InputError, match='trained with gelu_new, and VideoMAE has gelu only'):
        load_into(videomae(), tmp_path / 'theirs')


def test_projections_that_are_split_and_joined():
    parts = {'attn.qkv': ('attn.q', 'attn.k', 'attn.v'), 'cross.kv': ('cross.k', 'cross.v')}
    state = {'a.attn.qkv.weight': torch.randn(6, 2), 'a.cross.kv.bias': torch.randn(4), 'a.proj.weight': torch.ones(2)}
    apart = projections.split(state, parts)
    assert set(apart) == {
        'a.attn.q.weight', 'a.attn.k.weight', 'a.attn.v.weight', 'a.cross.k.bias', 'a.cross.v.bias', 'a.proj.weight',
    }  # fmt: skip
    joined = projections.join(apart, parts)
    assert joined.keys() == state.keys() and all(torch.equal(state[key], joined[key]) for key in state)
    del apart['a.attn.k.weight']
    with pytest.raises(InputError, match=r'missing keys: a\.attn\.k\.weight'):
        projections.join(apart, parts)
