"""What holds for every config: its chain of bases resolves, and its model can be built."""

import pytest
from conftest import ROOT

from mmaction_vt.apis.flops import build_without_weights
from mmaction_vt.utils.config import load_config

CONFIGS = ROOT / 'configs'
FILES = sorted(path.relative_to(CONFIGS).as_posix() for path in CONFIGS.rglob('*.py'))
# The families' own tests build the others.
OTHERS = [name for name in FILES if 'quickstart' in name or name.endswith(('_frames.py', '_test.py'))]


@pytest.mark.parametrize('name', FILES)
def test_chain_of_bases_resolves(name):
    assert len(load_config(CONFIGS / name))


@pytest.mark.parametrize('name', OTHERS)
def test_builds(name, monkeypatch):
    monkeypatch.chdir(ROOT)  # a teacher's config is named from there
    config = load_config(CONFIGS / name)
    model = build_without_weights(config)
    assert {parameter.device.type for parameter in model.parameters()} == {'meta'}
    assert model.backbone.num_frames == config.test_pipeline[0].sampling.clip_len
