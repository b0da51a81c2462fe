"""ViViT's factorised attention."""

import pytest
import torch

from mmaction_vt.errors import InputError
from mmaction_vt.models.layers import FactorisedDotProductAttention, FactorisedSelfAttentionBlock

FRAMES, PATCHES = 3, 4


def tokens():
    torch.manual_seed(1)
    return torch.randn(2, FRAMES * PATCHES, 8, dtype=torch.float64)


def test_model_3_attends_within_frames_and_then_across_them():
    torch.manual_seed(0)
    block, x = FactorisedSelfAttentionBlock(8, 2).double(), tokens()
    plain = x.clone()
    for f in range(FRAMES):
        own = slice(f * PATCHES, (f + 1) * PATCHES)
        plain[:, own] = x[:, own] + block.attn(block.norm1(x[:, own]))
    across = plain.clone()
    for p in range(PATCHES):
        across[:, p::PATCHES] = plain[:, p::PATCHES] + block.temporal_attn(block.temporal_norm1(plain[:, p::PATCHES]))
    torch.testing.assert_close(block(x, FRAMES), across + block.mlp(block.norm2(across)))


def test_model_4_gives_half_of_the_heads_to_space_and_half_to_time():
    torch.manual_seed(0)
    attention, x = FactorisedDotProductAttention(8, 4).double(), tokens()
    q, k, v = attention.project_qkv(x)
    index = torch.arange(FRAMES * PATCHES)
    same_frame = (index // PATCHES)[:, None] == index // PATCHES
    same_patch = (index % PATCHES)[:, None] == index % PATCHES
    allowed = torch.stack((same_frame, same_frame, same_patch, same_patch))
    scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(~allowed, -torch.inf)
    plain = attention.proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))
    torch.testing.assert_close(attention(x, FRAMES), plain)


def test_model_4_refuses_an_odd_number_of_heads():
    with pytest.raises(InputError, match='num_heads must be even, not 3'):
        FactorisedDotProductAttention(9, 3)
