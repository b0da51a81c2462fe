"""DualFormer's local windows and global pyramid."""

import torch

from mmaction_vt.models.layers import GlobalPyramidAttention, LocalWindowAttention, from_windows, to_windows

WINDOW, SHAPE = (2, 3, 2), (2, 4, 6, 4, 8)


def video():
    torch.manual_seed(1)
    return torch.randn(SHAPE, dtype=torch.float64)


def test_windows_are_blocks_of_the_video_and_back():
    x = video()
    windows = to_windows(x, WINDOW)
    assert windows.shape == (2 * 2 * 2 * 2, 12, 8)
    assert torch.equal(windows[8 + 2 * 2 + 2 * 1 + 1], x[1, 2:4, 3:6, 2:4].flatten(0, 2))
    assert torch.equal(from_windows(windows, WINDOW, x.shape), x)


def test_a_token_sees_its_own_window_alone():
    torch.manual_seed(0)
    attention, x = LocalWindowAttention(8, 2, WINDOW).double(), video()
    changed = x.clone()
    changed[0, 1, 4, 3] += torch.randn(8, dtype=torch.float64)
    differs = (attention(changed) - attention(x)).abs().sum(-1) > 1e-9
    expected = torch.zeros_like(differs)
    expected[0, 0:2, 3:6, 2:4] = True
    assert torch.equal(differs, expected)


def plain(attention, x):
    """All tokens to the pyramid's, head by head."""
    pyramid = attention.pyramid(x)
    q, (k, v) = attention.q(x.flatten(1, 3)), attention.kv(pyramid).chunk(2, dim=-1)
    heads = zip(*(part.chunk(attention.num_heads, dim=-1) for part in (q, k, v)), strict=True)
    out = [(q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(-1) @ v for q, k, v in heads]
    return attention.proj(torch.cat(out, dim=-1)).view(x.shape)


def test_every_token_attends_to_the_pyramid():
    torch.manual_seed(0)
    attention = GlobalPyramidAttention(8, 2, (2, 3, 2), ((1, 2, 2), (2, 3, 2))).double().eval()
    x = video()
    assert attention.pyramid(x).shape == (2, 2 * 2 * 2 + 2 * 1 * 1, 8)
    torch.testing.assert_close(attention(x), plain(attention, x))
    torch.testing.assert_close(attention(x, attention.pyramid(x)), attention(x))


def test_without_levels_it_is_attention_of_all_tokens():
    torch.manual_seed(0)
    attention, x = GlobalPyramidAttention(8, 2, (1, 1, 1)).double(), video()
    assert not hasattr(attention, 'norm')
    assert torch.equal(attention.pyramid(x), x.flatten(1, 3))
