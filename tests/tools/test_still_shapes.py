import runpy

import pytest
import torch
from conftest import ROOT

from mmaction_vt.models import TimeSformer


def test_trains_a_start_for_the_quickstart(run_program, tmp_path):
    out = run_program('tools/still_shapes.py', tmp_path / 'vit.pth', '--clips', 32, '--epochs', 1, '--workers', 1)
    assert 'held-out images' in out
    init_cfg = dict(type='mmaction_vt.FromImageModel', checkpoint=str(tmp_path / 'vit.pth'))
    model = TimeSformer(img_size=64, embed_dims=96, num_layers=3, num_heads=4, mlp_ratio=2.0, init_cfg=init_cfg)
    model.init_weights()
    assert torch.equal(model.pos_embed, torch.load(tmp_path / 'vit.pth')['pos_embed'])
    assert 'at least 8' in run_program('tools/still_shapes.py', tmp_path / 'vit.pth', '--clips', 1, fails=True)


@pytest.mark.parametrize('index', range(3))
def test_the_class_is_where_the_object_is(index, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / 'tools' / 'data'))
    program = runpy.run_path(str(ROOT / 'tools' / 'still_shapes.py'))
    pictures, labels = program['draw'](index, 'train')
    _, masks, _ = program['render'](program['SEED'], 'train', index, 64, 4)
    assert pictures.shape == (4, 64, 64, 3)
    for mask, label in zip(masks, labels, strict=True):
        row, column = divmod(label, 4)
        box = mask[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16]
        assert box.any()
