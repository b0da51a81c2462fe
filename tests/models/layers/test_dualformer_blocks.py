"""DualFormer's block, position convolution and patch embedding."""

import torch

from mmaction_vt.models.layers import (
    Downsample,
    GlobalPyramidAttention,
    LocalWindowAttention,
    PositionConv,
    StratifiedBlock,
)


def video():
    torch.manual_seed(1)
    return torch.randn(2, 4, 6, 4, 8, dtype=torch.float64)


def test_a_block_is_the_pre_norm_block_over_a_video():
    torch.manual_seed(0)
    block, x = StratifiedBlock(8, LocalWindowAttention(8, 2, (2, 3, 2)), mlp_ratio=2.0).double(), video()
    middle = x + block.attn(block.norm1(x))
    torch.testing.assert_close(block(x), middle + block.mlp(block.norm2(middle)))


def test_activation_checkpointing_counts_a_batch_once():
    results = []
    for with_cp in (False, True):
        torch.manual_seed(0)
        attention = GlobalPyramidAttention(8, 2, (2, 3, 2), ((1, 2, 2), (2, 3, 2)))
        block = StratifiedBlock(8, attention, with_cp=with_cp).double().train()
        block(video()).square().sum().backward()
        results.append([parameter.grad for parameter in block.parameters()] + list(block.buffers()))
    for plain, checkpointed in zip(*results, strict=True):
        torch.testing.assert_close(plain, checkpointed)


def test_positions_see_their_neighbours_alone_and_borders_are_zero():
    torch.manual_seed(0)
    layer, x = PositionConv(8).double(), video()
    changed = x.clone()
    changed[0, 0, 2, 3] += 1
    differs = ((layer(changed) - layer(x)).abs().sum(-1) > 1e-9).nonzero()
    assert differs.tolist() == [[0, t, h, w] for t in (0, 1) for h in (1, 2, 3) for w in (2, 3)]


def test_downsampling_is_the_strided_convolution_and_a_norm():
    torch.manual_seed(0)
    layer, x = Downsample(8, 12, (2, 3, 2)).double(), video()
    plain = layer.norm(layer.proj(x.permute(0, 4, 1, 2, 3)).permute(0, 2, 3, 4, 1))
    torch.testing.assert_close(layer(x), plain)
