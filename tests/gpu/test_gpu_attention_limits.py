"""Batches beyond the limits of CUDA's attention kernels give what their parts give, forward and backward."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from gpu_cases import DEVICE, GPU, ROOT, run_process
from large_batches import CASES

pytestmark = GPU
LIMITS = dict(fp32=1e-3, bf16=3e-2)  # of relative errors; sums over many thousand clips in another order
RUNS = [(case, 'bf16') for case in CASES] + [('along_time', 'fp32'), ('trajectories', 'fp32'), ('backward', 'fp32')]
AT_ONCE = 2 if DEVICE == 'cuda' else 1  # the largest take about 25 GB


@pytest.fixture(scope='module')
def runs():
    """Exit status and output of every case."""
    program, few = ROOT / 'tests' / 'gpu' / 'large_batches.py', [8] if DEVICE == 'cpu' else []

    def run(case):
        return run_process(program, *case, DEVICE, *few, timeout=150)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(RUNS, pool.map(run, RUNS), strict=True))


@pytest.mark.parametrize(('case', 'precision'), RUNS)
def test_a_batch_beyond_the_limits(case, precision, runs):
    status, output = runs[case, precision]
    assert status == 0, output[-3000:]
    errors = json.loads(output.splitlines()[-1])
    assert max(errors.values()) < LIMITS[precision], errors
