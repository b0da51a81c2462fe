"""The configs of VideoMAE and of V-JEPA 2's probes."""

from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.dataset import Compose
from mmengine.registry import build_from_cfg, init_default_scope
from reading import read
from videos import write_video

from mmaction_vt.apis.flops import build_without_weights
from mmaction_vt.registry import DATASETS

ROOT = Path(__file__).parents[2]

# Folder, classes, frames, side, million parameters, learning rate, videos a step, epochs, clips and crops of a test.
CONFIGS = {
    'videomae_s_16x4_kinetics400': ('videomae', 400, 16, 224, 22.04, 7.5e-4, 384, 150, 5, 3),
    'videomae_b_16x4_kinetics400': ('videomae', 400, 16, 224, 86.5, 7.5e-4, 384, 75, 5, 3),
    'videomae_l_16x4_kinetics400': ('videomae', 400, 16, 224, 304.3, 1e-3, 128, 35, 5, 3),
    'videomae_h_16x4_kinetics400': ('videomae', 400, 16, 224, 632.2, 2e-3, 512, 50, 5, 3),
    'videomae_s_16_ssv2': ('videomae', 174, 16, 224, 21.95, 1.5e-3, 384, 40, 2, 3),
    'videomae_b_16_ssv2': ('videomae', 174, 16, 224, 86.4, 7.5e-4, 384, 30, 2, 3),
    'videomae_v2_s_16x4_kinetics400': ('videomae', 400, 16, 224, 22.04, 7.5e-4, 384, 30, 5, 3),
    'videomae_v2_b_16x4_kinetics400': ('videomae', 400, 16, 224, 86.5, 7.5e-4, 384, 30, 5, 3),
    'videomae_v2_g_16_ssv2': ('videomae', 174, 16, 224, 1011.9, 3.75e-4, 96, 35, 2, 3),
    'vjepa2_l_16x4_256_kinetics400': ('vjepa2', 400, 16, 256, 353.6, 1e-3, 256, 20, 8, 3),
    'vjepa2_l_16x4_256_ssv2': ('vjepa2', 174, 16, 256, 353.4, 1e-3, 256, 20, 2, 3),
    'vjepa2_g_64x2_384_ssv2': ('vjepa2', 174, 64, 384, 1105.7, 1e-3, 256, 20, 2, 3),
}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('videos')
    write_video(folder / 'clip.mp4')
    (folder / 'list.txt').write_text('clip.mp4 3\nclip.mp4 3\n')
    return folder


def config_of(name):
    init_default_scope('mmaction')
    return read(ROOT / 'configs' / 'recognition' / CONFIGS[name][0] / f'{name}.py')


@pytest.mark.parametrize('name', CONFIGS)
def test_model(name):
    family, num_classes, num_frames, side, millions, *_, clips, _ = CONFIGS[name]
    config = config_of(name)
    config.model.data_preprocessor.pop('blending', None)  # draws numbers when it is built
    segments = config.model.cls_head.get('num_segments', 1)
    assert segments == (clips if family == 'vjepa2' else 1)
    with torch.device('meta'):
        model = MODELS.build(config.model)
        features = model.backbone(torch.empty(1, 3, num_frames, side, side))
        assert model.cls_head(features).shape == (1, num_classes)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, rel=1e-3)
    frozen = not any(parameter.requires_grad for parameter in model.backbone.parameters())
    assert frozen == (family == 'vjepa2')


@pytest.mark.parametrize('part', ['train', 'val', 'test'])
@pytest.mark.parametrize('name', CONFIGS)
def test_pipeline(name, part, folder):
    family, _, num_frames, side, *_, clips, crops = CONFIGS[name]
    config = config_of(name)
    pipeline = config[f'{part}_dataloader'].dataset.pipeline
    if part == 'train' and family == 'videomae':
        return  # of decord: below
    found = Compose(pipeline)(dict(filename=str(folder / 'clip.mp4'), label=3, start_index=0, modality='RGB'))['inputs']
    views = {'train': clips, 'val': clips if family == 'vjepa2' else 1, 'test': clips * crops}[part]
    assert found.shape == (views, 3, num_frames, side, side)


@pytest.mark.parametrize('name', ['videomae_b_16x4_kinetics400', 'videomae_b_16_ssv2'])
def test_a_video_is_decoded_once_and_augmented_twice(name, folder):
    pytest.importorskip('decord')
    torch.manual_seed(0)
    loader = config_of(name).train_dataloader
    dataset = dict(loader.dataset, ann_file=str(folder / 'list.txt'), data_prefix=dict(video=str(folder)))
    first, second = build_from_cfg(dataset, DATASETS)[0]
    assert first['inputs'].shape == second['inputs'].shape == (1, 3, 16, 224, 224)
    assert not torch.equal(first['inputs'], second['inputs'])
    assert loader.collate_fn.type == 'repeat_pseudo_collate'


@pytest.mark.parametrize('name', CONFIGS)
def test_schedule(name):
    *_, rate, videos, epochs, _, _ = CONFIGS[name]
    config = config_of(name)
    batch = 8 * config.train_dataloader.batch_size * config.optim_wrapper.accumulative_counts
    assert (batch, config.optim_wrapper.optimizer.lr, config.train_cfg.max_epochs) == (videos, rate, epochs)
    if 'videomae' in name:
        decay = dict(videomae_s_16_ssv2=0.7, videomae_v2_g_16_ssv2=0.9).get(name, 0.75)
        assert config.optim_wrapper.paramwise_cfg.decay_rate == decay


@pytest.mark.parametrize('name', CONFIGS)
def test_gestures_and_directions_are_not_flipped(name):
    flips = 'Flip' in {step.type for step in config_of(name).train_pipeline}
    assert flips == (name.startswith('videomae') and 'kinetics' in name)


def test_a_crop_of_several_clips_is_read_together():
    """Views are ordered by crop: what the head joins are the clips of one crop."""
    config = config_of('vjepa2_l_16x4_256_ssv2')
    assert config.test_pipeline[0].get('test_crops', 'mmaction2') == 'mmaction2'
    model = build_without_weights(config)
    assert model.cls_head.num_segments == config.test_pipeline[0].sampling.num_clips
