"""Configs of action detection: they pass every check, fit their data, and follow VideoMAE's protocol on AVA."""

import pytest
import torch
from conftest import ROOT
from reading import read

from mmaction_vt.apis.flops import build_without_weights
from mmaction_vt.class_names import read_class_names
from mmaction_vt.utils.config_checks import check_config

FOLDER = ROOT / 'configs' / 'detection'
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob('*/*.py'))
AVA = [name for name in NAMES if name.startswith('ava/')]


@pytest.mark.parametrize('name', NAMES)
def test_passes_every_check_and_is_short(name):
    config = read(FOLDER / name)
    for use in ('train', 'test', 'model', 'labels'):
        check_config(config, use)
    assert len((FOLDER / name).read_text().splitlines()) <= 15
    for split in ('train', 'val', 'test'):
        assert config[f'{split}_dataloader'].dataset.pipeline == config[f'{split}_pipeline']


@pytest.mark.parametrize('name', NAMES)
def test_model_fits_the_clips_of_any_size(name):
    config = read(FOLDER / name)
    model = build_without_weights(config)
    frames = config.test_pipeline[0].sampling.clip_len
    assert model.backbone.num_frames == frames == config.train_pipeline[0].sampling.clip_len
    shape = model.extract_feat(torch.empty(1, 3, frames, 250, 330, device='meta')).shape
    assert shape[1] == config.model.cls_head.in_channels and shape[3:] == (16, 21)
    assert len(read_class_names(config.class_names)) == config.model.cls_head.num_classes


@pytest.mark.parametrize('name', AVA)
def test_published_protocol(name):
    config = read(FOLDER / name)
    assert config.train_cfg.max_epochs == 30
    batch = config.train_dataloader.batch_size * 8 * config.optim_wrapper.accumulative_counts
    assert batch == 128
    base = 2.5e-4 if '_l_' in name else 5e-4
    assert config.optim_wrapper.optimizer.lr == pytest.approx(base * batch / 256)
    assert config.optim_wrapper.paramwise_cfg.decay_rate == 0.75
    if 'videomae' in name:
        assert config.model.backbone.drop_path_rate == 0.2
        assert config.train_pipeline[0].sampling.to_dict() == dict(
            type='mmaction_vt.SampleAroundKeyFrame', clip_len=16, frame_interval=4
        )
