"""Testing in mixed precision, the table of parameter groups, and what a resumed run says of its config."""

import json
import re
import subprocess
import sys

import pytest
import torch
from conftest import ROOT

from mmaction_vt.engine.hooks.parameter_groups import describe_groups


def test_bf16(tiny_config, run_program, tmp_path):
    run_program('tools/train.py', tiny_config, '--no-validate', '--cfg-options', 'train_cfg.max_epochs=1')
    checkpoint = tmp_path / 'work_dir' / 'epoch_1.pth'
    scores = []
    for options in ([], ['--amp', 'bf16'], ['--precision', 'bf16']):
        run_program('tools/test.py', tiny_config, checkpoint, '--out', tmp_path / 'out.json', *options)
        videos = json.loads((tmp_path / 'out.json').read_text())['videos']
        scores.append(torch.tensor([video['scores'] for video in videos]))
    for other in scores[1:]:
        assert not torch.equal(scores[0], other)
        torch.testing.assert_close(scores[0], other, rtol=0, atol=0.03)
    if not torch.cuda.is_available():
        message = run_program('tools/test.py', tiny_config, checkpoint, '--amp', 'fp16', fails=True)
        assert 'needs a GPU' in message


def test_groups():
    model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.LayerNorm(5), torch.nn.Linear(5, 1000))
    model[0].weight.requires_grad_(False)
    groups = [dict(params=[model[2].weight], lr=0.1, weight_decay=0.05)]
    groups += [dict(params=[parameter], lr=0.01, weight_decay=0) for parameter in (model[1].weight, model[1].bias)]
    lines = describe_groups(model, torch.optim.SGD(groups, lr=1)).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ['0.1', '0.05', '1', '5,000', '2.weight'],
        ['0.01', '0', '2', '10', '1.weight'],
        ['frozen', '20'],
    ]


def test_a_resumed_run_says_what_is_new_in_its_config(tiny_config, run_program, tmp_path):
    def newest_log():
        return max((tmp_path / 'work_dir').glob('*/*.log'), key=lambda path: path.stat().st_mtime_ns).read_text()

    # mmengine's loggers are known by the config's name and the second: another test may have the same.
    config = tiny_config.rename(tmp_path / 'config_that_changes.py')
    run_program('tools/train.py', config, '--no-validate', '--cfg-options', 'train_cfg.max_epochs=1')
    first = newest_log()  # a run in the same second would write to the same file
    options = ['train_cfg.max_epochs=2', 'optim_wrapper.optimizer.lr=0.01']
    run_program('tools/train.py', config, '--no-validate', '--resume', '--cfg-options', *options)
    assert 'Parameter groups' in first and 'The config differs' not in first
    text = newest_log().partition('The config differs')[2]
    assert re.search(r'^-.*lr=0\.05', text, re.MULTILINE) and re.search(r'^\+.*lr=0\.01', text, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize('kills', [3])
def test_kills(kills):
    """The small version of ``fault_injection.py``."""
    command = [sys.executable, str(ROOT / 'tests' / 'fault_injection.py'), '--kills', str(kills), '--epochs', '2']
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr[-2000:]
    assert f'{kills} kills, and the same weights' in result.stdout
