"""Trajectory attention: parts and class token; its formula is in tests/models/backbones/test_motionformer.py."""

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from mmaction_vt.models.layers import TrajectoryAttention, trajectory_attention

FRAMES, PATCHES = 3, 4


def build(**options):
    torch.manual_seed(0)
    attention = TrajectoryAttention(8, 2, **options).double()
    return attention, torch.randn(2, 1 + FRAMES * PATCHES, 8, dtype=torch.float64)


def plain(attention, tokens):
    """Equations 3 to 5 for the patches, one patch and one frame at a time; (B, F * P, C) before the output layer."""
    dims = tokens.shape[-1]
    samples = []
    for q, k, v in zip(*attention.project_qkv(tokens), strict=True):
        q, k, v = (part[:, 1:] for part in (q, k, v))
        out = []
        for s in range(FRAMES * PATCHES):
            trajectory = []
            for f in range(FRAMES):
                own = slice(f * PATCHES, (f + 1) * PATCHES)
                weights = torch.einsum('hd,hpd->hp', q[:, s], k[:, own]) / q.shape[-1] ** 0.5
                trajectory.append(torch.einsum('hp,hpd->hd', weights.softmax(-1), v[:, own]).flatten())
            trajectory = torch.stack(trajectory)
            query = attention.proj_q(trajectory[s // PATCHES]).unflatten(0, (2, -1))
            key, value = attention.proj_kv(trajectory).split(dims, dim=-1)
            value = (value if attention.project_values else trajectory).unflatten(1, (2, -1))
            weights = torch.einsum('hd,fhd->hf', query, key.unflatten(1, (2, -1))) / query.shape[-1] ** 0.5
            out.append(torch.einsum('hf,fhd->hd', weights.softmax(-1), value).flatten())
        samples.append(torch.stack(out))
    return torch.stack(samples)


@pytest.mark.parametrize('project_values', [False, True])
def test_patches_follow_the_equations(project_values):
    attention, tokens = build(project_values=project_values)
    torch.testing.assert_close(attention(tokens, FRAMES)[:, 1:], attention.proj(plain(attention, tokens)))


@pytest.mark.parametrize('training', [False, True])
def test_the_class_token_alone_is_the_first_of_all(training):
    attention, tokens = build()
    attention.train(training)
    out = attention(tokens, FRAMES, cls_only=True)
    torch.testing.assert_close(out, attention(tokens, FRAMES)[:, :1])
    grads = torch.autograd.grad(out.sum(), list(attention.parameters()), allow_unused=True)
    assert any(grad is None for grad in grads) != training  # distributed training expects every parameter


@pytest.mark.parametrize('limit', ['MOST_ELEMENTS', 'MOST_ELEMENTS_IN_INFERENCE', 'MOST_CACHED'])
@pytest.mark.parametrize('gradients', [False, True])
def test_parts_change_nothing(limit, gradients, monkeypatch):
    attention, tokens = build()
    with torch.set_grad_enabled(gradients):
        expected = attention(tokens, FRAMES)
        monkeypatch.setattr(trajectory_attention, limit, 40)
        torch.testing.assert_close(attention(tokens, FRAMES), expected)
        attention.in_parts = False
        torch.testing.assert_close(attention(tokens, FRAMES), expected)


@pytest.mark.parametrize('gradients', [False, True])
def test_queries_of_fewer_frames_at_once_in_inference(gradients, monkeypatch):
    attention, tokens = build()
    lengths = []
    along_space = attention.along_space
    monkeypatch.setattr(attention, 'along_space', lambda q, *args: lengths.append(q.shape[1]) or along_space(q, *args))
    patches = (tokens.shape[1] - 1) // FRAMES
    channels = len(tokens[0, 0])
    monkeypatch.setattr(trajectory_attention, 'MOST_ELEMENTS_IN_INFERENCE', (FRAMES - 1) * FRAMES * patches * channels)
    with torch.set_grad_enabled(gradients):
        attention(tokens, FRAMES)
    one_sample = [FRAMES * patches] if gradients else [(FRAMES - 1) * patches, patches]
    assert lengths == len(tokens) * one_sample


class PaddedGradients(TorchDispatchMode):
    """The sizes of gradients that are padded with zeros, since a part of a tensor was used."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if func in (torch.ops.aten.slice_backward.default, torch.ops.aten.diagonal_backward.default):
            self.sizes.append(out.numel())
        return out


def test_only_one_gradient_is_padded_to_all_trajectories():
    attention, tokens = build()
    loss = attention(tokens[:1], FRAMES).sum()
    with PaddedGradients() as padded:
        loss.backward()
    assert padded.sizes.count(FRAMES * FRAMES * PATCHES * tokens.shape[-1]) == 1  # of each patch's own one


def test_a_gpu_takes_as_many_samples_at_once_as_memory_allows(monkeypatch):
    attention, _ = build()
    q = torch.empty(30, 12, 1568, 64, device='meta')
    one = 8 * 12 * 1568 * 64  # elements of a sample's trajectories
    assert attention.samples_at_once(q, 8) == trajectory_attention.MOST_ELEMENTS_ON_GPU // one == 27
    assert attention.samples_at_once(q[:8], 8) == 8
    monkeypatch.setattr(trajectory_attention, 'MOST_ELEMENTS_ON_GPU', one - 1)
    assert attention.samples_at_once(q, 8) == 1


def test_groups_of_samples_change_nothing(monkeypatch):
    attention, tokens = build()
    tokens = torch.cat([tokens, tokens.flip(0)[:1]])
    expected = attention(tokens, FRAMES)
    monkeypatch.setattr(attention, 'samples_at_once', lambda q, num_frames: 2)
    torch.testing.assert_close(attention(tokens, FRAMES), expected)


@pytest.mark.parametrize('gradients', [False, True])
def test_what_would_be_miscompiled_is_left_out_of_graphs(gradients, monkeypatch):
    attention, tokens = build()
    expected = attention(tokens, FRAMES)
    along_time, compiled = attention.along_time, []

    def watched(*args):
        compiled.append(torch.compiler.is_compiling())
        return along_time(*args)

    monkeypatch.setattr(attention, 'along_time', watched)
    monkeypatch.setattr(trajectory_attention, 'miscompiles', lambda q: torch.is_grad_enabled())
    torch._dynamo.reset()
    attention.compile(backend='eager', dynamic=False)
    with torch.set_grad_enabled(gradients):
        torch.testing.assert_close(attention(tokens, FRAMES), expected)
    assert set(compiled) == {not gradients}


def test_an_approximation_replaces_attention_along_space():
    class Mean(nn.Module):
        def forward(self, q, k, v):
            return v.mean(2, keepdim=True).expand(-1, -1, q.shape[1], -1)

    attention, tokens = build(approximation=Mean())
    out = attention(tokens, FRAMES)
    torch.testing.assert_close(
        out[:, 1:5], out[:, 1:2].expand(-1, 4, -1)
    )  # patches of a frame have the same trajectory
