"""Resizing of learned space and time embeddings."""

from math import prod

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor


def resize_grid_embed(embed: Tensor, old_grid: tuple[int, int], new_grid: tuple[int, int], mode: str) -> Tensor:
    """Resize the embeddings of a grid of patches; the class token's is kept.

    Args:
        embed: (1, 1 + h * w, C), the class token first, then the grid row by row.
        old_grid: (h, w).
        new_grid: (h', w').
        mode: ``nearest`` or ``bicubic``.

    Returns:
        (1, 1 + h' * w', C).
    """
    if old_grid == new_grid:
        return embed
    cls_embed, grid_embed = embed[:, :1], embed[:, 1:]
    grid_embed = grid_embed.transpose(1, 2).unflatten(2, old_grid)
    grid_embed = F.interpolate(grid_embed, size=new_grid, mode=mode)
    return torch.cat((cls_embed, grid_embed.flatten(2).transpose(1, 2)), dim=1)


def resize_time_embed(embed: Tensor, num_frames: int) -> Tensor:
    """Resize the embeddings of frames, (1, T, C), to (1, ``num_frames``, C) by nearest neighbour."""
    if embed.shape[1] == num_frames:
        return embed
    return F.interpolate(embed.transpose(1, 2), size=num_frames, mode='nearest').transpose(1, 2)


def resize_joint_embed(embed: Tensor, old: tuple[int, int, int], new: tuple[int, int, int], mode: str) -> Tensor:
    """Resize space-time embeddings: along space as ``mode`` says, then along time by nearest neighbour.

    Args:
        embed: (1, 1 + T * h * w, C), the class token first, then frame after frame, each row by row; or without the
            class token.
        old: (T, h, w).
        new: (T', h', w').
        mode: ``nearest`` or ``bicubic``.

    Returns:
        (1, 1 + T' * h' * w', C), or without the class token.
    """
    if old == new:
        return embed
    cls_tokens = embed.shape[1] - prod(old)
    frames, height, width = old
    patches = rearrange(embed[0, cls_tokens:], '(t h w) c -> t c h w', t=frames, h=height, w=width)
    if old[1:] != new[1:]:
        patches = F.interpolate(patches, size=new[1:], mode=mode)
    patches = resize_time_embed(rearrange(patches, 't c h w -> 1 t (c h w)'), new[0])
    patches = rearrange(patches, '1 t (c p) -> 1 (t p) c', c=embed.shape[2])
    return torch.cat((embed[:, :cls_tokens], patches), dim=1)
