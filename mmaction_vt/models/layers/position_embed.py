"""Resizing of learned space and time embeddings."""

from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor


def resize_grid_embed(embed: Tensor, old_grid: tuple[int, int], new_grid: tuple[int, int], mode: str) -> Tensor:
    """Fit a class token's and a grid's embeddings to another grid; the class token's is kept.

    Args:
        embed: (1, 1 + h * w, C), the class token first, then the grid row by row.
        old_grid: (h, w).
        new_grid: Height and width of the grid that is wanted.
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
    """Fit (1, T, C) to ``num_frames`` time steps by nearest neighbour."""
    if embed.shape[1] == num_frames:
        return embed
    return F.interpolate(embed.transpose(1, 2), size=num_frames, mode='nearest').transpose(1, 2)


def resize_joint_embed(embed: Tensor, old: tuple[int, int, int], new: tuple[int, int, int], mode: str) -> Tensor:
    """Fit embeddings of every time and place to others: space as ``mode`` says, then time by nearest neighbour.

    Args:
        embed: (1, 1 + T * h * w, C), the class token first, then frame after frame, each row by row; or without the
            class token.
        old: (T, h, w).
        new: The times, height and width that are wanted.
        mode: ``nearest`` or ``bicubic``.

    Returns:
        (1, 1 + T' * h' * w', C), or without the class token.
    """
    if old == new:
        return embed
    cls_tokens = embed.shape[1] - prod(old)
    patches = embed[0, cls_tokens:].unflatten(0, old).permute(0, 3, 1, 2)  # (T, C, h, w)
    if old[1:] != new[1:]:
        patches = F.interpolate(patches, size=new[1:], mode=mode)
    patches = patches.flatten(1)[None]  # (1, T, C * h' * w')
    patches = resize_time_embed(patches, new[0]).unflatten(2, (embed.shape[2], -1))  # (1, T', C, h' * w')
    return torch.cat((embed[:, :cls_tokens], patches.transpose(2, 3).flatten(1, 2)), dim=1)
