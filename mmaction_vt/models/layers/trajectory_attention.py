"""Motionformer's trajectory attention, exact and without what its formula computes in vain."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import Attention

# Numbers that the trajectories of one sample may have at once (256 MB in float32).
MOST_ELEMENTS = 1 << 26
# Elements of what the heads ask for along time, in inference: what fits into a processor's cache is read back faster.
MOST_CACHED = 2**21


class TrajectoryAttention(Attention):
    """Attention along the paths that patches take through a video (Patrick et al., 2021, section 3.2).

    Shapes: (B, 1 + F * P, C) to (B, 1 + F * P, C): the class token, then F frames of P patches.

    Along space, every patch attends to each frame apart (equation 3): its trajectory, (F, C) for each patch. Along
    time, the patch's token in its own frame asks and its trajectory answers (equations 4 and 5). The class token
    attends to everything at once and is nobody's key in the first step.

    Written out, the second step projects the trajectories to keys and values, half of the whole network's arithmetic.
    The same numbers come cheaper: a key's weight moves to the query, since q . (W x + b) = (W^T q) . x + q . b, and a
    value's weight moves behind the sum over frames.

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads.
        qkv_bias: Whether the first joint projection has a bias.
        attn_drop_rate: Dropout on the attention weights along space.
        drop_rate: Dropout after the output projection.
        project_values: Whether trajectories are projected to values along time, as the paper's formula has it. All
            published checkpoints were trained with code that sums them unprojected.
        approximation: What stands in for attention along space, one of ``space_approximations``; exact without. It has
            no dropout on attention weights.

    Attributes:
        in_parts: Whether a batch is taken apart, sample by sample, so that few trajectories are held at once. A graph
            traced so is one for the batch that it was traced with.
    """

    def __init__(
        self,
        dims: int,
        num_heads: int,
        qkv_bias: bool = True,
        attn_drop_rate: float = 0.0,
        drop_rate: float = 0.0,
        project_values: bool = False,
        approximation: nn.Module | None = None,
    ) -> None:
        super().__init__(dims, num_heads, qkv_bias, attn_drop_rate, drop_rate)
        self.in_parts = True
        self.project_values = project_values
        self.approximation = approximation
        self.proj_q = nn.Linear(dims, dims)
        self.proj_kv = nn.Linear(dims, 2 * dims)

    def forward(self, x: Tensor, num_frames: int, first_only: bool = False) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            num_frames: F.
            first_only: Whether only the class token is wanted, and (B, 1, C) is returned.
        """
        drop_rate = self.attn_drop_rate if self.training else 0.0
        if first_only and not self.training:  # in training every parameter takes part, as distributed training wants
            return super().forward(x, first_only=True)
        q, k, v = self.project_qkv(x)
        cls_out = F.scaled_dot_product_attention(q[:, :, :1], k, v, dropout_p=drop_rate).transpose(1, 2).flatten(2)
        patches = [tokens[:, :, 1:] for tokens in (q, k, v)]
        if self.in_parts:
            # One sample after the other: trajectories are F times as large as the tokens.
            samples = zip(*(tokens.split(1) for tokens in patches), strict=True)
            out = torch.cat([self.along_trajectories(*sample, num_frames) for sample in samples])
        else:
            out = self.along_trajectories(*patches, num_frames)
        if first_only:
            # The patches' share is zero: it ties the parameters to the graph.
            cls_out = cls_out + 0.0 * out.sum((1, 2), keepdim=True)
            return self.proj_drop(self.proj(cls_out))
        return self.proj_drop(self.proj(torch.cat((cls_out, out), dim=1)))

    def along_trajectories(self, q: Tensor, k: Tensor, v: Tensor, num_frames: int) -> Tensor:
        """Both steps for the patches, (B, F * P, C); of one sample as many frames of queries at once as memory allows.

        Args:
            q: Queries, (B, heads, F * P, C / heads); B is 1 where ``in_parts``.
            k: Keys, likewise.
            v: Values, likewise.
            num_frames: F.
        """
        places = q.shape[2] // num_frames
        q, k, v = (tokens.unflatten(2, (num_frames, places)) for tokens in (q, k, v))
        k, v = (tokens.permute(2, 0, 1, 3, 4).flatten(1, 2) for tokens in (k, v))  # (F, B * heads, P, C / heads)
        at_once = num_frames
        if self.in_parts and self.approximation is None:
            at_once = max(1, MOST_ELEMENTS // q.numel())  # the trajectories of one frame's patches
        out = []
        for first_frame in range(0, num_frames, at_once):
            frames = slice(first_frame, first_frame + at_once)
            asking = q[:, :, frames]
            trajectories = self.along_space(asking.flatten(2, 3).flatten(0, 1), k, v)  # (F, B * frames * P, C)
            own = trajectories.unflatten(1, (-1, *asking.shape[2:4]))[frames].diagonal(dim1=0, dim2=2)
            out += self.along_time_in_parts(trajectories, own.permute(0, 3, 1, 2).flatten(0, 2))
        return torch.cat(out).unflatten(0, (-1, num_frames * places))

    def along_space(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Trajectories (F, B * S, C): what each patch finds in each frame.

        Args:
            q: Queries of S patches, (B * heads, S, C / heads).
            k: Keys of all patches, (F, B * heads, P, C / heads).
            v: Values, likewise.
        """
        if self.approximation is not None:
            found = self.approximation(q, k, v)
        else:
            q = q.expand(len(k), -1, -1, -1)
            drop_rate = self.attn_drop_rate if self.training else 0.0
            found = F.scaled_dot_product_attention(q, k, v, dropout_p=drop_rate)
        return found.unflatten(1, (-1, self.num_heads)).transpose(2, 3).flatten(1, 2).flatten(2)

    def along_time_in_parts(self, trajectories: Tensor, own: Tensor) -> list[Tensor]:
        """What ``along_time`` returns, in parts that stay in the cache. In training these cost more than they give."""
        if torch.is_grad_enabled() or not self.in_parts:
            return [self.along_time(trajectories, own)]
        patches = max(1, MOST_CACHED // (self.num_heads * own.shape[1]))
        parts = zip(trajectories.split(patches, dim=1), own.split(patches), strict=True)
        return [self.along_time(*part) for part in parts]

    def along_time(self, trajectories: Tensor, own: Tensor) -> Tensor:
        """Each patch's trajectory, summed as what it found in its own frame asks for.

        Args:
            trajectories: Of S patches, (F, S, C).
            own: What each of them found in its own frame, (S, C).

        Returns:
            (S, C).
        """
        dims = trajectories.shape[-1]
        weights = self.time_weights(trajectories, own).to(trajectories.dtype)  # (S, heads, F)
        if not self.project_values:
            values = trajectories.unflatten(-1, (self.num_heads, -1))
            return torch.einsum('shf,fshd->shd', weights, values).flatten(1)
        weight = self.proj_kv.weight[dims:].unflatten(0, (self.num_heads, -1))  # (heads, C / heads, C)
        sums = torch.bmm(weights, trajectories.transpose(0, 1))  # (S, heads, C)
        values = torch.bmm(sums.transpose(0, 1), weight.transpose(1, 2)).transpose(0, 1).flatten(1)
        return values + self.proj_kv.bias[dims:]

    def time_weights(self, trajectories: Tensor, own: Tensor) -> Tensor:
        """Attention weights along time, (S, heads, F); arguments as for ``along_time``."""
        dims = trajectories.shape[-1]
        query = self.proj_q(own).unflatten(-1, (self.num_heads, -1))
        weight = self.proj_kv.weight[:dims].unflatten(0, (self.num_heads, -1))  # (heads, C / heads, C)
        moved = torch.bmm(query.transpose(0, 1), weight)  # (heads, S, C)
        scores = torch.bmm(moved.transpose(0, 1), trajectories.permute(1, 2, 0))  # (S, heads, F)
        # The bias adds the same to every frame, which the softmax removes; it stays part of the formula.
        bias = self.proj_kv.bias[:dims].unflatten(0, (self.num_heads, -1))
        scores = scores + (query * bias).sum(-1, keepdim=True)
        return (scores * query.shape[-1] ** -0.5).softmax(-1)
