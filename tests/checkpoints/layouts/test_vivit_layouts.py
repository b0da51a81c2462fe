"""ViViT from and to Hugging Face, and from the Video Transformer benchmark."""

import json
import re
import warnings

import pytest
import torch

from mmaction_vt import init_recognizer, read_checkpoint
from mmaction_vt.checkpoints import huggingface_folder
from mmaction_vt.checkpoints.layouts import vivit_huggingface
from mmaction_vt.checkpoints.load import load_into
from mmaction_vt.errors import InputError

SIZES = dict(img_size=32, patch_size=16, num_frames=6, embed_dims=24, num_layers=2, num_heads=3)


def recognizer(**options):
    backbone = dict(SIZES, type='mmaction_vt.ViViT', **options)
    head = dict(type='TimeSformerHead', num_classes=5, in_channels=24)
    return init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)))


def huggingface_model(**options):
    from transformers import VivitConfig, VivitForVideoClassification

    sizes = dict(image_size=32, num_frames=6, tubelet_size=[2, 16, 16], hidden_size=24, num_hidden_layers=2)
    config = VivitConfig(**sizes, num_attention_heads=3, intermediate_size=96, num_labels=5, **options)
    torch.manual_seed(0)
    model = VivitForVideoClassification(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


def scores(model, videos):
    with torch.no_grad():
        return model.cls_head(model.backbone(videos))


@pytest.mark.parametrize('options', [{}, dict(hidden_act='gelu'), dict(qkv_bias=False)])
def test_scores_of_huggingface(options, tmp_path):
    theirs = huggingface_model(**options)
    theirs.save_pretrained(tmp_path)
    own = dict(qkv_bias=False) if 'qkv_bias' in options else {}
    ours, videos = recognizer(**own), torch.randn(2, 3, 6, 32, 32)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        load_into(ours, tmp_path)
    wanted = theirs(videos.transpose(1, 2)).logits.detach()
    torch.testing.assert_close(scores(ours, videos), wanted, rtol=0, atol=1e-5)
    told = [str(warning.message) for warning in caught if 'act=' in str(warning.message)]
    assert len(told) == (0 if options.get('hidden_act') == 'gelu' else 1)


def test_the_activation_of_the_config_is_kept(tmp_path):
    theirs = huggingface_model()
    theirs.save_pretrained(tmp_path)
    ours, videos = recognizer(act='gelu_tanh'), torch.randn(2, 3, 6, 32, 32)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        load_into(ours, tmp_path / 'model.safetensors')  # which does not say what its activation is
    wanted = theirs(videos.transpose(1, 2)).logits.detach()
    torch.testing.assert_close(scores(ours, videos), wanted, rtol=0, atol=1e-5)
    exact = recognizer(act='gelu')
    with pytest.warns(UserWarning, match='trained with gelu_fast.*act=.gelu_tanh'):
        load_into(exact, tmp_path)
    assert not torch.equal(scores(exact, videos), scores(ours, videos))


@pytest.mark.parametrize('source', ['theirs', 'ours'])
def test_there_and_back_is_the_identity(source, tmp_path, run_program):
    from transformers import VivitForVideoClassification

    theirs = huggingface_model()
    if source == 'theirs':
        theirs.save_pretrained(tmp_path / 'theirs')
        run_program('tools/convert_checkpoint.py', tmp_path / 'theirs', tmp_path / 'ours.pth')
    else:
        torch.save({'state_dict': recognizer().state_dict()}, tmp_path / 'ours.pth')
    options = ['--to', 'huggingface', '--num-heads', 3, '--num-frames', 6]
    run_program('tools/convert_checkpoint.py', tmp_path / 'ours.pth', tmp_path / 'back', *options)
    again, info = VivitForVideoClassification.from_pretrained(tmp_path / 'back', output_loading_info=True)
    assert not info['missing_keys'] and not info['unexpected_keys'] and not info['mismatched_keys']
    state, back = (read_checkpoint(tmp_path / name)['state_dict'] for name in ('ours.pth', 'back'))
    assert state.keys() == back.keys()
    assert all(torch.equal(state[key], back[key]) for key in state)
    if source == 'theirs':
        before, after = theirs.state_dict(), again.state_dict()
        assert all(torch.equal(before[key], after[key]) for key in before)
        wanted = json.loads((tmp_path / 'theirs' / 'config.json').read_text())
        told = json.loads((tmp_path / 'back' / 'config.json').read_text())
        for key in told.keys() & wanted.keys() - {'id2label', 'label2id'}:
            assert told[key] == wanted[key], key


def test_refuses_what_cannot_be_told(tmp_path):
    state = recognizer().state_dict()
    with pytest.raises(InputError, match='--num-frames'):
        vivit_huggingface.describe(state, num_heads=3)
    with pytest.raises(InputError, match='--num-heads'):
        vivit_huggingface.describe(state, num_frames=6)
    config = vivit_huggingface.describe(state, num_heads=3, num_frames=6)
    with pytest.raises(InputError, match=r'2 labels .* 5 classes'):
        huggingface_folder.write(vivit_huggingface.to_huggingface(state), config, tmp_path, ['a', 'b'])
    with pytest.raises(InputError, match=r'temporal_cls_token'):
        vivit_huggingface.to_huggingface(recognizer(attention_type='factorised_encoder').state_dict())


# What the benchmark's Model 2 calls our modules, and its two namings of attention.
BENCHMARK = [
    (r'backbone\.blocks\.', 'model.transformer_layers.0.layers.'),
    (r'backbone\.temporal_blocks\.', 'model.transformer_layers.1.layers.'),
    (r'backbone\.temporal_embed', 'model.time_embed'),
    (r'backbone\.patch_embed\.proj', 'model.patch_embed.projection'),
    (r'cls_head\.fc_cls', 'cls_head.cls_head'),
    (r'backbone\.', 'model.'),
    (r'\.norm1\.', '.attentions.0.norm.'),
    (r'\.norm2\.', '.ffns.0.norm.'),
    (r'\.mlp\.fc1\.', '.ffns.0.layers.0.0.'),
    (r'\.mlp\.fc2\.', '.ffns.0.layers.1.'),
]
ATTENTIONS = {
    'of its own': [(r'\.attn\.', '.attentions.0.attn.')],
    "PyTorch's": [
        (r'\.attn\.qkv\.(.*)', r'.attentions.0.attn.in_proj_\1'),
        (r'\.attn\.proj\.', '.attentions.0.attn.out_proj.'),
    ],
}


@pytest.mark.parametrize('naming', ATTENTIONS)
def test_scores_of_the_benchmarks_model_2(naming, tmp_path):
    model = recognizer(attention_type='factorised_encoder', frame_token='benchmark', num_temporal_layers=3)
    state = {}
    for key, value in model.state_dict().items():
        torch.nn.init.normal_(value, std=0.2)
        for ours, theirs in BENCHMARK + ATTENTIONS[naming]:
            key = re.sub(ours, theirs, key)
        state[key] = value.clone()
    assert 'model.transformer_layers.1.layers.2.ffns.0.layers.1.weight' in state
    torch.save({'epoch': 29, 'pytorch-lightning_version': '1.5', 'state_dict': state}, tmp_path / 'vivit_model.pth')
    again = recognizer(attention_type='factorised_encoder', frame_token='benchmark', num_temporal_layers=3)
    load_into(again, tmp_path / 'vivit_model.pth')
    videos = torch.randn(2, 3, 6, 32, 32)
    assert torch.equal(scores(again, videos), scores(model, videos))
    with pytest.raises(InputError, match=r'missing keys: .*temporal_cls_token'):
        load_into(recognizer(attention_type='factorised_encoder'), tmp_path / 'vivit_model.pth')


def test_resized_to_other_clips(tmp_path):
    huggingface_model().save_pretrained(tmp_path)
    for options in (dict(num_frames=12), dict(img_size=64)):
        model = recognizer(act='gelu_tanh', **options)
        (sentence,) = load_into(model, tmp_path).resized
        assert 'backbone.st_embed' in sentence
