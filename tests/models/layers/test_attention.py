"""Multi-head self-attention against its formula."""

import pytest
import torch

from mmaction_vt.errors import InputError
from mmaction_vt.models.layers import Attention


def plain(attention, tokens):
    """The formula, one head and one sample at a time; tokens (B, L, C)."""
    dims = tokens.shape[-1] // attention.num_heads
    samples = []
    for sample in tokens:
        q, k, v = attention.qkv(sample).chunk(3, dim=-1)
        heads = []
        for start in range(0, tokens.shape[-1], dims):
            query, key, value = (part[:, start : start + dims] for part in (q, k, v))
            heads.append((query @ key.T / dims**0.5).softmax(-1) @ value)
        samples.append(attention.proj(torch.cat(heads, dim=-1)))
    return torch.stack(samples)


@pytest.mark.parametrize('qkv_bias', [True, False])
def test_equals_the_formula(qkv_bias):
    torch.manual_seed(0)
    attention, tokens = Attention(12, 3, qkv_bias).double(), torch.randn(2, 5, 12, dtype=torch.float64)
    torch.testing.assert_close(attention(tokens), plain(attention, tokens))


@pytest.mark.parametrize('qkv_bias', [True, False])
def test_the_class_token_alone_is_the_first_of_all(qkv_bias):
    torch.manual_seed(0)
    attention, tokens = Attention(12, 3, qkv_bias).double(), torch.randn(2, 5, 12, dtype=torch.float64)
    torch.testing.assert_close(attention(tokens, cls_only=True), attention(tokens)[:, :1])


def test_batch_second_is_the_same_attention():
    torch.manual_seed(0)
    first, second = Attention(12, 3), Attention(12, 3, batch_first=False)
    second.load_state_dict(first.state_dict())
    tokens = torch.randn(2, 5, 12)
    torch.testing.assert_close(second(tokens.transpose(0, 1)).transpose(0, 1), first(tokens))


def test_heads_are_views_of_the_joint_projection():
    attention, tokens = Attention(12, 3), torch.randn(2, 5, 12)
    joint = attention.qkv(tokens)
    for part, head in zip(attention.split_heads(joint, 3), joint.chunk(3, dim=-1), strict=True):
        assert part.shape == (2, 3, 5, 4) and part.untyped_storage().data_ptr() == joint.untyped_storage().data_ptr()
        assert torch.equal(part[:, 1], head[..., 4:8])


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    attention, tokens = Attention(12, 3, attn_drop_rate=0.5), torch.randn(2, 5, 12)
    assert not torch.equal(attention(tokens), attention(tokens))
    attention.eval()
    assert torch.equal(attention(tokens), attention(tokens))


def test_refuses_heads_that_do_not_divide_the_channels():
    with pytest.raises(InputError, match='12 is not divisible by 5'):
        Attention(12, 5)
