"""A signal during validation: it ends at the next batch, and the resumed training validates."""

import json
import os
import signal
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import Hook

from mmaction_vt.engine import InterruptHook
from mmaction_vt.engine.hooks import interrupt
from mmaction_vt.errors import InputError
from mmaction_vt.registry import HOOKS

OPTIONS = """
val_dataloader = dict(batch_size=1)
randomness = dict(seed=3)
param_scheduler = [dict(type='MultiStepLR', milestones=[1], by_epoch=True)]
custom_hooks = [dict(type='mmaction_vt.StopInValidation', epoch={epoch}), dict(type='EMAHook', momentum=0.2)]
"""


@HOOKS.register_module(force=True)
class StopInValidation(Hook):
    """A signal arrives in the second batch of the validation after an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch
        self.batches = 0

    def before_val_iter(self, runner, batch_idx, data_batch=None):
        self.batches = batch_idx + 1
        if runner.epoch == self.epoch and batch_idx == 1:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture
def train(tiny_config, run_program, tmp_path):
    def run(name, *options, epoch=-1):
        config = tmp_path / f'{name}.py'
        config.write_text(f'_base_ = {str(tiny_config)!r}\n{OPTIONS.format(epoch=epoch)}')
        run_program('tools/train.py', config, '--work-dir', tmp_path / name, *options)
        return result(tmp_path / name)

    return run


def result(folder):
    """The last weights and averaged weights, and the accuracies."""
    checkpoint = torch.load(folder / 'epoch_2.pth')
    logs = sorted(folder.glob('*/vis_data/scalars.json'))
    lines = [json.loads(line) for path in logs for line in path.read_text().splitlines()]
    accuracies = [line['acc/top1'] for line in lines if 'acc/top1' in line]
    return checkpoint['state_dict'], checkpoint['ema_state_dict'], accuracies


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(value, second[key]) for key, value in first.items())


def test_processes_ask_each_other_every_few_steps(monkeypatch):
    """A collective operation waits for the GPU; one process needs none and stops at once."""
    hook, asked = InterruptHook(interval=4), []
    monkeypatch.setattr(hook, 'reduce_signal', lambda device: asked.append(device) or hook.received)
    runner = SimpleNamespace(model=torch.nn.Linear(1, 1))
    monkeypatch.setattr(interrupt, 'get_world_size', lambda: 2)
    hook.received = signal.SIGTERM
    agreed = []
    for step in range(6):
        hook.ask(runner, step)
        agreed.append(hook.agreed)
    assert agreed == [0, 0, 0, *3 * [signal.SIGTERM]] and len(asked) == 1
    hook.agreed = 0
    monkeypatch.setattr(interrupt, 'get_world_size', lambda: 1)
    hook.ask(runner, 0)
    assert hook.agreed == signal.SIGTERM and len(asked) == 1
    with pytest.raises(InputError, match='interval of InterruptHook'):
        InterruptHook(interval=0)


def test_a_signal_during_validation(train, tmp_path):
    """Weights, averaged weights and accuracies are those of a training that was not interrupted, twice."""
    weights, averaged, accuracies = train('whole')
    assert len(accuracies) == 2
    for epoch, options in ((1, ()), (2, ['--resume'])):
        with pytest.raises(SystemExit) as end:
            train('stopped', *options, epoch=epoch)
        assert end.value.code == 143
        interrupted = torch.load(tmp_path / 'stopped' / f'interrupted_iter_{4 * epoch}.pth')
        regular = torch.load(tmp_path / 'stopped' / f'epoch_{epoch}.pth')
        assert same(interrupted['state_dict'], regular['state_dict'])
        assert same(interrupted['ema_state_dict'], regular['ema_state_dict'])
    resumed = train('stopped', '--resume')
    assert same(resumed[0], weights) and same(resumed[1], averaged) and resumed[2] == accuracies
