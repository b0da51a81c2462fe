"""The programs on a very small data set: training, resuming, testing, several processes, and bad input."""

import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import mmaction
import numpy as np
import pytest
import torch

from mmaction_vt.checkpoints.newest import newest_complete_checkpoint

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, 'PYTHON': sys.executable, 'PYTHONPATH': str(ROOT), 'CUDA_VISIBLE_DEVICES': ''}


def start(*args, **options):
    return subprocess.Popen(list(map(str, args)), env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def run(*args, **options):
    process = start(*args, text=True, **options)
    output = process.communicate()[0]
    assert process.returncode == 0, output
    return output


@pytest.fixture(scope='module')
def free_port():
    import socket

    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        ENV['PORT'] = str(server.getsockname()[1])


@pytest.fixture
def checkpoint(tiny_config, run_program, tmp_path):
    """A checkpoint of the tiny model with random weights."""
    from mmaction_vt import init_recognizer

    torch.manual_seed(0)
    model = init_recognizer(tiny_config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'model.pth')
    return tmp_path / 'model.pth'


def scores_in(path):
    return [video['scores'] for video in json.loads(Path(path).read_text())['videos']]


def test_train_then_test_then_resume(tiny_config, run_program, tmp_path):
    run_program('tools/train.py', tiny_config, '--seed', 1)
    work_dir = tmp_path / 'work_dir'
    assert (work_dir / 'epoch_2.pth').exists() and list(work_dir.glob('best_acc_top1_*.pth'))
    out = run_program('tools/test.py', tiny_config, work_dir / 'epoch_2.pth', '--eval', 'top_k_accuracy',
                      'mean_class_accuracy', '--out', tmp_path / 'out.pkl')  # fmt: skip
    assert '7 videos' in out and 'acc/top1' in out and 'acc/mean1' in out
    report = pickle.loads((tmp_path / 'out.pkl').read_bytes())
    right = np.mean([video['predicted'] == video['label'] for video in report['videos']])
    assert report['metrics']['acc/top1'] == pytest.approx(right)
    assert [Path(video['video']).name for video in report['videos']] == [f'{index}.mp4' for index in range(7)]

    message = run_program('tools/train.py', tiny_config, fails=True)
    assert 'checkpoints of an earlier training' in message and '--resume continues it' in message
    run_program('tools/train.py', tiny_config, '--resume', '--cfg-options', 'train_cfg.max_epochs=3')
    resumed = torch.load(work_dir / 'epoch_3.pth')
    assert resumed['meta']['epoch'] == 3 and resumed['meta']['iter'] == 3 * 4


def test_resume_without_a_checkpoint_starts_as_the_config_says(tiny_config, run_program, tmp_path):
    options = ['--no-validate', '--seed', 1, '--cfg-options', 'train_cfg.max_epochs=1']
    options.append('model.backbone.init_cfg.type=mmaction_vt.FromScratch')
    states = []
    for name, resume in (('plain', []), ('resumed', ['--resume'])):
        run_program('tools/train.py', tiny_config, '--work-dir', tmp_path / name, *resume, *options)
        states.append(torch.load(tmp_path / name / 'epoch_1.pth')['state_dict'])
    assert all(torch.equal(value, states[1][key]) for key, value in states[0].items())
    assert states[0]['backbone.time_embed'].abs().max() > 0.5


def test_bfloat16_and_no_validation(tiny_config, run_program, tmp_path):
    run_program(
        'tools/train.py', tiny_config, '--amp', 'bf16', '--no-validate', '--cfg-options', 'train_cfg.max_epochs=1'
    )
    state = torch.load(tmp_path / 'work_dir' / 'epoch_1.pth')['state_dict']
    assert all(value.dtype == torch.float32 for value in state.values())
    assert not list((tmp_path / 'work_dir').glob('best*'))


def test_mixed_precision_runs_the_model_under_autocast():
    from mmengine.optim import build_optim_wrapper

    layer = torch.nn.Linear(2, 2)
    config = dict(type='mmaction_vt.MixedPrecisionOptimWrapper', optimizer=dict(type='SGD', lr=0.1))
    wrapper = build_optim_wrapper(layer, config)
    with wrapper.optim_context(layer):
        assert layer(torch.ones(1, 2)).dtype == torch.bfloat16
    assert layer(torch.ones(1, 2)).dtype == torch.float32


@pytest.mark.skipif(torch.cuda.is_available(), reason='a GPU can do float16')
def test_float16_without_a_gpu_is_refused(tiny_config, run_program):
    assert 'bf16' in run_program('tools/train.py', tiny_config, '--amp', 'fp16', fails=True)


def test_automatic_batch_size_with_several_processes_is_refused(tiny_config, run_program):
    options = ['--batch-size', 'auto', '--launcher', 'pytorch']
    assert 'is for one process' in run_program('tools/train.py', tiny_config, *options, fails=True)


@pytest.mark.skipif(find_spec('apex') is not None, reason='apex is installed')
def test_apex_where_it_is_not_installed(tiny_config, run_program, tmp_path):
    fragment = ROOT / 'configs' / '_base_' / 'schedules' / 'apex.py'
    path = tmp_path / 'with_apex.py'
    path.write_text(f'_base_ = [{str(tiny_config)!r}, {str(fragment)!r}]\noptim_wrapper = _base_.apex\n')
    message = run_program('tools/train.py', path, fails=True)
    assert 'needs apex' in message and 'is not installed' in message and 'train.py --amp' in message


def test_apex_without_amp(monkeypatch):
    from mmaction_vt.engine import ApexOptimWrapper
    from mmaction_vt.engine.optimizers import optim_wrappers
    from mmaction_vt.errors import InputError

    monkeypatch.setattr(optim_wrappers.importlib.util, 'find_spec', lambda name: name if name == 'apex' else None)
    with pytest.raises(InputError, match=r'24\.04\.01 or earlier\), which the installed apex does not have'):
        ApexOptimWrapper(optimizer=torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1))


def test_apex_gets_its_options(monkeypatch):
    from mmengine.optim.optimizer import apex_optimizer_wrapper

    from mmaction_vt.engine import ApexOptimWrapper
    from mmaction_vt.engine.optimizers import optim_wrappers

    monkeypatch.setattr(optim_wrappers.importlib.util, 'find_spec', lambda name: name)
    monkeypatch.setattr(apex_optimizer_wrapper, 'apex_amp', object())
    optimizer = torch.optim.SGD(torch.nn.Linear(2, 2).parameters(), lr=0.1)
    assert ApexOptimWrapper(optimizer=optimizer, precision='bf16', opt_level='O1').opt_level == 'O1'


def test_auto_scale_lr(tiny_config, run_program, tmp_path):
    run_program(
        'tools/train.py', tiny_config, '--auto-scale-lr', '--no-validate', '--cfg-options', 'train_cfg.max_epochs=1'
    )
    # A batch of 2 where the learning rate of 0.05 was meant for 8.
    groups = torch.load(tmp_path / 'work_dir' / 'epoch_1.pth')['optimizer']['param_groups']
    assert groups[0]['lr'] == pytest.approx(0.05 * 2 / 8)


def test_fine_tuning_from_another_number_of_classes_is_said_once(
    tiny_config, run_program, checkpoint, tiny_data, tmp_path, recwarn
):
    (tmp_path / 'list.txt').write_text('0.mp4 2\n1.mp4 0\n')
    options = ['model.cls_head.num_classes=3', f'load_from={checkpoint}', 'train_cfg.max_epochs=1']
    options += [f'{part}_dataloader.dataset.{key}' for part in ('train', 'val')
                for key in (f'ann_file={tmp_path}/list.txt', 'num_classes=3')]  # fmt: skip
    run_program('tools/train.py', tiny_config, '--cfg-options', *options)
    sentence = re.compile('has 2 classes .* and the model 3')
    (log,) = (tmp_path / 'work_dir').glob('*/*.log')
    (line,) = (line for line in log.read_text().splitlines() if sentence.search(line))
    assert 'WARNING' in line
    assert not [warning for warning in recwarn if sentence.search(str(warning.message))]


@pytest.mark.parametrize(('processes', 'batch_size'), [(1, 3), (2, 3), pytest.param(2, 1, marks=pytest.mark.slow)])
def test_scores_do_not_depend_on_processes_or_batch_size(
    tiny_config, checkpoint, run_program, tmp_path, processes, batch_size, free_port
):
    """Seven videos do not divide by two or three; no video counts twice."""
    out, again = tmp_path / 'one.json', tmp_path / 'many.json'
    run_program('tools/test.py', tiny_config, checkpoint, '--out', out, '--cfg-options', 'test_dataloader.batch_size=1')
    options = ['--out', again, '--cfg-options', f'test_dataloader.batch_size={batch_size}']
    if processes == 1:
        run_program('tools/test.py', tiny_config, checkpoint, *options)
    else:
        folder = tmp_path / 'empty'
        folder.mkdir()
        run('bash', ROOT / 'tools' / 'dist_test.sh', tiny_config, checkpoint, processes, *options, cwd=folder)
        assert not list(folder.iterdir())  # results meet without a file system
    assert len(scores_in(again)) == 7
    np.testing.assert_allclose(scores_in(again), scores_in(out), rtol=0, atol=1e-6)
    first, second = (json.loads(path.read_text())['metrics'] for path in (out, again))
    assert first == second


def test_two_processes_train_on_a_cpu(tiny_config, tmp_path, free_port):
    run('bash', ROOT / 'tools' / 'dist_train.sh', tiny_config, 2, '--auto-scale-lr', cwd=tmp_path)
    assert not (tmp_path / '.dist_test').exists()
    checkpoint = torch.load(tmp_path / 'work_dir' / 'epoch_2.pth')
    assert checkpoint['meta']['iter'] == 2 * 2  # seven videos, two processes, batches of two
    assert checkpoint['optimizer']['param_groups'][0]['lr'] == pytest.approx(0.05 * 4 / 8)


def test_launchers_without_a_number_of_processes(tiny_config):
    process = start('bash', ROOT / 'tools' / 'dist_train.sh', tiny_config, text=True)
    assert 'number of processes' in process.communicate()[0]
    assert process.returncode == 2


def test_killed_in_an_epoch_and_resumed(tiny_config, run_program, tmp_path):
    last_checkpoint = tmp_path / 'work_dir' / 'last_checkpoint'
    options = ['--no-validate', '--cfg-options', 'train_cfg.max_epochs=2000', 'default_hooks.checkpoint.interval=10']
    process = start(sys.executable, ROOT / 'tools' / 'train.py', tiny_config, *options)
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if last_checkpoint.exists() and 'epoch_' in last_checkpoint.read_text():
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / 'work_dir' / 'epoch_2000.pth').exists()
    epochs = torch.load(newest_complete_checkpoint(tmp_path / 'work_dir'))['meta']['epoch'] + 2
    options[2:] = [f'train_cfg.max_epochs={epochs}']
    run_program('tools/train.py', tiny_config, '--resume', *options)
    resumed = torch.load(tmp_path / 'work_dir' / f'epoch_{epochs}.pth')
    assert resumed['meta']['epoch'] == epochs and resumed['meta']['iter'] == epochs * 4


def test_mmaction2s_own_program_runs_our_configs(tiny_config, checkpoint, run_program, tmp_path):
    program = Path(mmaction.__file__).parent / '.mim' / 'tools' / 'test.py'
    output = run(sys.executable, program, tiny_config, checkpoint, '--work-dir', tmp_path / 'theirs')
    report = tmp_path / 'ours.json'
    run_program('tools/test.py', tiny_config, checkpoint, '--out', report)
    ours = json.loads(report.read_text())['metrics']['acc/top1']
    assert f'acc/top1 {ours:.4f}' in output


def test_mmaction2s_own_inference_runs_our_configs(tiny_config, checkpoint, run_program, tiny_data, tmp_path):
    from mmaction.apis import inference_recognizer, init_recognizer

    model = init_recognizer(str(tiny_config), str(checkpoint), device='cpu')
    theirs = inference_recognizer(model, str(tiny_data / '4.mp4')).pred_score
    run_program('tools/test.py', tiny_config, checkpoint, '--out', tmp_path / 'ours.json')
    np.testing.assert_allclose(scores_in(tmp_path / 'ours.json')[4], theirs.numpy(), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['--eval', 'top_k_acuracy'], 'unknown --eval top_k_acuracy; choose from top_k_accuracy'),
        (['--out', 'scores.csv'], r'\.json or \.pkl'),
        (['--cfg-options', 'modle.backbone.num_frames=2'], r'did you mean model\?'),
    ],
)
def test_wrong_options(tiny_config, checkpoint, run_program, arguments, words):
    assert re.search(words, run_program('tools/test.py', tiny_config, checkpoint, *arguments, fails=True))


def test_missing_files(tiny_config, checkpoint, run_program, tmp_path):
    assert 'no.py does not exist' in run_program('tools/test.py', tmp_path / 'no.py', checkpoint, fails=True)
    assert 'no.pth does not exist' in run_program('tools/test.py', tiny_config, tmp_path / 'no.pth', fails=True)
    assert 'no.pth does not exist' in run_program(
        'tools/train.py', tiny_config, '--resume', tmp_path / 'no.pth', fails=True
    )


@pytest.mark.parametrize(
    ('lines', 'words'),
    [
        ('', 'is empty'),
        ('0.mp4\n', r'line 1.*no label'),
        ('0.mp4 0\n1.mp4 2\n', r'line 2.*label 2.*0 to 1'),
        ('no.mp4 0\n', r'no\.mp4 does not exist'),
    ],
)
@pytest.mark.parametrize('program', ['train', 'test'])
def test_bad_lists(tiny_config, checkpoint, run_program, tmp_path, lines, words, program):
    (tmp_path / 'bad.txt').write_text(lines)
    arguments = [checkpoint] if program == 'test' else []
    options = ['--cfg-options', f'{program}_dataloader.dataset.ann_file={tmp_path}/bad.txt']
    assert re.search(words, run_program(f'tools/{program}.py', tiny_config, *arguments, *options, fails=True))


@pytest.mark.parametrize('workers', [0, 1])
def test_truncated_video(tiny_config, checkpoint, tiny_data, run_program, tmp_path, workers):
    data = (tiny_data / '0.mp4').read_bytes()
    (tmp_path / 'half.mp4').write_bytes(data[: len(data) // 2])
    (tmp_path / 'good.mp4').write_bytes(data)
    (tmp_path / 'bad.txt').write_text('half.mp4 0\ngood.mp4 0\n')
    options = ['--cfg-options', f'test_dataloader.num_workers={workers}']
    options += [f'test_dataloader.dataset.{key}={tmp_path}{end}' for key, end in
                (('ann_file', '/bad.txt'), ('data_prefix.video', ''))]  # fmt: skip
    out = run_program('tools/test.py', tiny_config, checkpoint, *options)
    assert '2 videos, 1 of them broken' in re.sub(r'\s+', ' ', out) and re.search(r'acc/top1 *│ 0\.[05]000', out)
    (tmp_path / 'bad.txt').write_text('half.mp4 0\n')
    assert 'none of the 1 videos can be read' in run_program(
        'tools/test.py', tiny_config, checkpoint, *options, fails=True
    )


def test_crop_that_patches_do_not_tile(tiny_config, checkpoint, run_program):
    options = ['--cfg-options', 'model.backbone.img_size=40']
    assert '40x40 pixels' in run_program('tools/test.py', tiny_config, checkpoint, *options, fails=True)
    pipeline = 'test_dataloader.dataset.pipeline'
    options = ['--cfg-options', f'{pipeline}.0.short_side=24', f'{pipeline}.0.size=24']
    assert '24x24 pixels' in run_program('tools/test.py', tiny_config, checkpoint, *options, fails=True)


def test_checkpoint_of_other_classes_is_not_tested(tiny_config, checkpoint, run_program):
    options = ['--cfg-options', 'model.cls_head.num_classes=5']
    assert '2 classes' in run_program('tools/test.py', tiny_config, checkpoint, *options, fails=True)
