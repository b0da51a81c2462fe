"""A training that was stopped and resumed is the one that was not; and what stops it."""

import os
import signal
from contextlib import nullcontext

import pytest
import torch
from mmengine.hooks import Hook

from mmaction_vt.registry import HOOKS

OPTIONS = """
model = dict(backbone=dict(drop_rate=0.1, drop_path_rate=0.3), cls_head=dict(dropout_ratio=0.2))
train_dataloader = dict(num_workers={workers}, persistent_workers={workers} > 0)
randomness = dict(seed={seed})
default_hooks = dict(checkpoint=dict(save_best=None, {saving}))
custom_hooks = [dict(type='mmaction_vt.StopAt', step={step}, kind={kind!r}), *{hooks}]
optim_wrapper = dict(accumulative_counts={passes}, optimizer=dict(_delete_=True, type='AdamW', lr=1e-2))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=2, by_epoch=True, convert_to_iter_based=True)]
"""
EMA = [dict(type='EMAHook', momentum=0.2)]


class KilledError(Exception):
    """Stands for a process that is no more."""


@HOOKS.register_module(force=True)
class StopAt(Hook):
    """Something happens before step ``step``, counted from 0."""

    def __init__(self, step, kind):
        self.step, self.kind = step, kind

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == self.step:
            if self.kind == 'kill':
                raise KilledError
            os.kill(os.getpid(), getattr(signal, self.kind))


@pytest.fixture
def train(tiny_config, run_program, tmp_path):
    """Train two epochs of four steps in a work dir, and return weights and averaged weights if it got so far."""

    def run(name, *options, step=-1, kind='kill', workers=0, seed=3, saving='interval=1', hooks=(), passes=1, more=''):
        config = tmp_path / f'{name}.py'
        text = OPTIONS.format(
            workers=workers, seed=seed, step=step, kind=kind, saving=saving, hooks=list(hooks), passes=passes
        )
        config.write_text(f'_base_ = {str(tiny_config)!r}\n{text}\n{more}')
        run_program('tools/train.py', config, '--no-validate', '--work-dir', tmp_path / name, *options)
        checkpoint = torch.load(tmp_path / name / 'epoch_2.pth')
        return {**checkpoint['state_dict'], **{f'ema.{key}': value for key, value in
                                               checkpoint.get('ema_state_dict', {}).items()}}  # fmt: skip

    return run


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(value, second[key]) for key, value in first.items())


@pytest.mark.parametrize(
    ('step', 'workers', 'hooks', 'passes'),
    [
        *((3, 0, EMA, 1), (6, 2, EMA, 1), (4, 0, [], 2)),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in ((0, 0, [], 1), (5, 0, [], 2), (7, 0, [], 1))),
    ],
)
def test_a_signal_at_any_step(train, tmp_path, step, workers, hooks, passes):
    """Step 3 is the last of its epoch, step 7 of the training; in step 4 half of the gradients are there."""
    handler = signal.getsignal(signal.SIGTERM)
    options = dict(workers=workers, hooks=hooks, passes=passes)
    whole = train('whole', **options)
    with pytest.raises(SystemExit) as end:
        train('stopped', step=step, kind='SIGTERM', **options)
    assert end.value.code == 143
    assert (tmp_path / 'stopped' / f'interrupted_iter_{-(-(step + 1) // passes) * passes}.pth').exists()
    assert signal.getsignal(signal.SIGTERM) == handler
    resumed = train('stopped', '--resume', **options)
    assert same(whole, resumed)
    assert not list((tmp_path / 'stopped').glob('interrupted*'))


def test_killed_without_a_warning(train, tmp_path):
    """Every second step is saved; the last of them is gone on from."""
    options = dict(
        saving='interval=2, by_epoch=False, max_keep_ckpts=1, _delete_=True, type="mmaction_vt.CheckpointHook"'
    )
    with pytest.raises(FileNotFoundError):
        train('whole', **options)
    whole = torch.load(tmp_path / 'whole' / 'iter_8.pth')['state_dict']
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit, match='KilledError'):
        train('stopped', step=5, **options)
    assert signal.getsignal(signal.SIGINT) == handler
    assert [path.name for path in (tmp_path / 'stopped').glob('*.pth')] == ['iter_4.pth']
    with pytest.raises(SystemExit, match='KilledError'):
        train('stopped', '--resume', step=7, **options)
    with pytest.raises(FileNotFoundError):
        train('stopped', '--resume', **options)
    assert same(whole, torch.load(tmp_path / 'stopped' / 'iter_8.pth')['state_dict'])


@pytest.mark.parametrize(('passes', 'saving', 'warns'), [(2, 'True', False), (3, 'True', True), (2, 'False', True)])
def test_gradients_that_no_checkpoint_holds(train, tmp_path, passes, saving, warns):
    """An epoch has four steps, and checkpoints are written after each epoch or each step."""
    name = f'saving_{saving}_{passes}'
    with nullcontext() if saving == 'True' else pytest.raises(FileNotFoundError):
        train(name, passes=passes, saving=f'interval=1, by_epoch={saving}')
    (log,) = (tmp_path / name).glob('*/*.log')
    assert ('checkpoints do not contain accumulated gradients' in log.read_text()) == warns


def test_without_a_seed_the_resumed_run_takes_the_first_ones(train, tmp_path):
    with pytest.raises(SystemExit):
        train('stopped', step=1, kind='SIGINT', seed=None)
    seed = torch.load(tmp_path / 'stopped' / 'interrupted_iter_2.pth')['meta']['seed']
    resumed = train('stopped', '--resume', seed=None)
    assert same(train('whole', seed=seed), resumed)


def test_samples_do_not_depend_on_workers(train):
    none = train('none', workers=0)
    assert same(none, train('two', workers=2))
    assert not same(none, train('other', workers=0, seed=4))


ITERATIONS = """
train_cfg = dict(_delete_=True, type='IterBasedTrainLoop', max_iters=9)
train_dataloader['sampler'] = dict(type='InfiniteSampler', shuffle=True)
param_scheduler = None
"""


def test_iterations_instead_of_epochs(train, tmp_path):
    options = dict(saving='interval=3, by_epoch=False', more=ITERATIONS)
    for name, more in (('whole', {}), ('stopped', dict(step=7))):
        with pytest.raises(SystemExit if more else FileNotFoundError, match='KilledError' if more else 'iter_|epoch_2'):
            train(name, **options, **more)
    with pytest.raises(FileNotFoundError):
        train('stopped', '--resume', **options)
    first, second = (torch.load(tmp_path / name / 'iter_9.pth')['state_dict'] for name in ('whole', 'stopped'))
    assert same(first, second)


@pytest.mark.slow
def test_compiled(train):
    """Without the parts that draw random numbers, of which a compiled step draws others."""
    more = "model['backbone'].update(drop_rate=0.0, drop_path_rate=0.0)\nmodel['cls_head']['dropout_ratio'] = 0.0\n"
    more += "optim_wrapper['optimizer'] = dict(_delete_=True, type='SGD', lr=0.05)\n"
    plain, compiled = train('plain', more=more), train('compiled', more=f"{more}compile = dict(backend='aot_eager')")
    assert plain.keys() == compiled.keys()
    torch.testing.assert_close(compiled, plain, rtol=0, atol=1e-5)
