"""Trajectory attention on the GPU: few kernels, bounded memory, and the same result in any grouping."""

import pytest
import torch
from gpu_cases import CUDA_ONLY, DEVICE, GPU, relative_error
from torch.utils._python_dispatch import TorchDispatchMode

from mmaction_vt.models.layers import TrajectoryAttention, trajectory_attention

pytestmark = GPU
FRAMES = 8


class CountOperations(TorchDispatchMode):
    """Counts the operators that are called."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += 1
        return func(*args, **(kwargs or {}))


def build(dims, heads, **options):
    torch.manual_seed(0)
    return TrajectoryAttention(dims, heads, **options).to(DEVICE).eval()


def tokens(clips, patches, dims):
    return torch.randn(clips, 1 + FRAMES * patches, dims, device=DEVICE)


@pytest.mark.parametrize('project_values', [False, True])
def test_grouping_changes_nothing(project_values, monkeypatch):
    """All clips at once, a few, one, and less than one."""
    layer, x = build(64, 4, project_values=project_values), tokens(12, 16, 64)
    clip = FRAMES * FRAMES * 16 * 64
    results = []
    for most in (100 * clip, 5 * clip, clip, clip // 3):
        monkeypatch.setattr(trajectory_attention, 'MOST_ELEMENTS_ON_GPU', most)
        layer.zero_grad()
        out = layer(x, FRAMES)
        out.square().mean().backward()
        results.append((out, torch.cat([parameter.grad.flatten() for parameter in layer.parameters()])))
    for out, gradient in results[1:]:
        assert relative_error(out, results[0][0]) < 1e-4
        assert relative_error(gradient, results[0][1]) < 1e-3


@CUDA_ONLY
def test_memory_is_bounded(monkeypatch):
    """64 clips of the base model, whose trajectories take 2.5 GB in each of their forms."""
    layer, x = build(768, 12), tokens(64, 196, 768)
    limit = 1 << 25
    monkeypatch.setattr(trajectory_attention, 'MOST_ELEMENTS_ON_GPU', limit)
    with torch.inference_mode():
        layer(x[:1], FRAMES)
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        layer(x, FRAMES)
    growth = torch.cuda.max_memory_allocated() - before
    assert growth < 8 * x.nbytes + 6 * 4 * limit, f'{growth / 2**30:.2f} GiB'


@CUDA_ONLY
def test_operations_do_not_grow_with_the_batch():
    layer, counts = build(96, 4), []
    for clips in (2, 8):
        with torch.inference_mode(), CountOperations() as mode:
            layer(tokens(clips, 16, 96), FRAMES)
        counts.append(mode.count)
    assert counts[0] == counts[1] < 150
