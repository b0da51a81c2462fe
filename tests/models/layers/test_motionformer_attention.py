"""Motionformer's divided attention against attention with a mask."""

import pytest
import torch

from mmaction_vt.models.layers import DividedAttention

FRAMES, PATCHES = 3, 4


def masked(attention, tokens):
    """Attention of all tokens to all, with everything outside a token's group masked."""
    index = torch.arange(FRAMES * PATCHES)
    group = index % PATCHES if attention.along == 'time' else index // PATCHES
    allowed = torch.ones(1 + len(index), 1 + len(index), dtype=torch.bool)
    allowed[1:, 1:] = group[:, None] == group[None]
    q, k, v = attention.project_qkv(tokens)
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    weights = scores.masked_fill(~allowed, -torch.inf).softmax(-1)
    return attention.proj((weights @ v).transpose(1, 2).flatten(2))


@pytest.mark.parametrize('along', ['time', 'space'])
def test_equals_masked_attention(along):
    torch.manual_seed(0)
    attention = DividedAttention(8, 2, along=along).double()
    tokens = torch.randn(2, 1 + FRAMES * PATCHES, 8, dtype=torch.float64)
    out = attention(tokens, FRAMES)
    torch.testing.assert_close(out, masked(attention, tokens))
    torch.testing.assert_close(attention(tokens, FRAMES, cls_only=True), out[:, :1])
