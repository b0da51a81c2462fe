"""Slurm's scripts and submitit: what is started, and a new start after preemption."""

import os
import re
import runpy
import subprocess
import sys
import time

import pytest
from conftest import ROOT

from mmaction_vt.errors import InputError


@pytest.fixture
def srun(tmp_path, monkeypatch):
    """A stand-in for Slurm's ``srun`` that prints what it is called with."""
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'bin' / 'srun').write_text('#!/usr/bin/env bash\nprintf "%s\\n" "$@"\n')
    (tmp_path / 'bin' / 'srun').chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path / "bin"}:{os.environ["PATH"]}')

    def run(script, *args, **environment):
        command = ['bash', str(ROOT / 'tools' / script), *args]
        return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)

    return run


def test_slurm(srun):
    out = srun('slurm_train.sh', 'gpu', 'my job', 'c.py', '--amp', 'bf16', GPUS='16', SRUN_ARGS='--qos high').stdout
    words = out.splitlines()
    assert words[:5] == ['--partition=gpu', '--job-name=my job', '--gres=gpu:8', '--ntasks=16', '--ntasks-per-node=8']
    assert words[5] == '--cpus-per-task=8' and words[7:9] == ['--qos', 'high']
    assert words[-6:] == [str(ROOT / 'tools' / 'train.py'), 'c.py', '--launcher', 'slurm', '--amp', 'bf16']
    words = srun('slurm_test.sh', 'gpu', 'name', 'c.py', 'a.pth', '--out', 'r.json', GPUS='2').stdout.splitlines()
    assert '--gres=gpu:2' in words and words[-6:] == ['c.py', 'a.pth', '--launcher', 'slurm', '--out', 'r.json']
    short = srun('slurm_test.sh', 'gpu', 'name', 'c.py')
    assert short.returncode == 2 and 'error: partition, job name and 2 more' in short.stderr


@pytest.mark.slow
def test_submitit_goes_on_after_preemption(tiny_config, tmp_path):
    """A job of the local executor is preempted after its first epoch, and ends as one that was not."""
    code = f"""
import os, signal, subprocess, time
from pathlib import Path
import submitit
from submit import Training
work_dir = Path({str(tmp_path / 'job')!r})
executor = submitit.LocalExecutor(folder=work_dir / 'jobs')
executor.update_parameters(timeout_min=10, tasks_per_node=1)
options = ['--no-validate', '--cfg-options', 'train_cfg.max_epochs=60']
arguments = [{str(tiny_config)!r}, '--work-dir', str(work_dir), *options]
job = executor.submit(Training(arguments, 1))
while not list(work_dir.glob('epoch_*.pth')) and not job.done():
    time.sleep(0.05)
task = subprocess.run(['pgrep', '-P', str(job._process.pid)], capture_output=True, text=True).stdout.split()[0]
os.kill(int(task), signal.SIGUSR2)  # as Slurm does
print(job.result())
"""
    environment = dict(os.environ, PYTHONPATH=str(ROOT / 'tools'))  # where the job finds the class
    command = [sys.executable, '-c', code]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment, timeout=180
    )
    assert result.stdout.endswith('done\n'), result.stderr[-2000:]
    assert (tmp_path / 'job' / 'epoch_60.pth').exists()
    logs = [path.read_text() for path in sorted((tmp_path / 'job').glob('*/*.log'))]
    assert len(logs) == 2
    assert re.search('SIGTERM: wrote interrupted_iter_', logs[0]) and 'resumed epoch' in logs[1]


def test_submit_program(tiny_config, run_program, tmp_path):
    out = run_program('tools/submit.py', tiny_config, '--work-dir', tmp_path / 'job', '--cluster', 'local',
                      '--gpus-per-node', 0, '--wait', '--no-validate', '--cfg-options',
                      'train_cfg.max_epochs=1')  # fmt: skip
    assert 'Submitted job' in out and ': done' in out
    assert (tmp_path / 'job' / 'epoch_1.pth').exists()


@pytest.mark.slow
def test_one_of_two_processes_is_killed(tiny_config, tmp_path):
    """The other ends too, one sentence says which was lost, and the training can be resumed."""
    command = ['bash', str(ROOT / 'tools' / 'dist_train.sh'), str(tiny_config), '2', '--work-dir', str(tmp_path / 'w'),
               '--no-validate', '--cfg-options', 'train_cfg.max_epochs=400']  # fmt: skip
    environment = dict(os.environ, PYTHON=sys.executable, PORT='29617', OMP_NUM_THREADS='1')
    with (tmp_path / 'out.txt').open('w') as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, cwd=ROOT)
        until = time.monotonic() + 300
        while not list((tmp_path / 'w').glob('epoch_*.pth')) and time.monotonic() < until:
            time.sleep(0.1)
        workers = subprocess.run(['pgrep', '-P', str(process.pid)], capture_output=True, text=True, check=True)
        lost = int(workers.stdout.split()[-1])
        os.kill(lost, 9)
        assert process.wait(90) != 0
    text = (tmp_path / 'out.txt').read_text()
    assert text.splitlines()[-1].startswith(f'error: process 1 (pid {lost}) was killed by SIGKILL')
    assert 'Traceback' not in text
    newest = max(int(path.stem[6:]) for path in (tmp_path / 'w').glob('epoch_*.pth'))
    options = ['--resume', '--cfg-options', f'train_cfg.max_epochs={newest + 1}']
    subprocess.run([*command[:-2], *options], env=environment, check=True, capture_output=True, cwd=ROOT)
    assert (tmp_path / 'w' / f'epoch_{newest + 1}.pth').exists()


@pytest.mark.parametrize(('program', 'needed'), [('train', ['c.py']), ('test', ['c.py', 'x.pth'])])
def test_accepts_the_rank_that_mims_launcher_adds(program, needed):
    parser = runpy.run_path(str(ROOT / 'tools' / f'{program}.py'))['build_parser']()
    assert parser.parse_args(['--local-rank=1', *needed, '--launcher', 'pytorch']).launcher == 'pytorch'
    assert '--local-rank' not in parser.format_help()


def test_the_sentence_of_several_processes_is_printed_once():
    command = ['bash', str(ROOT / 'tools' / 'dist_train.sh'), 'nowhere.py', '2']
    environment = dict(os.environ, PYTHON=sys.executable, PORT='29619', OMP_NUM_THREADS='1')
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.count('error: ') == 1
    assert done.stderr.splitlines()[-1].startswith('error: config nowhere.py does not exist')
    assert 'Traceback' not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ('variables', 'text'),
    [
        ({'NNODES': 'two'}, 'NNODES'),
        ({'NNODES': '2', 'NODE_RANK': '2'}, 'NODE_RANK must be in 0 to 1'),
        ({'PORT': '99999'}, 'PORT must be in 1 to 65535'),
    ],
)
def test_numbers_of_machines_and_ports_are_checked(variables, text, monkeypatch):
    launch = runpy.run_path(str(ROOT / 'tools' / 'launch.py'))
    options = ['--nnodes', variables.get('NNODES', '1'), '--node_rank', variables.get('NODE_RANK', '0')]
    options += ['--master_port', variables.get('PORT', '29500'), '--nproc_per_node', '2', 'program.py']
    with pytest.raises(InputError, match=text):
        launch['check'](launch['get_args_parser']().parse_args(options))
