"""What the runner does for GPUs, on a machine without one: loading, deterministic algorithms, TF32, time limits."""

import os
import warnings

import pytest
import torch
from mmengine.config import Config
from mmengine.dist import utils as dist_utils

from mmaction_vt.cli import read_config
from mmaction_vt.engine import Runner
from mmaction_vt.engine.runner import runner as module
from mmaction_vt.errors import InputError
from mmaction_vt.utils.precision import use_tf32, with_float_scores

CUBLAS = 'CUBLAS_WORKSPACE_CONFIG'


@pytest.fixture
def build(tiny_config):
    return lambda: Runner.from_cfg(Config.fromfile(tiny_config))


@pytest.fixture
def _gpu(monkeypatch):
    monkeypatch.setattr(module, 'is_cuda_available', lambda: True)


@pytest.mark.usefixtures('_gpu')
def test_loaders_pin_memory_and_copies_do_not_block(build):
    runner = build()
    assert runner.build_dataloader(runner._train_dataloader).pin_memory
    off = dict(runner._val_dataloader, pin_memory=False)
    assert not runner.build_dataloader(off).pin_memory and 'pin_memory' not in runner._val_dataloader
    assert runner.model.data_preprocessor._non_blocking


@pytest.mark.skipif(torch.cuda.is_available(), reason='a GPU is used')
def test_nothing_is_pinned_without_a_gpu(build):
    runner = build()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        loader = runner.build_dataloader(runner._train_dataloader)
        next(iter(loader))
    assert not loader.pin_memory and not runner.model.data_preprocessor._non_blocking


def test_deterministic_algorithms_include_those_of_cublas(build, monkeypatch):
    monkeypatch.delenv(CUBLAS, raising=False)
    runner = build()
    try:
        runner.set_randomness(0)
        assert CUBLAS not in os.environ
        runner.set_randomness(0, deterministic=True)
        assert os.environ[CUBLAS] == ':4096:8' and torch.are_deterministic_algorithms_enabled()
        monkeypatch.setenv(CUBLAS, ':16:8')
        runner.set_randomness(0, deterministic=True)
        assert os.environ[CUBLAS] == ':16:8'
    finally:
        torch.use_deterministic_algorithms(False)
        torch.backends.cudnn.deterministic = False


@pytest.mark.skipif(torch.cuda.is_available(), reason='a GPU may have TF32')
@pytest.mark.parametrize('program', ['train', 'test'])
def test_tf32_without_a_gpu_is_refused(program, tiny_config, run_program):
    checkpoint = ['published'] if program == 'test' else []
    message = run_program(f'tools/{program}.py', tiny_config, *checkpoint, '--tf32', fails=True)
    assert '--tf32 needs an NVIDIA GPU' in message


@pytest.mark.parametrize('capability', [(7, 5), (8, 0), (9, 0)])
def test_tf32_needs_ampere(capability, monkeypatch):
    asked = []
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    monkeypatch.setattr(torch.version, 'cuda', '13.0')
    monkeypatch.setattr(torch.cuda, 'get_device_capability', lambda: capability)
    monkeypatch.setattr(torch, 'set_float32_matmul_precision', asked.append)
    if capability < (8, 0):
        with pytest.raises(InputError, match='Ampere'):
            use_tf32()
        return
    use_tf32()
    assert asked == ['high']


def test_time_limit_of_the_command_line_reaches_the_process_group(tiny_config, monkeypatch):
    config = read_config(str(tiny_config), {'env_cfg.dist_cfg.timeout': 3600}, use='train')
    given = {}
    monkeypatch.setattr(dist_utils, '_init_dist_pytorch', lambda backend, **options: given.update(options))
    dist_utils.init_dist('pytorch', **config.env_cfg.dist_cfg)
    assert given['timeout'].total_seconds() == 3600


def test_scores_in_float32():
    class Sample:
        def __init__(self, scores):
            self.pred_score = scores

    half = torch.ones(2, dtype=torch.bfloat16)
    one, two = with_float_scores([Sample(half), Sample(dict(verb=half, noun=half))])
    assert one.pred_score.dtype == two.pred_score['verb'].dtype == two.pred_score['noun'].dtype == torch.float32
