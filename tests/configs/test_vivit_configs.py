"""ViViT's and LightTimeSformer's configs."""

from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from reading import read
from videos import write_video

ROOT = Path(__file__).parents[2]
FAMILIES = ROOT / 'configs' / 'recognition'

VTB = 'vivit_b_16x2_fe_16x16_kinetics400_vtb'  # the Video Transformer benchmark's
# Folder, classes, frames, million parameters, learning rate, epochs and test views.
CONFIGS = {
    'vivit_b_16x2_kinetics400': ('vivit', 400, 32, 88.9, 0.1, 30, 12),
    'vivit_b_16x2_fe_kinetics400': ('vivit', 400, 32, 115.1, 0.05, 30, 12),
    'vivit_b_16x2_kinetics600': ('vivit', 600, 32, 88.9, 0.1, 30, 12),
    'vivit_b_16x2_fe_kinetics600': ('vivit', 600, 32, 115.1, 0.05, 30, 12),
    'vivit_b_16x2_fe_ssv2': ('vivit', 174, 32, 115.1, 0.4, 35, 12),
    VTB: ('vivit', 400, 16, 115.0, 0.005, 30, 1),
    'light_timesformer_divST_32_224_muwiges_cross_subject': ('light_timesformer', 12, 32, 121.4, 0.005, 15, 1),
    'light_timesformer_divST_32_224_muwiges_cross_scene_subject': ('light_timesformer', 12, 32, 121.4, 0.005, 15, 1),
}

pytestmark = pytest.mark.parametrize('name', CONFIGS)


@pytest.fixture
def config(name):
    init_default_scope('mmaction')
    return read(FAMILIES / CONFIGS[name][0] / f'{name}.py')


@pytest.fixture(scope='module')
def video(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp('videos') / 'clip.mp4')


def test_model(config, name):
    _, num_classes, num_frames, millions, *_ = CONFIGS[name]
    config.model.data_preprocessor.pop('blending', None)  # draws numbers when it is built
    with torch.device('meta'):
        model = MODELS.build(config.model)
        scores = model.cls_head(model.backbone(torch.empty(1, 3, num_frames, 224, 224)))
    assert scores.shape == (1, num_classes)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, rel=0.005)
    if 'vivit' in name:
        assert model.backbone.act == ('gelu' if name == VTB else 'gelu_tanh')
        assert model.backbone.attention_type == ('factorised_encoder' if '_fe_' in name else 'joint')
        init_cfg = config.model.backbone.init_cfg
        benchmark = (
            'https://drive.google.com/file/d/1QjGpbR8K4Cf4TJaDc60liVhBvPtrc2v4/view',
            'average',
            'first_blocks',
        )
        theirs = ('timm:vit_base_patch16_224.augreg_in21k', 'centre', 'copy')
        found = (init_cfg.checkpoint, init_cfg.inflate, init_cfg.get('temporal', 'copy'))
        assert found == (benchmark if name == VTB else theirs)


@pytest.mark.parametrize('part', ['train', 'val', 'test'])
def test_pipeline(config, name, part, video):
    _, _, num_frames, *_, views = CONFIGS[name]
    views = views if part == 'test' else 1
    dataset = config[f'{part}_dataloader'].dataset
    clip = Compose(dataset.pipeline)(dict(filename=str(video), label=3, start_index=0, modality='RGB'))['inputs']
    assert clip.shape == (views, 3, num_frames, 224, 224)
    source = name.removesuffix('_vtb').rpartition('_')[2] if 'vivit' in name else name
    folder, file = {'ssv2': ('sthv2', 'sthv2')}.get(source, (source, source))
    split = 'train' if part == 'train' else 'val'
    wanted = f'data/{folder}/{file}_{split}_list_videos.txt'
    if 'muwiges' in name:
        wanted = f'data/muwiges/lists/{name.split("muwiges_")[1]}_{"train" if part == "train" else "test"}.txt'
    assert dataset.ann_file == wanted


def test_the_benchmarks_frames_and_pixels(config, name):
    kinds = [config[f'{part}_pipeline'][0].sampling for part in ('train', 'val', 'test')]
    if name != VTB:
        assert 'mmaction_vt.SampleBenchmarkClips' not in {sampling.type for sampling in kinds}
        return
    assert {sampling.type for sampling in kinds} == {'mmaction_vt.SampleBenchmarkClips'}
    assert {(sampling.clip_len, sampling.frame_interval) for sampling in kinds} == {(16, 16)}
    assert [sampling.get('test_mode', False) for sampling in kinds] == [False, True, True]
    preprocessor = config.model.data_preprocessor
    assert (preprocessor.mean, preprocessor.std) == ([114.75] * 3, [57.375] * 3)
    crop = config.test_pipeline[0]
    assert (crop.crop, crop.short_side, crop.size) == ('center', 256, 224)


def test_schedule(config, name):
    *_, rate, epochs, _ = CONFIGS[name]
    batch = 8 * config.train_dataloader.batch_size
    assert batch * config.optim_wrapper.get('accumulative_counts', 1) == 64
    assert (config.optim_wrapper.optimizer.type, config.optim_wrapper.optimizer.lr) == ('SGD', rate)
    assert config.train_cfg.max_epochs == epochs
    if 'vivit' in name and name != VTB:
        assert config.optim_wrapper.clip_grad.max_norm == 1
        assert config.model.test_cfg.max_testing_views == 4


def test_gestures_and_directions_are_not_flipped(config, name):
    crop = config.train_pipeline[0]
    flips = 'Flip' in {step.type for step in config.train_pipeline} or crop.get('flip', 0) > 0
    assert flips == ('kinetics' in name)
    if 'muwiges' in name:
        assert crop.anchor == (1.0, 1.0) and crop.jitter > 0
        crop = config.test_pipeline[0]
        assert crop.anchor == (1.0, 1.0) and not crop.get('jitter')
