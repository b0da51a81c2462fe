"""OpenMMLab's ``mim`` beside the installed wheel, in an empty folder, as docs/model_zoo.md says.

Packages come from the package index; the file that ``mim download`` fetches from a server on this machine.
"""

import functools
import http.server
import json
import os
import re
import shlex
import subprocess
import threading

import pytest
import yaml
from conftest import ROOT

pytestmark = pytest.mark.slow
UV = ROOT / '.venv' / 'uv' / 'bin' / 'uv'
NAME = 'timesformer_divST_moving_shapes'
ALONE = ('num_workers=0', 'persistent_workers=False')
TRAIN = [f'{part}_dataloader.{option}' for part in ('train', 'val') for option in ALONE]
TEST = [f'test_dataloader.{option}' for option in ALONE]


@pytest.fixture(scope='module')
def environment(wheel, tmp_path_factory):
    """A virtual environment with the pinned packages, the wheel, and what the page says that ``mim`` needs."""
    folder = tmp_path_factory.mktemp('environment')

    def uv(*args):
        subprocess.run([UV, *map(str, args)], check=True, capture_output=True)

    uv('venv', '--seed', folder)
    install = ('pip', 'install', '--python', folder / 'bin' / 'python')
    uv(*install, '--no-deps', '-r', ROOT / 'requirements' / 'pinned.txt')
    uv(*install, '--no-deps', wheel)
    page = (ROOT / 'docs' / 'model_zoo.md').read_text()
    commands = [shlex.split(line) for line in page.splitlines() if line.startswith('    pip install ')]
    assert len(commands) == 2
    for command in commands:
        uv(*install, *command[2:])
    return folder


@pytest.fixture(scope='module')
def run(environment, tmp_path_factory):
    """Run a command of the environment in an otherwise empty folder, ``run.folder``, and return what it printed."""
    folder = tmp_path_factory.mktemp('empty')

    def run(program, *args):
        command = [environment / 'bin' / program, *map(str, args)]
        env = {**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONWARNINGS': 'ignore', 'HOME': str(folder)}
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    run.folder = folder
    (run.mim,) = environment.glob('lib/python*/site-packages/mmaction_vt/.mim')
    return run


@pytest.fixture(scope='module')
def checkpoint(run):
    run('python', run.mim / 'tools/data/moving_shapes.py', 'data/moving_shapes', '--train', 16, '--val', 8)
    options = ['--cfg-options', 'train_cfg.max_epochs=1', 'train_dataloader.batch_size=4', *TRAIN]
    out = run('mim', 'train', 'mmaction_vt', f'{NAME}.py', '--work-dir', 'work', *options)
    assert 'Training finished successfully' in out
    return run.folder / 'work' / 'epoch_1.pth'


@pytest.mark.parametrize('launch', [(), ('--launcher', 'pytorch', '--gpus', 2)], ids=['alone', 'two processes'])
def test_trains_and_tests(run, checkpoint, launch):
    report = run.folder / f'{len(launch)}.json'
    options = ['--checkpoint', checkpoint, *launch, '--out', report, '--cfg-options', *TEST]
    out = run('mim', 'test', 'mmaction_vt', f'{NAME}.py', *options)
    assert 'Testing finished successfully' in out and report.exists()


def test_published_scores(run, environment):
    """The parity cases, with the installed package instead of the repository's."""
    where = run('python', '-c', 'import mmaction_vt; print(mmaction_vt.__file__)').split()[-1]
    assert where.startswith(str(environment))
    out = run('python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-k', 'published', ROOT / 'tests' / 'models')
    assert int(re.search(r'(\d+) passed', out)[1]) >= 15 and 'skipped' not in out


def test_converts_every_published_layout(run):
    """Each parity checkpoint but the image model, by the installed program."""
    cases = [path.parent for path in sorted((ROOT / 'tests' / 'data' / 'parity').glob('*/case.json'))]
    cases = [case for case in cases if case.name != 'dualformer_inflate_2d']
    assert len(cases) == 15
    for case in cases:
        source = case / json.loads((case / 'case.json').read_text())['checkpoint']
        run('python', run.mim / 'tools' / 'convert_checkpoint.py', source, f'{case.name}.pth')
        assert (run.folder / f'{case.name}.pth').stat().st_size > 1000


def test_searches(run):
    models = yaml.safe_load((ROOT / 'configs' / 'recognition' / 'vivit' / 'metafile.yml').read_text())['Models']
    out = run('mim', 'search', 'mmaction_vt', '--model', 'ViViT')
    for model in models:
        assert (model['Name'] in out) == (model['In Collection'] == 'ViViT')


def test_downloads_what_can_be_tested(run, checkpoint):
    metafile = run.mim / 'configs' / 'recognition' / 'timesformer' / 'metafile.yml'
    content = yaml.safe_load(metafile.read_text())
    serve = functools.partial(http.server.SimpleHTTPRequestHandler, directory=checkpoint.parent)
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        model = dict(content['Models'][0], Name=NAME, Config=f'configs/recognition/quickstart/{NAME}.py')
        model['Weights'] = f'http://127.0.0.1:{server.server_port}/epoch_1.pth?dl=1'
        metafile.write_text(yaml.safe_dump({**content, 'Models': [model]}))
        run('mim', 'download', 'mmaction_vt', '--config', NAME, '--dest', 'fetched')
        server.shutdown()
    fetched = run.folder / 'fetched'
    assert (fetched / 'epoch_1.pth?dl=1').read_bytes() == checkpoint.read_bytes()
    options = ['--checkpoint', fetched / 'epoch_1.pth?dl=1', '--cfg-options', *TEST]
    assert 'Testing finished successfully' in run('mim', 'test', 'mmaction_vt', fetched / f'{NAME}.py', *options)
