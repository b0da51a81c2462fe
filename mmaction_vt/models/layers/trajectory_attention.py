"""Motionformer's trajectory attention, exact and at a fraction of the formula's cost."""

import torch
from torch import Tensor, nn

from .attention import MultiHeadAttention, merge_heads

# Largest number of elements of the trajectories that are held at once (256 MB in float32).
MOST_ELEMENTS = 1 << 26
# Largest number of elements of all heads' queries along time, in inference: what fits into the cache is faster.
MOST_CACHED = 2**21


class TrajectoryAttention(MultiHeadAttention):
    """Attention along the paths that patches take through a video (Patrick et al., 2021, section 3.2).

    Shapes: (B, 1 + F * P, C) to (B, 1 + F * P, C): the class token, then F frames of P patches.

    Along space, every patch attends to each frame separately (equation 3), which gives its trajectory, (F, C) for each
    patch. Along time, the patch's query, from the trajectory at its own frame, attends to its trajectory (equations 4
    and 5). The class token attends to all tokens, and is no key of the patches.

    Written out, the second step projects the trajectories to keys and values, half of the network's arithmetic. The
    same result costs less: the key projection is moved to the query, since q . (W x + b) = (W^T q) . x + q . b, and the
    value projection is applied after the sum over frames.

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads.
        qkv_bias: Whether the first joint projection has a bias.
        attn_drop_rate: Dropout on the attention weights along space.
        drop_rate: Dropout after the output projection.
        project_values: Whether trajectories are projected to values along time, as the paper's formula has it. All
            published checkpoints were trained with code that sums them unprojected.
        approximation: What replaces attention along space, a layer of ``attention_approximations``; exact if omitted.
            It has no dropout on attention weights.

    Attributes:
        in_parts: Whether the samples of a batch are processed one by one, so that few trajectories are held at once. A
            graph traced so is fixed to the batch size that it was traced with.
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

    def forward(self, x: Tensor, num_frames: int, cls_only: bool = False) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            num_frames: F.
            cls_only: Whether only the class token's output is returned, (B, 1, C).
        """
        if cls_only and not self.training:  # in training every parameter takes part, as distributed training expects
            return self.attend_first(x)
        q, k, v = self.project_qkv(x)
        cls_out = merge_heads(self.attend(q[:, :, :1], k, v))
        q, k, v = (tokens[:, :, 1:] for tokens in (q, k, v))
        if self.in_parts:
            # One sample after the other: trajectories are F times as large as the tokens.
            samples = zip(q.split(1), k.split(1), v.split(1), strict=True)
            out = torch.cat([self.along_trajectories(*sample, num_frames=num_frames) for sample in samples])
        else:
            out = self.along_trajectories(q, k, v, num_frames)
        if cls_only:
            # The patches' share is zero: it keeps the parameters in the graph.
            return self.project_out(cls_out + 0.0 * out.sum((1, 2), keepdim=True))
        return self.project_out(torch.cat((cls_out, out), dim=1))

    def along_trajectories(self, q: Tensor, k: Tensor, v: Tensor, num_frames: int) -> Tensor:
        """Both steps for the patches, (B, F * P, C), for the queries of as many frames at once as memory allows.

        Args:
            q: Queries, (B, heads, F * P, C / heads); B is 1 where ``in_parts``.
            k: Keys, likewise.
            v: Values, likewise.
            num_frames: F.
        """
        q, k, v = (tokens.unflatten(2, (num_frames, -1)) for tokens in (q, k, v))  # (B, heads, F, P, C / heads)
        k, v = (tokens.permute(2, 0, 1, 3, 4).flatten(1, 2) for tokens in (k, v))  # (F, B * heads, P, C / heads)
        chunk = num_frames
        if self.in_parts and self.approximation is None:
            chunk = max(1, MOST_ELEMENTS // q.numel())  # the trajectories of one frame's patches
        out = []
        for first_frame in range(0, num_frames, chunk):
            frames = slice(first_frame, first_frame + chunk)
            queries = q[:, :, frames]
            trajectories = self.along_space(queries.flatten(2, 3).flatten(0, 1), k, v)  # (F, B * frames * P, C)
            own = trajectories.unflatten(1, (-1, *queries.shape[2:4]))[frames].diagonal(dim1=0, dim2=2)
            out += self.along_time_in_parts(trajectories, own.permute(0, 3, 1, 2).flatten(0, 2))
        return torch.cat(out).unflatten(0, (q.shape[0], -1))

    def along_space(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Trajectories (F, B * S, C): what each patch attends to in each frame.

        Args:
            q: Queries of S patches, (B * heads, S, C / heads).
            k: Keys of all patches, (F, B * heads, P, C / heads).
            v: Values, likewise.
        """
        if self.approximation is not None:
            found = self.approximation(q, k, v)
        else:
            found = self.attend(q.expand(len(k), -1, -1, -1), k, v)
        return found.unflatten(1, (-1, self.num_heads)).transpose(2, 3).flatten(1, 2).flatten(2)

    def along_time_in_parts(self, trajectories: Tensor, own: Tensor) -> list[Tensor]:
        """What ``along_time`` returns, in parts that fit into the cache; in training, in one, which is faster there."""
        if torch.is_grad_enabled() or not self.in_parts:
            return [self.along_time(trajectories, own)]
        patches = max(1, MOST_CACHED // (self.num_heads * own.shape[1]))
        parts = zip(trajectories.split(patches, dim=1), own.split(patches), strict=True)
        return [self.along_time(*part) for part in parts]

    def along_time(self, trajectories: Tensor, own: Tensor) -> Tensor:
        """Each patch's trajectory, summed over frames with the attention weights of its query.

        Args:
            trajectories: Of S patches, (F, S, C).
            own: Each trajectory at its patch's own frame, (S, C), of which the query is made.

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
