"""``compile`` in a config compiles the backbone, in training and in testing, and nothing else changes."""

import json

import pytest
import torch
from torch._dynamo.utils import counters

from mmaction_vt.engine.runner.compiling import compile_backbone, compile_options
from mmaction_vt.errors import InputError

EAGER = dict(backend='eager', fullgraph=True)
OFF_AND_ON = ('compile=False', 'compile.dynamic=False')
OPTIONS = """
_base_ = {base!r}
train_cfg = dict(max_epochs=1)
randomness = dict(seed=3)
model = dict(backbone=dict(drop_path_rate=0.2))
custom_hooks = [dict(type='EMAHook', momentum=0.2)]
default_hooks = dict(checkpoint=dict(save_best=None))
activation_checkpointing = {checkpointing}
compile = {compile!r}
"""


class Recognizer(torch.nn.Module):
    """What has a backbone."""

    def __init__(self):
        super().__init__()
        self.backbone = torch.nn.Linear(2, 2)


@pytest.fixture(autouse=True)
def _forget():
    limit = torch._dynamo.config.recompile_limit, torch._dynamo.config.optimize_ddp
    torch._dynamo.reset()
    counters.clear()
    yield
    torch._dynamo.reset()
    torch._dynamo.config.recompile_limit, torch._dynamo.config.optimize_ddp = limit


@pytest.fixture
def train(tiny_config, run_program, tmp_path):
    """Train for an epoch; returns the config and the checkpoint."""

    def run(name, compiled=None, checkpointing=None):
        config = tmp_path / f'{name}.py'
        config.write_text(OPTIONS.format(base=str(tiny_config), compile=compiled, checkpointing=checkpointing))
        run_program('tools/train.py', config, '--work-dir', tmp_path / name)
        return config, tmp_path / name / 'epoch_1.pth'

    return run


def test_trains_and_tests_as_without(train, run_program, tmp_path):
    """Four shapes are compiled: the batches of training and validation, and the last of each, which are smaller."""
    _, path = train('plain')
    config, checkpoint = train('compiled', EAGER)
    assert 1 <= counters['stats']['unique_graphs'] <= 4 and not counters['graph_break']
    plain, state = torch.load(path), torch.load(checkpoint)
    for part in ('state_dict', 'ema_state_dict'):
        assert list(state[part]) == list(plain[part])
        torch.testing.assert_close(state[part], plain[part], rtol=0, atol=1e-5)
    graphs = []
    for option in OFF_AND_ON:
        torch._dynamo.reset()
        counters.clear()
        out = tmp_path / f'{option}.json'
        run_program('tools/test.py', config, checkpoint, '--out', out, '--cfg-options', option)
        graphs.append(counters['stats']['unique_graphs'])
    assert graphs[0] == 0 and graphs[1] >= 1
    off, on = (
        [video['scores'] for video in json.loads((tmp_path / f'{option}.json').read_text())['videos']]
        for option in OFF_AND_ON
    )
    torch.testing.assert_close(torch.tensor(on), torch.tensor(off), rtol=0, atol=1e-5)


@pytest.mark.slow
def test_activation_checkpointing_of_mmengine(train):
    _, plain = train('plain')
    _, compiled = train('compiled', dict(backend='eager'), ['backbone.blocks.0'])
    assert counters['stats']['unique_graphs'] >= 1
    plain, state = (torch.load(path)['state_dict'] for path in (plain, compiled))
    assert list(state) == list(plain)
    torch.testing.assert_close(state, plain, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ('setting', 'options'),
    [
        *((None, None), (False, None), (True, dict(dynamic=False))),
        (dict(backend='eager'), dict(backend='eager', dynamic=False)),
        (dict(mode='default', dynamic=None), dict(mode='default', dynamic=None)),
    ],
)
def test_shapes_are_static_unless_set(setting, options):
    assert compile_options(setting) == options


def test_more_blocks_than_versions_by_default():
    """The blocks of a sharded model are versions of one function, of which PyTorch compiles 8 by default."""
    assert compile_backbone(Recognizer(), EAGER)
    assert torch._dynamo.config.recompile_limit >= 24 * 2 * 3  # blocks, training or evaluation, shapes
    assert not compile_backbone(torch.nn.Linear(2, 2), EAGER)


def test_refuses():
    with pytest.raises(InputError, match="no option 'modus'; choose from backend"):
        compile_options(dict(modus='default'))
    for wrong in (dict(mode='perhaps'), dict(backend='perhaps')):
        with pytest.raises(InputError, match='does not accept compile'):
            compile_backbone(Recognizer(), wrong)
