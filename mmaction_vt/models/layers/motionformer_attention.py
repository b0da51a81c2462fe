"""Attention within groups of tokens that all share the class token."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .attention import Attention


class DividedAttention(Attention):
    """Attention along one axis of a video, as Motionformer's baseline has it (Patrick et al., 2021, section 4).

    Shapes: (B, 1 + F * P, C) to (B, 1 + F * P, C): the class token, then F frames of P patches.

    A patch attends to the patches of its group and to the class token; the class token attends to everything.
    """

    def forward(self, x: Tensor, num_frames: int, along: str, first_only: bool = False) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            num_frames: F.
            along: ``time``: a group is one place in all frames; ``space``: a group is one frame.
            first_only: Whether only the class token is wanted, and (B, 1, C) is returned.
        """
        if first_only:
            return super().forward(x, first_only=True)
        drop_rate = self.attn_drop_rate if self.training else 0.0
        q, k, v = self.project_qkv(x)
        cls_out = F.scaled_dot_product_attention(q[:, :, :1], k, v, dropout_p=drop_rate).transpose(1, 2)
        groups = [self.group_patches(tokens, num_frames, along) for tokens in (q, k, v)]
        keys = [
            torch.cat((tokens[:, None, :, :1].expand(-1, group.shape[1], -1, -1, -1), group), dim=3).flatten(0, 1)
            for tokens, group in zip((k, v), groups[1:], strict=True)
        ]
        out = F.scaled_dot_product_attention(groups[0].flatten(0, 1), *keys, dropout_p=drop_rate)
        out = out.unflatten(0, groups[0].shape[:2])  # (B, groups, heads, members, C / heads)
        out = out.permute((0, 3, 1, 2, 4) if along == 'time' else (0, 1, 3, 2, 4)).flatten(1, 2)
        return self.proj_drop(self.proj(torch.cat((cls_out, out), dim=1).flatten(2)))

    @staticmethod
    def group_patches(tokens: Tensor, num_frames: int, along: str) -> Tensor:
        """Patches (B, groups, heads, members, C / heads) of (B, heads, 1 + F * P, C / heads)."""
        patches = tokens[:, :, 1:].unflatten(2, (num_frames, -1))  # (B, heads, F, P, C / heads)
        return patches.permute((0, 3, 1, 2, 4) if along == 'time' else (0, 2, 1, 3, 4))
