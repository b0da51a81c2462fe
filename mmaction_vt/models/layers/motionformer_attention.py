"""Motionformer's divided attention: along time or along space, with the class token."""

from typing import Any

import torch
from torch import Tensor

from .attention import MultiHeadAttention, merge_heads


class DividedAttention(MultiHeadAttention):
    """Attention along one axis of a video, as in Motionformer's baseline (Patrick et al., 2021, section 4).

    Shapes: (B, 1 + F * P, C) to (B, 1 + F * P, C): the class token, then F frames of P patches.

    A patch attends to the patches of its group and to the class token; the class token attends to all tokens.

    Args:
        *args: Those of ``MultiHeadAttention``.
        along: ``time``: a group is the patches at one spatial position in all frames; ``space``: those of one frame.
        **options: Those of ``MultiHeadAttention``.
    """

    def __init__(self, *args: Any, along: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.along = along

    def forward(self, x: Tensor, num_frames: int, cls_only: bool = False) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            num_frames: F.
            cls_only: Whether only the class token attends, and (B, 1, C) is returned.
        """
        if cls_only:
            return self.attend_first(x)
        q, k, v = self.project_qkv(x)
        cls_out = merge_heads(self.attend(q[:, :, :1], k, v))
        queries, *groups = (self.group_patches(tokens[:, :, 1:], num_frames) for tokens in (q, k, v))
        keys, values = (with_class_token(tokens, group) for tokens, group in zip((k, v), groups, strict=True))
        out = merge_heads(self.attend(queries.flatten(0, 1), keys, values))
        out = out.unflatten(0, (x.shape[0], -1))  # (B, groups, members, C)
        out = (out.transpose(1, 2) if self.along == 'time' else out).flatten(1, 2)
        return self.project_out(torch.cat((cls_out, out), dim=1))

    def group_patches(self, patches: Tensor, num_frames: int) -> Tensor:
        """Patches (B, heads, F * P, D) as (B, groups, heads, members, D)."""
        patches = patches.unflatten(2, (num_frames, -1))  # (B, heads, F, P, D)
        return patches.permute((0, 3, 1, 2, 4) if self.along == 'time' else (0, 2, 1, 3, 4))


def with_class_token(tokens: Tensor, groups: Tensor) -> Tensor:
    """Groups with the class token in front of each.

    Args:
        tokens: All tokens (B, heads, 1 + F * P, D), the class token first.
        groups: Their patches (B, groups, heads, members, D).

    Returns:
        (B * groups, heads, 1 + members, D).
    """
    cls_token = tokens[:, None, :, :1].expand(-1, groups.shape[1], -1, -1, -1)
    return torch.cat((cls_token, groups), dim=3).flatten(0, 1)
