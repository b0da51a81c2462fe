"""Motionformer's divided block."""

import torch

from mmaction_vt.models.layers import DividedBlock


def build():
    torch.manual_seed(0)
    return DividedBlock(8, 2, drop_rate=0.0, norm_eps=1e-5).double()


def test_attends_along_time_and_then_along_space():
    block, tokens = build(), torch.randn(2, 1 + 3 * 4, 8, dtype=torch.float64)
    x = tokens + block.timeattn(block.norm3(tokens), 3)
    x = x + block.attn(block.norm1(x), 3)
    torch.testing.assert_close(block(tokens, 3), x + block.mlp(block.norm2(x)))
    assert (block.timeattn.along, block.attn.along) == ('time', 'space')
    assert {block.norm1.eps, block.norm2.eps, block.norm3.eps} == {1e-5}


def test_the_class_token_alone_is_the_first_of_all():
    block, tokens = build(), torch.randn(2, 1 + 3 * 4, 8, dtype=torch.float64)
    torch.testing.assert_close(block(tokens, 3, cls_only=True), block(tokens, 3)[:, :1])


def test_the_branch_along_time_is_never_dropped():
    block, tokens = DividedBlock(8, 2, drop_path_rate=0.999999), torch.randn(2, 1 + 3 * 4, 8)
    torch.testing.assert_close(block(tokens, 3), tokens + block.timeattn(block.norm3(tokens), 3))
