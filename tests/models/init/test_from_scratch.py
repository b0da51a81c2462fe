"""The start for training from scratch."""

import logging

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.model import BaseModule, initialize

from mmaction_vt.models.backbones.timesformer import ATTENTION_TYPES, TimeSformer
from mmaction_vt.models.backbones.vivit import ATTENTION_TYPES as VIVIT_TYPES
from mmaction_vt.models.backbones.vivit import ViViT
from mmaction_vt.models.init.from_scratch import FromScratch, waves

SMALL = dict(img_size=32, patch_size=8, num_frames=4, embed_dims=48, num_layers=2, num_heads=2)


def build(attention_type='divided_space_time', init_cfg=None):
    torch.manual_seed(0)
    model = TimeSformer(attention_type=attention_type, init_cfg=init_cfg, **SMALL)
    model.init_weights()
    return model.eval()


def response_to_reversal(model):
    """How much the features of a clip change when it is played backwards, in units of their size."""
    clip = torch.randn(4, 3, 4, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        features, reverse = model(clip), model(clip.flip(2))
    return ((features - reverse).norm() / features.norm()).item()


def test_config_finds_it_by_its_scoped_name():
    model = TimeSformer(**SMALL)
    initialize(model, dict(type='mmaction_vt.FromScratch', embed_rms=0.5))
    assert model.time_embed.square().mean().sqrt().item() == pytest.approx(0.5, rel=1e-3)


def test_order_matters_from_the_start():
    """The published start is all but blind to the order of frames."""
    assert response_to_reversal(build()) < 0.01
    assert response_to_reversal(build(init_cfg=dict(type='mmaction_vt.FromScratch'))) > 0.05


def test_every_time_has_its_own_embedding_and_every_block_uses_time():
    model = build(init_cfg=dict(type='mmaction_vt.FromScratch'))
    distances = torch.cdist(model.time_embed[0], model.time_embed[0])
    assert distances.fill_diagonal_(torch.inf).min() > 0.1
    assert all(block.temporal_fc.weight.std() > 0.01 for block in model.blocks)


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_passes_over_what_a_module_lacks(attention_type):
    model = build(attention_type, init_cfg=dict(type='mmaction_vt.FromScratch'))
    assert model(torch.randn(1, 3, 4, 32, 32)).isfinite().all()


@pytest.mark.parametrize('attention_type', VIVIT_TYPES)
def test_order_matters_to_vivit_from_the_start(attention_type):
    def response(**options):
        torch.manual_seed(0)
        model = ViViT(attention_type=attention_type, tubelet_size=1, num_temporal_layers=1, **SMALL, **options)
        model.init_weights()
        return response_to_reversal(model.eval())

    assert response() < 0.02
    assert response(init_cfg=dict(type='mmaction_vt.FromScratch')) > 0.05


def test_module_without_embeddings():
    FromScratch()(BaseModule())


def test_waves_have_unit_power_and_differ():
    table = waves(8, 96)
    assert table.shape == (8, 96)
    assert table.square().mean().item() == pytest.approx(1, abs=1e-5)


def test_a_log_file_that_a_run_has_closed_is_left_out(tmp_path):
    logger = MMLogger.get_current_instance()
    closed, still_open = (logging.FileHandler(tmp_path / name, mode='w') for name in ('closed.log', 'open.log'))
    logger.addHandler(closed)
    logger.addHandler(still_open)
    closed.close()
    try:
        build(init_cfg=dict(type='mmaction_vt.FromScratch'))
        assert closed not in logger.handlers and still_open in logger.handlers
    finally:
        logger.removeHandler(closed)
        logger.removeHandler(still_open)
        still_open.close()
    assert 'blocks.0.attn.qkv.weight' in (tmp_path / 'open.log').read_text()
    assert not (tmp_path / 'closed.log').read_text()
