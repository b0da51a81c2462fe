"""What several tests need: parity cases, small videos, a small data set and a small config."""

import json
import runpy
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cv2  # noqa: F401  before a test imports decord, whose zlib breaks its PNG decoder
import numpy as np
import pytest
import torch

ROOT = Path(__file__).parents[1]
PARITY = ROOT / 'tests' / 'data' / 'parity'
WHEEL_PARTS = (
    'LICENSE',
    'MANIFEST.in',
    'README.md',
    'configs',
    'demo',
    'mmaction_vt',
    'model-index.yml',
    'pyproject.toml',
    'setup.py',
    'tools',
)
sys.path.insert(0, str(ROOT / 'tests'))

from tiny_models import tiny_config_text  # noqa: E402
from videos import write_frames  # noqa: E402

import mmaction_vt  # noqa: E402, F401

torch.set_num_threads(2)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background ignores it
# How long a loader that is garbage waits for each of its workers, in seconds: programs end before, tests go on.
torch.utils.data._utils.MP_STATUS_CHECK_INTERVAL = 0.3


class Case:
    """A parity case: its figures, its checkpoint and its input."""

    def __init__(self, name):
        self.folder = PARITY / name
        self.figures = json.loads((self.folder / 'case.json').read_text())
        self.checkpoint = self.folder / self.figures['checkpoint']

    def input(self):
        shape = self.figures['input_shape']
        values = np.sin(np.arange(np.prod(shape), dtype=np.float64) * 0.61803398875)
        return torch.from_numpy(values.astype(np.float32).reshape(shape))

    def logits(self):
        return torch.tensor(self.figures['logits'])


@pytest.fixture
def parity():
    return Case


@pytest.fixture(scope='session')
def tiny_data(tmp_path_factory):
    """Seven videos of eight frames and 32x32 pixels, each of one colour, in two classes."""
    folder = tmp_path_factory.mktemp('tiny_data')
    rng = np.random.default_rng(0)
    lines = []
    for index in range(7):
        colour = rng.integers(0, 120, 3) + (120 if index % 2 else 0)
        frames = np.broadcast_to(colour.astype(np.uint8), (8, 32, 32, 3))
        write_frames(folder / f'{index}.mp4', frames)
        lines.append(f'{index}.mp4 {index % 2}')
    (folder / 'list.txt').write_text('\n'.join(lines) + '\n')
    return folder


@pytest.fixture(scope='session')
def wheel(tmp_path_factory):
    """The package's wheel, built from a copy of what belongs into it."""
    source, target = (tmp_path_factory.mktemp(name) for name in ('source', 'wheel'))
    for name in WHEEL_PARTS:
        path = ROOT / name
        ignore = shutil.ignore_patterns('.mim', '__pycache__')
        shutil.copytree(path, source / name, ignore=ignore) if path.is_dir() else shutil.copy(path, source / name)
    command = [sys.executable, 'setup.py', '-q', 'bdist_wheel', '-d', str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (path,) = target.glob('*.whl')
    return path


@pytest.fixture
def tiny_config(tiny_data, tmp_path):
    """Path of a config that trains a very small TimeSformer on ``tiny_data``."""
    path = tmp_path / 'tiny.py'
    path.write_text(tiny_config_text(f'{tiny_data}/list.txt', str(tiny_data), str(tmp_path / 'work_dir')))
    return path


@pytest.fixture
def video(tmp_path):
    """A video of 40 frames, 64x48 pixels, 25 frames a second, with a square that moves to the right."""
    frames = np.full((40, 48, 64, 3), 40, np.uint8)
    for index in range(40):
        frames[index, 16:32, index : index + 16] = (200, 160, 60)
    return write_frames(tmp_path / 'square.mp4', frames, fps=25)


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """The web page, served to the tests of a file."""
    from page_server import GENEROUS, serve_page

    with serve_page(tmp_path_factory.mktemp('page').resolve(), rates=GENEROUS) as page:
        yield page


@pytest.fixture
def visitor(page):
    """A visitor of the web page."""
    yield page.visitor()
    page.forget()


@pytest.fixture
def run_program(monkeypatch, capsys):
    """Run a program of the repository in this process.

    It returns what the program printed; with ``fails=True`` it demands that the program ends on bad input, and returns
    the one sentence.
    """

    def run(program, *args, fails=False):
        monkeypatch.setattr(sys, 'argv', [str(program), *map(str, args)])
        monkeypatch.setattr(sys, 'path', [str((ROOT / program).parent), *sys.path])
        capsys.readouterr()
        if not fails:
            runpy.run_path(str(ROOT / program), run_name='__main__')
            return capsys.readouterr().out
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(ROOT / program), run_name='__main__')
        message = str(end.value.code)
        assert message.startswith('error: ') and '\n' not in message
        return message

    return run
