"""A training is resumed from a checkpoint of that training, or not at all."""

import copy
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import EMAHook
from mmengine.model import ExponentialMovingAverage
from mmengine.optim import CosineAnnealingLR, OptimWrapper

from mmaction_vt.checkpoints.resumable import check_resumable
from mmaction_vt.engine.hooks.checkpoint import NOTE
from mmaction_vt.engine.runner.resuming import check_against
from mmaction_vt.errors import InputError


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 2)


@pytest.fixture
def runner(tmp_path):
    """What is checked of a runner, after one step."""
    model = Model()
    wrapper = OptimWrapper(torch.optim.AdamW(model.parameters(), lr=0.1))
    schedule = CosineAnnealingLR(wrapper, T_max=4)
    wrapper.update_params(model.layer(torch.ones(1, 3)).sum())
    hook = EMAHook()
    hook.ema_model = ExponentialMovingAverage(model)
    return SimpleNamespace(
        model=model, optim_wrapper=wrapper, param_schedulers=[schedule], hooks=[hook], work_dir=str(tmp_path / 'w')
    )


@pytest.fixture
def checkpoint(runner):
    return copy.deepcopy(
        {
            'meta': {'epoch': 1, 'iter': 2, 'seed': 3, 'config': 'raise SystemExit'},
            'state_dict': runner.model.state_dict(),
            'message_hub': {'log_scalars': {}, 'runtime_info': {}, 'resumed_keys': {}},
            'optimizer': runner.optim_wrapper.state_dict(),
            'param_schedulers': [schedule.state_dict() for schedule in runner.param_schedulers],
            'ema_state_dict': runner.hooks[0].ema_model.state_dict(),
        }
    )


def test_its_own_checkpoint_is_taken_without_its_text(runner, checkpoint):
    """mmengine executes ``meta['config']``."""
    check_against(runner, checkpoint)
    assert 'config' not in checkpoint['meta']


AVERAGE = ('ema_state_dict', 'module.layer.weight')


@pytest.mark.parametrize(
    ('path', 'value', 'sentence'),
    [
        (('optimizer',), None, 'missing keys: optimizer'),
        (('meta',), None, 'missing keys: meta'),
        (('message_hub',), None, 'missing keys: message_hub'),
        (('message_hub',), [], 'its message_hub is a list'),
        (('message_hub', 'log_scalars'), None, 'no log_scalars'),
        (('message_hub', 'runtime_info'), {'keep_ckpt_ids': ['../x']}, 'keep_ckpt_ids in its message_hub'),
        (('meta', 'iter'), None, 'its meta has no iter'),
        (('meta', 'epoch'), -1, 'its meta has no epoch'),
        (('meta', 'seed'), 'x', 'its seed is x'),
        (('state_dict', 'layer.bias'), torch.full((2,), float('nan')), r'layer\.bias .* NaN'),
        (('param_schedulers',), None, 'no states of schedules .* the config has 1 schedules'),
        (('param_schedulers',), [], '0 states of schedules .* the config has 1 schedules'),
        (('param_schedulers', 0, 'T_max'), None, 'of another kind of schedule: one of the two has no T_max'),
        (('param_schedulers', 0, 'last_step'), 'x', 'last_step in the state of schedule 0 .* is x; expected one as'),
        (('ema_state_dict',), [], 'its ema_state_dict is a list'),
        (AVERAGE, None, r'ema_state_dict does not match .* missing keys: module\.layer\.weight'),
        (AVERAGE, torch.zeros(3, 2), r'module\.layer\.weight: \(3, 2\) in the checkpoint, \(2, 3\) in the model'),
        (AVERAGE, torch.full((2, 3), float('inf')), r'module\.layer\.weight of its ema_state_dict .* infinite'),
        (('state_dict', 'layer.weight'), None, r'missing keys: layer\.weight'),
        (('state_dict', 'layer.weight'), torch.zeros(9), r'size mismatch for module\.layer\.weight: \(9,\)'),
    ],
)
def test_a_part_that_does_not_fit_is_named(runner, checkpoint, path, value, sentence):
    part = checkpoint
    for key in path[:-1]:
        part = part[key]
    if value is None:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    with pytest.raises(InputError, match=sentence):
        check_against(runner, checkpoint)


def test_files_of_others_are_forgotten(runner, checkpoint, tmp_path):
    """Checkpoint hooks remove what the message hub names as superseded."""
    own = [str(tmp_path / 'w' / name) for name in ('epoch_1.pth', 'best_acc_epoch_1.pth')]
    others = [str(tmp_path / 'other' / 'epoch_1.pth'), str(tmp_path / 'w' / 'notes.txt'), '/etc/passwd', 3]
    info = checkpoint['message_hub']['runtime_info']
    info.update({NOTE: [own[0], *others], 'best_ckpt': own[1], 'best_ckpt_a': others[0], 'last_ckpt': others[2]})
    check_against(runner, checkpoint)
    assert info == {NOTE: own[:1], 'best_ckpt': own[1]}


def test_the_parts_alone(checkpoint):
    check_resumable(checkpoint)
    checkpoint['optimizer'] = 'text'
    with pytest.raises(InputError, match='its optimizer is a str; expected a dict'):
        check_resumable(checkpoint)


def test_train_names_the_file_and_what_is_wrong(tiny_config, run_program, tmp_path):
    """The whole way, through mmengine's runner: once resumed as it is, once with another optimizer's state."""
    options = ['--no-validate', '--cfg-options', 'train_cfg.max_epochs=1', 'default_hooks.checkpoint.save_best=None']
    run_program('tools/train.py', tiny_config, *options)
    path = tmp_path / 'work_dir' / 'epoch_1.pth'
    checkpoint = torch.load(path)
    code = f"__import__('pathlib').Path({str(tmp_path / 'ran')!r}).touch()"
    checkpoint['meta']['config'] = code
    torch.save(checkpoint, path)
    options[2] = 'train_cfg.max_epochs=2'
    run_program('tools/train.py', tiny_config, '--resume', *options)
    assert not (tmp_path / 'ran').exists()
    checkpoint['optimizer']['param_groups'] *= 2
    torch.save(checkpoint, tmp_path / 'groups.pth')
    message = run_program('tools/train.py', tiny_config, '--resume', tmp_path / 'groups.pth', *options, fails=True)
    assert 'groups.pth: its optimizer state has 2 parameter groups, the optimizer has 1' in message
