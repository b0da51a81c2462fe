"""TimeSformer's divided space-time block; its formula is in tests/models/backbones/test_timesformer.py."""

import torch

from mmaction_vt.models.layers import DividedSpaceTimeBlock


def build(**options):
    """A block, and tokens (T, N, 1 + S, C) with equal copies of the class token."""
    torch.manual_seed(0)
    block = DividedSpaceTimeBlock(8, 2, **options).double()
    cls_token, patches = torch.randn(1, 2, 1, 8, dtype=torch.float64), torch.randn(3, 2, 4, 8, dtype=torch.float64)
    return block, torch.cat((cls_token.expand(3, -1, -1, -1), patches), dim=2)


def test_the_class_token_alone_is_that_of_all_tokens():
    block, tokens = build()
    out = block(tokens)
    torch.testing.assert_close(block(tokens, cls_only=True), out[:1, :, :1])
    torch.testing.assert_close(out[:, :, 0], out[:1, :, 0].expand(3, -1, -1))  # copies stay equal


def test_along_time_a_patch_sees_its_own_position_alone():
    block, tokens = build()
    torch.nn.init.zeros_(block.attn.proj.weight)
    changed = tokens.clone()
    changed[0, 0, 2] += torch.randn(8, dtype=torch.float64)
    differs = (block(changed) - block(tokens)).abs().sum(-1) > 1e-9
    assert differs.nonzero().tolist() == [[frame, 0, 2] for frame in range(3)]


def test_along_space_a_patch_sees_its_own_frame_alone():
    block, tokens = build()
    torch.nn.init.zeros_(block.temporal_fc.weight)
    changed = tokens.clone()
    changed[0, 0, 2] += torch.randn(8, dtype=torch.float64)
    differs = (block(changed) - block(tokens)).abs().sum(-1) > 1e-9
    assert differs[0, 0].all() and not differs[:, 1].any()
    assert differs[1:, 0].tolist() == [[True, False, False, False, False]] * 2  # and the class token, their mean
