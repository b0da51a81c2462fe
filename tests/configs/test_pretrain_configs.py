"""The configs of masked pre-training against the published settings, and what fine-tunes from them."""

import pytest
import torch
from conftest import ROOT
from mmengine.registry import init_default_scope
from reading import read

from mmaction_vt.models import MaskedVideoAutoencoder
from mmaction_vt.registry import MODELS
from mmaction_vt.utils.config_checks import check_config

FOLDER = ROOT / 'configs' / 'pretrain'
NAMES = sorted(path.stem for path in FOLDER.glob('*.py'))
# Blocks and channels of encoder and decoder, frame interval, epochs, clips in a batch of a process.
PUBLISHED = {
    'videomae_base_16x4_224_800e_kinetics400': (12, 768, 4, 384, 4, 800, 32),
    'videomae_base_16x4_224_1600e_kinetics400': (12, 768, 4, 384, 4, 1600, 32),
    'videomae_large_16x4_224_1600e_kinetics400': (24, 1024, 12, 512, 4, 1600, 8),
    'videomae_base_16x2_224_800e_ssv2': (12, 768, 4, 384, 2, 800, 32),
    'videomae_base_16x2_224_2400e_ssv2': (12, 768, 4, 384, 2, 2400, 32),
}
SMALL = ('moving_shapes', 'people')


def build(config):
    init_default_scope('mmaction')
    with torch.device('meta'):
        return MODELS.build({key: value for key, value in config.model.items() if key != 'data_preprocessor'})


def test_every_config_is_in_one_of_the_tables():
    small = {f'videomae_{data}_{part}' for data in SMALL for part in ('pretrain', 'finetune')}
    assert set(NAMES) == {*PUBLISHED, *small}
    table = (FOLDER / 'README.md').read_text()
    assert all(f'({name}.py)' in table for name in NAMES)


@pytest.mark.parametrize('name', NAMES)
def test_is_short_and_passes_every_check(name):
    config = read(FOLDER / f'{name}.py')
    check_config(config, 'train')
    assert (config.get('val_dataloader') is None) == name.endswith(('_pretrain', *PUBLISHED))
    assert len((FOLDER / f'{name}.py').read_text().splitlines()) <= 15


@pytest.mark.parametrize(('name', 'values'), PUBLISHED.items())
def test_published_settings(name, values):
    config = read(FOLDER / f'{name}.py')
    model, clips = build(config), config.train_pipeline[0]
    assert isinstance(model, MaskedVideoAutoencoder)
    backbone, decoder = model.backbone, model.decoder
    assert (
        len(backbone.blocks),
        backbone.embed_dims,
        len(decoder.blocks),
        decoder.embed.out_features,
        clips.sampling.frame_interval,
        config.train_cfg.max_epochs,
        config.train_dataloader.batch_size,
    ) == values
    assert (model.num_masked, model.num_patches, model.norm_pixels) == (176, 196, True)
    optimizer = config.optim_wrapper.optimizer
    assert (optimizer.lr, tuple(optimizer.betas), optimizer.weight_decay) == (1.5e-4, (0.9, 0.95), 0.05)
    assert config.auto_scale_lr.base_batch_size == 256
    warm_up, cosine = config.param_scheduler
    assert (warm_up.end, cosine.begin, cosine.end) == (40, 40, config.train_cfg.max_epochs)
    # Of a rate of 1.5e-4: from 1e-6, down to 1e-5.
    assert (1.5e-4 * warm_up.start_factor, 1.5e-4 * cosine.eta_min_ratio) == pytest.approx((1e-6, 1e-5))
    assert config.train_dataloader.dataset.type == 'mmaction_vt.UnlabelledVideos'


@pytest.mark.parametrize('data', SMALL)
def test_fine_tuning_has_the_backbone_that_was_pretrained(data):
    before, after = (read(FOLDER / f'videomae_{data}_{part}.py') for part in ('pretrain', 'finetune'))
    state, fitted = (
        {key: value.shape for key, value in model.backbone.state_dict().items() if 'norm.' not in key}
        for model in (build(before), build(after))
    )
    assert state == fitted
    assert after.load_from == f'work_dirs/videomae_{data}_pretrain/epoch_{before.train_cfg.max_epochs}.pth'
    assert before.test_pipeline == after.test_pipeline
