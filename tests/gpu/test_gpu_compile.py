"""Every backbone compiles without graph breaks, in training and evaluation, and keeps its results and keys."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from gpu_cases import BACKBONES, DEVICE, GPU, ROOT, run_process

pytestmark = GPU
# By inductor, which takes long, one of each family; the others as graphs only.
INDUCTOR = ('TimeSformer divided_space_time', 'Motionformer trajectory', 'ViViT factorised_encoder', 'DualFormer')


@pytest.fixture(scope='module')
def runs():
    """Exit status and output of every backbone, eight at a time."""
    program = ROOT / 'tests' / 'gpu' / 'compiled_backbones.py'

    def run(name):
        backend = 'inductor' if name in INDUCTOR and DEVICE == 'cuda' else 'aot_eager'
        return run_process(program, name, DEVICE, backend, timeout=200)

    with ThreadPoolExecutor(8 if DEVICE == 'cuda' else 1) as pool:
        return dict(zip(BACKBONES, pool.map(run, BACKBONES), strict=True))


@pytest.mark.parametrize('name', BACKBONES)
def test_compiled(name, runs):
    status, output = runs[name]
    assert status == 0, output[-3000:]
    errors = json.loads(output.splitlines()[-1])
    assert errors['features'] < 1e-3 and errors['gradients'] < 1e-2, errors
