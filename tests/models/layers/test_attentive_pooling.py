"""Attentive pooling: what a learned query reads of tokens."""

import torch

from mmaction_vt.models.layers import AttentivePooling, CrossAttention


def test_reads_the_mean_where_all_keys_are_alike():
    attention, tokens = CrossAttention(8, 2), torch.randn(3, 5, 8)
    torch.nn.init.zeros_(attention.kv.weight[:8])
    read = attention(torch.randn(1, 2, 8), tokens)
    values = attention.kv(tokens)[..., 8:]
    torch.testing.assert_close(read, values.mean(1, keepdim=True).expand(3, 2, 8))


def test_the_order_of_the_tokens_does_not_matter():
    torch.manual_seed(0)
    pooling, tokens = AttentivePooling(8, 2, num_blocks=2).eval(), torch.randn(3, 5, 8)
    assert pooling(tokens).shape == (3, 8)
    torch.testing.assert_close(pooling(tokens), pooling(tokens[:, torch.randperm(5)]))


def test_every_parameter_has_a_gradient():
    pooling = AttentivePooling(8, 2, num_blocks=1)
    pooling(torch.randn(3, 5, 8)).square().sum().backward()
    assert all(parameter.grad is not None for parameter in pooling.parameters())
