"""TimeSformer's layouts against the libraries that write them."""

import json
from pathlib import Path

import pytest
import torch

from mmaction_vt import init_recognizer, read_checkpoint
from mmaction_vt.checkpoints import huggingface_folder
from mmaction_vt.checkpoints.layouts import timesformer_huggingface

ATTENTION_TYPES = ('divided_space_time', 'joint_space_time', 'space_only')
SIZES = dict(img_size=32, patch_size=16, num_frames=3, embed_dims=24, num_heads=3)


def build_config(attention_type='divided_space_time', num_classes=5, **options):
    backbone = {**SIZES, 'num_layers': 2, 'attention_type': attention_type, **options}
    backbone['type'] = 'mmaction_vt.TimeSformer'
    head = dict(type='TimeSformerHead', num_classes=num_classes, in_channels=backbone['embed_dims'])
    return dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head))


def randomise(model):
    torch.manual_seed(0)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


def huggingface_model(attention_type):
    from transformers import TimesformerConfig, TimesformerForVideoClassification

    config = TimesformerConfig(
        image_size=32,
        patch_size=16,
        num_frames=3,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=96,
        attention_type=attention_type,
        num_labels=5,
    )
    return randomise(TimesformerForVideoClassification(config))


def scores_of(model, videos):
    with torch.no_grad():
        return model.cls_head(model.backbone(videos))


def scores_beside_huggingface(model, theirs, attention_type):
    """Our scores and theirs. Of space-only attention they give one row a frame, without the mean over frames."""
    videos = torch.randn(2, 3, 3, 32, 32)
    with torch.no_grad():
        expected = theirs(videos.transpose(1, 2)).logits
    if attention_type == 'space_only':
        videos = videos.transpose(1, 2).flatten(0, 1)[:, :, None]
    return scores_of(model, videos), expected


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
@pytest.mark.parametrize('form', ['folder', 'safetensors', 'bin'])
def test_huggingface(tmp_path, attention_type, form):
    theirs = huggingface_model(attention_type)
    theirs.save_pretrained(tmp_path)
    path = {'folder': tmp_path, 'safetensors': tmp_path / 'model.safetensors', 'bin': tmp_path / 'pytorch_model.bin'}
    torch.save(theirs.state_dict(), path['bin'])
    ours, expected = scores_beside_huggingface(
        init_recognizer(build_config(attention_type), path[form]), theirs, attention_type
    )
    torch.testing.assert_close(ours, expected, rtol=0, atol=1e-5)


def write_folder(state, folder):
    config = timesformer_huggingface.describe(state, num_heads=3)
    huggingface_folder.write(timesformer_huggingface.to_huggingface(state), config, folder)


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_to_huggingface_and_back_is_the_identity(tmp_path, attention_type):
    from transformers import TimesformerForVideoClassification

    model = randomise(init_recognizer(build_config(attention_type)))
    state = model.state_dict()
    write_folder(state, tmp_path)
    back = read_checkpoint(tmp_path)['state_dict']
    assert back.keys() == state.keys()
    assert all(torch.equal(back[key], state[key]) for key in state)

    theirs, info = TimesformerForVideoClassification.from_pretrained(tmp_path, output_loading_info=True)
    assert not info['missing_keys'] and not info['unexpected_keys'] and not info['mismatched_keys']
    ours, expected = scores_beside_huggingface(model, theirs.eval(), attention_type)
    torch.testing.assert_close(ours, expected, rtol=0, atol=1e-5)


def test_huggingface_back_and_forth_is_the_identity(tmp_path):
    theirs = huggingface_model('divided_space_time')
    theirs.save_pretrained(tmp_path / 'theirs')
    state = read_checkpoint(tmp_path / 'theirs')['state_dict']
    write_folder(state, tmp_path / 'back')
    again = type(theirs).from_pretrained(tmp_path / 'back').state_dict()
    assert all(torch.equal(value, again[key]) for key, value in theirs.state_dict().items())
    before = json.loads((tmp_path / 'theirs' / 'config.json').read_text())
    after = json.loads((tmp_path / 'back' / 'config.json').read_text())
    told = set(after) - {'architectures'}
    assert {key: before[key] for key in told} == {key: after[key] for key in told}


def test_huggingface_model_in_parts(tmp_path):
    theirs = huggingface_model('divided_space_time')
    theirs.save_pretrained(tmp_path / 'whole')
    theirs.save_pretrained(tmp_path / 'parts', max_shard_size='20KB')
    assert len(list((tmp_path / 'parts').glob('*.safetensors'))) > 1
    whole, parts = (read_checkpoint(tmp_path / name)['state_dict'] for name in ('whole', 'parts'))
    assert whole.keys() == parts.keys()


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_mmaction2(tmp_path, attention_type):
    from mmaction.registry import MODELS
    from mmaction.utils import register_all_modules

    register_all_modules()
    # Their number of layers is always 12 unless the layers are given; the width is small.
    backbone = MODELS.build(dict(type='TimeSformer', attention_type=attention_type, **SIZES))
    head = MODELS.build(dict(type='TimeSformerHead', num_classes=5, in_channels=24))
    randomise(backbone)
    randomise(head)
    state = {f'backbone.{key}': value for key, value in backbone.state_dict().items()}
    state |= {f'cls_head.{key}': value for key, value in head.state_dict().items()}
    torch.save({'state_dict': state, 'meta': {}}, tmp_path / 'theirs.pth')
    videos = torch.randn(2, 3, 3, 32, 32)
    with torch.no_grad():
        expected = head(backbone(videos))
    ours = scores_of(init_recognizer(build_config(attention_type, num_layers=12), tmp_path / 'theirs.pth'), videos)
    # Scores of a random model of 12 layers are large; 1e-5 is meant for scores of the order of 1.
    torch.testing.assert_close(ours, expected, rtol=1e-5, atol=1e-5)


def test_distributed_wrappers_prefix_is_taken_off(tmp_path):
    model = randomise(init_recognizer(build_config()))
    torch.save({f'module.{key}': value for key, value in model.state_dict().items()}, tmp_path / 'model.pth')
    assert read_checkpoint(tmp_path / 'model.pth')['state_dict'].keys() == model.state_dict().keys()


def test_convert_checkpoint_program(tmp_path, parity, run_program):
    case = parity('timesformer_divided_space_time')
    run_program('tools/convert_checkpoint.py', case.checkpoint, tmp_path / 'ours.pth')
    run_program(
        'tools/convert_checkpoint.py', tmp_path / 'ours.pth', tmp_path / 'hf', '--to', 'huggingface', '--num-heads', 4
    )
    run_program('tools/convert_checkpoint.py', tmp_path / 'hf', tmp_path / 'back.pth')
    ours, back = read_checkpoint(tmp_path / 'ours.pth'), read_checkpoint(tmp_path / 'back.pth')
    published = read_checkpoint(case.checkpoint)['state_dict']
    for key, value in published.items():
        assert torch.equal(value, ours['state_dict'][key]) and torch.equal(value, back['state_dict'][key])
    # The number of heads is in Hugging Face's config and survives the way through our file.
    run_program('tools/convert_checkpoint.py', tmp_path / 'back.pth', tmp_path / 'hf2', '--to', 'huggingface')
    assert json.loads((tmp_path / 'hf2' / 'config.json').read_text())['num_attention_heads'] == 4
    message = run_program(
        'tools/convert_checkpoint.py', tmp_path / 'ours.pth', tmp_path / 'hf3', '--to', 'huggingface', fails=True
    )
    assert '--num-heads' in message and not Path(tmp_path / 'hf3').exists()
