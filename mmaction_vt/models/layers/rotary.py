"""Rotary position embedding along time, height and width."""

import torch
from torch import Tensor

from .attention import Attention, merge_heads

BASE = 10000.0


def rotary_table(positions: tuple[Tensor, Tensor, Tensor], head_dims: int, interleaved: bool = False) -> Tensor:
    """Cosines and signed sines of a grid of tokens, for ``rotate_pairs`` (Su et al., 2021, section 3.4.2).

    A head's channels are divided among the three axes; those that are left over do not turn. Neighbouring channels make
    a pair, which turns by the position along its axis times a frequency.

    Args:
        positions: Positions along time (T,), height (H,) and width (W,).
        head_dims: Channels D of a head.
        interleaved: Whether both channels of a pair have the same frequency, as a rotation does. Otherwise the
            frequencies of an axis are repeated as a whole, so that the two turn at different rates: so V-JEPA 2 was
            trained.

    Returns:
        (2, T * H * W, D), float32: cosines, and sines that are negative at even channels.
    """
    dims = 2 * (head_dims // 3 // 2)  # of an axis
    device = positions[0].device
    rates = BASE ** (-torch.arange(dims // 2, device=device, dtype=torch.float32) / (dims / 2))
    rates = rates.repeat_interleave(2) if interleaved else rates.repeat(2)
    sizes = [len(axis) for axis in positions]
    angles = torch.zeros(*sizes, head_dims, device=device)
    for index, axis in enumerate(positions):
        shape = [-1 if index == other else 1 for other in range(3)]
        angles[..., index * dims : (index + 1) * dims] = (axis.float()[:, None] * rates).view(*shape, dims)
    angles = angles.flatten(0, 2)
    signs = torch.tensor((-1.0, 1.0), device=device).repeat(head_dims // 2)
    sines = angles.sin()
    sines[:, : len(signs)] *= signs
    return torch.stack((angles.cos(), sines))


def rotate_pairs(x: Tensor, table: Tensor) -> Tensor:
    """Rotate each pair of neighbouring channels; in place where no gradient needs the input.

    Args:
        x: (..., L, heads, D).
        table: What ``rotary_table`` returns for L tokens, or such tables of N samples (2, N, L, D).
    """
    cosines, sines = table.to(x.dtype).unsqueeze(-2)  # each (L, 1, D)
    partners = x.unflatten(-1, (-1, 2)).flip(-1).flatten(-2)
    if x.requires_grad:
        return torch.addcmul(x * cosines, partners, sines)
    return x.mul_(cosines).addcmul_(partners, sines)


class RotaryAttention(Attention):
    """Self-attention whose queries and keys are rotated by the positions of their tokens (Su et al., 2021).

    Shapes: (B, L, C) and a table (2, L, C / heads) to (B, L, C).

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads, of an even number of channels.
        qkv_bias: Whether the joint projection has a bias.
        attn_drop_rate: Dropout on the attention weights.
        drop_rate: Dropout after the output projection.

    Raises:
        InputError: If ``dims`` is not divisible by ``num_heads``.
    """

    def project_rotated(self, x: Tensor, table: Tensor) -> tuple[Tensor, ...]:
        """Rotated queries and keys, and values, of tokens (B, L, C), each (B, heads, L, C / heads)."""
        qkv = self.qkv(x).unflatten(2, (3, self.num_heads, -1))  # (B, L, 3, heads, C / heads)
        queries_and_keys = rotate_pairs(qkv[:, :, :2].flatten(2, 3), table)
        q, k = queries_and_keys.unflatten(2, (2, -1)).permute(2, 0, 3, 1, 4)
        return q, k, qkv[:, :, 2].transpose(1, 2)

    def forward(self, x: Tensor, table: Tensor) -> Tensor:  # type: ignore[override]
        """Attend.

        Args:
            x: The tokens.
            table: What ``rotary_table`` returns for their positions.
        """
        return self.project_out(merge_heads(self.attend(*self.project_rotated(x, table))))
