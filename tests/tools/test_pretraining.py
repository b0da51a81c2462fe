"""Masked pre-training by the programs: without labels, resumed, drawn, and fine-tuned from."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT
from mmengine.config import Config
from PIL import Image

from mmaction_vt.registry import MODELS

CONFIG = """
_base_ = ['{root}/configs/_base_/models/videomae_pretrain_mini.py', '{root}/configs/_base_/pretrain_runtime.py']
model = dict(
    backbone=dict(patch_size=16, tubelet_size=2, num_frames=4, embed_dims=32, num_layers=2, num_heads=2),
    mask_ratio=0.75,
    decoder=dict(embed_dims=16, num_layers=1, num_heads=2))
test_pipeline = [
    dict(type='mmaction_vt.VideoToClips', sampling=dict(type='UniformSample', clip_len=4, test_mode=True),
         crop='center', short_side=32, size=32),
    dict(type='PackActionInputs')]
train_dataloader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
                        dataset=dict(type='mmaction_vt.UnlabelledVideos', ann_file='{folder}/paths.txt',
                                     data_prefix=dict(video='{data}'), pipeline=test_pipeline))
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=2)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3))
"""
BACKBONE = """dict(type='mmaction_vt.VideoMAE', img_size=32, patch_size=16, num_frames=4, embed_dims=32, num_layers=2,
                  num_heads=2)"""


@pytest.fixture(scope='module')
def pretrained(tiny_data, tmp_path_factory):
    """A folder with a config, and the checkpoints of two epochs of pre-training."""
    folder = tmp_path_factory.mktemp('pretrained')
    names = [line.split()[0] for line in (tiny_data / 'list.txt').read_text().splitlines()]
    (folder / 'paths.txt').write_text('\n'.join(names) + '\n')
    (folder / 'pretrain.py').write_text(CONFIG.format(root=ROOT, folder=folder, data=tiny_data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, 'argv', ['train.py', str(folder / 'pretrain.py'), '--work-dir', str(folder / 'work')])
        runpy.run_path(str(ROOT / 'tools' / 'train.py'), run_name='__main__')
    return folder


def weights(path):
    return torch.load(path, weights_only=False)['state_dict']


def test_a_resumed_pretraining_has_the_same_masks(pretrained, run_program, tmp_path):
    first = pretrained / 'work' / 'epoch_1.pth'
    options = ['--work-dir', tmp_path / 'resumed', '--resume', first]
    log = run_program('tools/train.py', pretrained / 'pretrain.py', *options)
    assert 'Fine-tune from it: python tools/train.py CONFIG --cfg-options load_from=' in log
    one, other = weights(pretrained / 'work' / 'epoch_2.pth'), weights(tmp_path / 'resumed' / 'epoch_2.pth')
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert any(not torch.equal(one[key], value) for key, value in weights(first).items())


def test_fine_tuning_leaves_the_decoder_out(pretrained, tiny_config, run_program, tmp_path):
    text = tiny_config.read_text()
    start, end = text.index("dict(type='mmaction_vt.TimeSformer'"), text.index('    cls_head=')
    tiny_config.write_text(f'{text[:start]}{BACKBONE},\n{text[end:]}')
    checkpoint = pretrained / 'work' / 'epoch_2.pth'
    options = ['--cfg-options', f'load_from={checkpoint}', 'optim_wrapper.optimizer.lr=0.0']
    log = run_program('tools/train.py', tiny_config, '--work-dir', tmp_path / 'tuned', *options)
    sentence = 'its decoder was left out, and the classifier of the model is untrained.'
    assert sentence in ' '.join(log.split())
    before, after = weights(checkpoint), weights(tmp_path / 'tuned' / 'epoch_2.pth')
    assert not any(key.startswith('decoder.') for key in after)
    kept = [key for key in after if key.startswith('backbone.') and 'fc_norm' not in key]
    assert len(kept) > 20 and all(torch.equal(before[key], after[key]) for key in kept)
    log = run_program('tools/test.py', tiny_config, checkpoint, fails=True)
    assert 'masked pre-training' in log and 'Give the config that the checkpoint was trained with' in log


def test_the_picture_has_what_is_seen_and_its_reconstruction(pretrained, tiny_data, run_program, tmp_path):
    checkpoint = pretrained / 'work' / 'epoch_2.pth'
    args = (pretrained / 'pretrain.py', checkpoint, tiny_data / '0.mp4', '--out-filename')

    def draw(name, *options):
        run_program(
            'tools/analysis/draw_reconstruction.py', *args, tmp_path / name, '--target-resolution', 64, *options
        )
        return Image.open(tmp_path / name)

    assert draw('out.gif').n_frames == 4
    picture = draw('out.png').convert('RGB')
    assert picture.width == 3 * 64
    original, masked = (picture.crop((64 * index, 0, 64 * index + 64, 64)) for index in range(2))
    grey = [masked.getpixel(place) == (96, 100, 110) for place in ((16, 16), (48, 16), (16, 48), (48, 48))]
    assert grey.count(True) == 3  # of four patches
    seen = [(16, 16), (48, 16), (16, 48), (48, 48)][grey.index(False)]
    assert masked.getpixel(seen) == original.getpixel(seen)
    pictures = {bytes(draw(f'{seed}.png', '--seed', seed).tobytes()) for seed in range(4)}
    assert len(pictures) > 1


def test_the_picture_of_motion_is_grey(pretrained, tiny_data, run_program, tmp_path):
    config = Config.fromfile(pretrained / 'pretrain.py')
    model = MODELS.build(dict(config.model, target='motion'))
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'motion.pth')
    args = [pretrained / 'pretrain.py', tmp_path / 'motion.pth', tiny_data / '0.mp4', '--out-filename']
    program = 'tools/analysis/draw_reconstruction.py'
    motion = ['--target-resolution', 64, '--cfg-options', 'model.target=motion']
    run_program(program, *args, tmp_path / 'out.png', *motion)
    third = np.asarray(Image.open(tmp_path / 'out.png').convert('RGB'))[:64, 128:]
    assert (third == third[..., :1]).all() and third.any()
    log = run_program(program, *args, tmp_path / 'other.png', fails=True)
    assert 'size mismatch for decoder.head' in ' '.join(log.split())


@pytest.mark.parametrize(
    ('program', 'message'),
    [
        (['tools/test.py'], 'has no test_dataloader'),
        (['demo/demo.py'], 'MaskedVideoAutoencoder has no classes: give the config and the checkpoint'),
        (['tools/analysis/get_flops.py'], 'MaskedVideoAutoencoder has no classes'),
    ],
)
def test_programs_for_classes_refuse_in_one_sentence(pretrained, tiny_data, run_program, program, message):
    args = [pretrained / 'pretrain.py']
    if program[0] != 'tools/analysis/get_flops.py':
        args.append(pretrained / 'work' / 'epoch_2.pth')
    if program[0] == 'demo/demo.py':
        args.append(tiny_data / '0.mp4')
    log = run_program(*program, *args, fails=True)
    assert message in ' '.join(log.split()) and 'Traceback' not in log


def test_draw_reconstruction_needs_an_autoencoder(tiny_config, tiny_data, run_program, tmp_path):
    out = Path(tmp_path) / 'x.png'
    log = run_program(
        'tools/analysis/draw_reconstruction.py',
        tiny_config,
        'none.pth',
        tiny_data / '0.mp4',
        '--out-filename',
        out,
        fails=True,
    )
    assert 'has a Recognizer3D: give a config of configs/pretrain/' in ' '.join(log.split())
