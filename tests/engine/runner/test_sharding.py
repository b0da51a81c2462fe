"""Sharded models and optimizers train like unsharded ones, and their checkpoints are complete."""

import json
import os
import subprocess
import sys

import pytest
import torch
from conftest import ROOT
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.registry import init_default_scope
from tiny_models import TINY_DUALFORMER, recognizer, tiny_config_text

from mmaction_vt.engine import ZeroRedundancyOptimizer
from mmaction_vt.engine.runner.runner import check_shardable
from mmaction_vt.engine.runner.sharding import FullyShardedModel, blocks_of
from mmaction_vt.errors import InputError
from mmaction_vt.registry import MODELS

OPTIONS = """
_base_ = {base!r}
train_dataloader = dict(batch_size=1)
model = dict(backbone=dict(drop_path_rate=0.2))
randomness = dict(seed=3)
default_hooks = dict(checkpoint=dict(save_best='acc/top1'), interrupt=dict(interval=1))
optim_wrapper = dict(accumulative_counts=2, clip_grad=dict(max_norm=0.5),
                     optimizer=dict(_delete_=True, type='AdamW', lr=1e-2))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=2, by_epoch=True, convert_to_iter_based=True)]
env_cfg = dict(dist_cfg=dict(backend='gloo'))
"""
SMALL = dict(img_size=32, patch_size=16, num_frames=4, embed_dims=32, num_layers=2, num_heads=2)
BACKBONES = {
    'dualformer': TINY_DUALFORMER,
    'timesformer': dict(SMALL, type='mmaction_vt.TimeSformer'),
    'motionformer': dict(SMALL, type='mmaction_vt.Motionformer'),
    'vivit': dict(SMALL, type='mmaction_vt.ViViT', attention_type='factorised_encoder', num_temporal_layers=1),
}
NAMES = ('fsdp-fsdp', 'plain-fsdp', 'zero-zero')  # how the run begins, and how it goes on
FURTHER = ('fsdp-plain', 'zero-plain', 'plain-zero')
AVERAGED = ('ema', 'fsdp_ema-fsdp_ema')
HALF = ('bf16', 'fsdp_bf16')
COMPILED = ('compiled_with_cp', 'fsdp_compiled_with_cp')


@pytest.fixture(scope='module')
def sharded_config(tiny_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp('sharded')
    (folder / 'tiny.py').write_text(tiny_config_text(f'{tiny_data}/list.txt', str(tiny_data), str(folder)))
    (folder / 'sharded.py').write_text(OPTIONS.format(base=str(folder / 'tiny.py')))
    return folder


def run_trainings(folder, *names):
    """Run trainings of two processes in a folder."""
    program = ROOT / 'tests' / 'engine' / 'runner' / 'sharded_trainings.py'
    launcher = [sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node', '2', '--master_port', '29633']
    environment = dict(os.environ, OMP_NUM_THREADS='1', CUDA_VISIBLE_DEVICES='-1')
    result = subprocess.run(
        [*launcher, program, folder / 'sharded.py', folder, *names],
        env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    return folder


@pytest.fixture(scope='module')
def trainings(sharded_config):
    """The folder where all trainings of two processes were run."""
    return run_trainings(sharded_config, 'plain', *NAMES, *AVERAGED, *HALF)


@pytest.fixture(scope='module')
def further_trainings(trainings):
    return run_trainings(trainings, *FURTHER)


def read(path):
    return json.loads(path.read_text())


def figures(folder, name):
    """Losses and gradient norms of the steps, and the reductions of gradients."""
    rows = torch.tensor(read(folder / f'{name}.json'))
    return rows[:, :2], rows[:, 2].int().tolist()


def without_key_biases(state):
    """A state dict without the biases of keys: softmax cancels them, and AdamW makes steps of their rounding errors."""
    kept = dict(state)
    for name in (name for name in state if name.endswith('qkv.bias')):
        query, _, value = state[name].chunk(3)
        kept[name] = torch.cat((query, value))
    return kept


@pytest.mark.parametrize('name', NAMES)
def test_same_losses_and_checkpoints(trainings, name):
    check_run(trainings, name)


@pytest.mark.slow
@pytest.mark.parametrize('name', FURTHER)
def test_same_losses_and_checkpoints_over_other_changes(further_trainings, name):
    check_run(further_trainings, name)


def check_run(trainings, name):
    """Compare losses, gradient norms, weights and the optimizer's state with those of a run without sharding."""
    plain, sharded = (figures(trainings, kind)[0] for kind in ('plain', name))
    assert plain.shape == sharded.shape and len(plain) == 8
    torch.testing.assert_close(sharded, plain, rtol=0, atol=1e-5)
    first, second = (torch.load(trainings / kind / 'epoch_2.pth') for kind in ('plain', name))
    states = (without_key_biases(checkpoint['state_dict']) for checkpoint in (second, first))
    torch.testing.assert_close(*states, rtol=0, atol=1e-5)
    states = [checkpoint['optimizer']['state'] for checkpoint in (first, second)]
    assert states[0].keys() == states[1].keys()
    for index, state in states[0].items():
        torch.testing.assert_close(states[1][index], state, rtol=0, atol=1e-5)
    assert len(list((trainings / name).glob('best_acc_top1_*.pth'))) == 1


def test_gradients_are_reduced_once_per_step_of_the_optimizer(trainings):
    """Gradients of two passes are accumulated; there are two blocks and the rest of the model."""
    assert figures(trainings, 'fsdp-fsdp')[1] == 4 * [0, 3]


@pytest.mark.parametrize('name', ['fsdp-fsdp', 'fsdp_bf16'])
def test_only_the_first_process_holds_the_full_state(trainings, name):
    first, second = (read(trainings / f'{name}.{rank}.json') for rank in (0, 1))
    assert first['full'] > 0 and second['full'] == 0


def test_averaged_weights_are_those_of_an_unsharded_run(trainings):
    """Also over an interruption, after which they are sharded again, and over validations, which use them."""
    first, second = (torch.load(trainings / name / 'epoch_2.pth') for name in AVERAGED)
    for part in ('state_dict', 'ema_state_dict'):
        states = (without_key_biases(checkpoint[part]) for checkpoint in (second, first))
        torch.testing.assert_close(*states, rtol=0, atol=2e-5)
    assert not torch.equal(*(first[part][key] for part, key in (
        ('state_dict', 'cls_head.fc_cls.weight'), ('ema_state_dict', 'module.cls_head.fc_cls.weight'))))  # fmt: skip
    torch.testing.assert_close(*(figures(trainings, name)[0] for name in AVERAGED), rtol=0, atol=1e-5)


def test_bfloat16_gathers_blocks_in_bfloat16_and_keeps_shards_in_float32(trainings):
    plain, sharded = (figures(trainings, name)[0] for name in HALF)
    torch.testing.assert_close(sharded, plain, rtol=0, atol=0.05)
    types = {kind: read(trainings / f'{kind}.0.json')['gathered'] for kind in ('fsdp_bf16', 'fsdp-fsdp')}
    assert types == {'fsdp_bf16': 'torch.bfloat16', 'fsdp-fsdp': 'torch.float32'}
    checkpoint = torch.load(trainings / 'fsdp_bf16' / 'epoch_2.pth')
    assert all(value.dtype == torch.float32 for value in checkpoint['state_dict'].values())


@pytest.mark.slow
def test_compiled_blocks_and_backbones(sharded_config):
    """With activation checkpointing, drop path of another rate in each block, and averaged weights."""
    folder = run_trainings(sharded_config, 'ema', *COMPILED)
    plain, _ = figures(folder, 'ema')
    expected = torch.load(folder / 'ema' / 'epoch_2.pth')
    for name, compiled in ((name, read(folder / f'{name}.compiled.json')) for name in COMPILED):
        torch.testing.assert_close(figures(folder, name)[0], plain, rtol=0, atol=1e-5)
        checkpoint = torch.load(folder / name / 'epoch_2.pth')
        for part in ('state_dict', 'ema_state_dict'):
            assert list(checkpoint[part]) == list(expected[part])
        assert compiled['graphs'] and not compiled['breaks'], compiled


@pytest.mark.parametrize('kind', BACKBONES)
def test_every_block_is_gathered_by_itself(kind):
    backbone = MODELS.build(BACKBONES[kind])
    held = {id(parameter) for block in blocks_of(backbone) for parameter in block.parameters()}
    inside = [name for name, parameter in backbone.named_parameters() if id(parameter) in held]
    assert any(name.startswith('blocks.') for name in inside)
    assert all(('blocks.' in name) <= (name in inside) for name, _ in backbone.named_parameters())


def test_norms_with_statistics_keep_float32(tmp_path):
    """In a process of its own, since there is one process group for each."""
    torch.multiprocessing.spawn(step_in_bfloat16, (str(tmp_path / 'store'),))


def step_in_bfloat16(rank, store):
    torch.distributed.init_process_group('gloo', f'file://{store}', rank=rank, world_size=1)
    init_default_scope('mmaction')
    model = FullyShardedModel(MODELS.build(recognizer(3)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.shard(optimizer, torch.bfloat16)
    norms = [layer for layer in model.modules() if isinstance(layer, torch.nn.BatchNorm3d)]
    types = []
    for norm in norms:
        norm.register_forward_pre_hook(lambda layer, args: types.append((layer.weight.dtype, args[0].dtype)))
    with torch.autocast('cpu', torch.bfloat16):
        features, *_ = model.module(torch.randn(2, 1, 3, 4, 32, 32), None, mode='tensor')
    features.float().sum().backward()
    optimizer.step()
    assert types and set(types) == {(torch.float32, torch.bfloat16)}
    torch.distributed.destroy_process_group()


def test_refuses():
    parameters = [torch.nn.Parameter(torch.ones(2))]
    with pytest.raises(InputError, match='needs distributed training'):
        ZeroRedundancyOptimizer(parameters, 'AdamW', lr=0.1)
    plain = OptimWrapper(torch.optim.SGD(parameters, lr=0.1))
    check_shardable(plain)
    half = AmpOptimWrapper.__new__(AmpOptimWrapper)  # which wants a GPU
    with pytest.raises(InputError, match='not in float16'):
        check_shardable(half)


@pytest.mark.parametrize(
    ('kind', 'options', 'message'),
    [('Adamw', {}, 'unknown optimizer_type'), ('AdamW', dict(momentum=0.9), 'does not accept')],
)
def test_refuses_optimizers(kind, options, message, tmp_path):
    torch.distributed.init_process_group('gloo', init_method=f'file://{tmp_path}/store', rank=0, world_size=1)
    try:
        with pytest.raises(InputError, match=message):
            ZeroRedundancyOptimizer([torch.nn.Parameter(torch.ones(2))], kind, lr=0.1, **options)
    finally:
        torch.distributed.destroy_process_group()
