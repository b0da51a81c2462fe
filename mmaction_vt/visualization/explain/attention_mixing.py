"""Attention layers as linear maps A of tokens.

The matrix A is never built. ``mix`` computes A U for columns U; a row of A (what the class token attends to) is the
gradient of that row of A U with respect to U.
"""

from functools import singledispatch
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...models.layers import (
    Attention,
    DividedAttention,
    FactorisedDotProductAttention,
    GlobalPyramidAttention,
    LocalWindowAttention,
    MultiHeadAttention,
    RotaryAttention,
    TrajectoryAttention,
    from_windows,
    to_windows,
)
from ...models.layers.motionformer_attention import with_class_token

ATTENTION_LAYERS = (MultiHeadAttention, GlobalPyramidAttention)


@singledispatch
def mix(attn: nn.Module, inputs: tuple, columns: Tensor, head: int | None = None) -> Tensor:
    """A U: attention weights, of one head or the mean of all, times columns.

    Args:
        attn: An attention layer.
        inputs: The arguments it was called with; the first are the tokens.
        columns: U, shaped like the tokens, with any number of columns instead of channels.
        head: The head. Default: the mean of all.
    """
    raise NotImplementedError(type(attn).__name__)


@mix.register
def _(attn: Attention, inputs: tuple, columns: Tensor, head: int | None = None) -> Tensor:
    q, k, _ = attn.project_qkv(inputs[0])
    if attn.batch_first:
        return weigh(q, k, columns, head)
    return weigh(q, k, columns.transpose(0, 1), head).transpose(0, 1)


@mix.register
def _(attn: RotaryAttention, inputs: tuple, columns: Tensor, head: int | None = None) -> Tensor:
    q, k, _ = attn.project_rotated(*inputs)
    return weigh(q, k, columns, head)


@mix.register
def _(attn: LocalWindowAttention, inputs: tuple, columns: Tensor, head: int | None = None) -> Tensor:
    q, k, _ = attn.project_qkv(to_windows(inputs[0], attn.window))
    mixed = weigh(q, k, to_windows(columns, attn.window), head)
    return from_windows(mixed, attn.window, columns.shape)


@mix.register
def _(attn: GlobalPyramidAttention, inputs: tuple, columns: Tensor, head: int | None = None) -> Tensor:
    """A token of the pyramid is taken to be the mean of the tokens in the receptive field of its convolutions."""
    tokens = inputs[0]
    q = attn.q(tokens.flatten(1, 3)).unflatten(2, (attn.num_heads, -1)).transpose(1, 2)
    k, _ = attn.kv(attn.pyramid(tokens)).unflatten(2, (2, attn.num_heads, -1)).permute(2, 0, 3, 1, 4)
    video = columns.permute(0, 4, 1, 2, 3)
    levels = [F.avg_pool3d(video, attn.sr.stride) if attn.has_fine_level else video]
    if attn.has_coarse_level:
        convs: Any = attn.lr
        levels.append(F.avg_pool3d(F.avg_pool3d(video, convs[0].stride), convs[-1].stride))
    pyramid = torch.cat([level.flatten(2) for level in levels], dim=2).transpose(1, 2)
    return weigh(q, k, pyramid, head).view(columns.shape)


@mix.register
def _(attn: DividedAttention, inputs: tuple, columns: Tensor, head: int | None = None) -> Tensor:
    tokens, num_frames = inputs[:2]
    q, k, _ = attn.project_qkv(tokens)
    cls_out = weigh(q[:, :, :1], k, columns, head)
    parts = (q, k, columns[:, None])
    q, patches, own = (attn.group_patches(part[:, :, 1:], num_frames) for part in parts)
    k = with_class_token(k, patches)
    own = with_class_token(columns[:, None], own)[:, 0]
    mixed = weigh(q.flatten(0, 1), k, own, head).unflatten(0, (len(columns), -1))  # (B, groups, members, columns)
    mixed = mixed.transpose(1, 2) if attn.along == 'time' else mixed
    return torch.cat((cls_out, mixed.flatten(1, 2)), dim=1)


@mix.register
def _(attn: TrajectoryAttention, inputs: tuple, columns: Tensor, head: int | None = None) -> Tensor:
    """A patch's mixtures of each frame, weighted by its attention along time."""
    tokens, num_frames = inputs[:2]
    q, k, v = attn.project_qkv(tokens)
    out = [weigh(q[:, :, :1], k, columns, head)]
    patches = []
    for sample in range(len(tokens)):
        keys, values = (
            part[sample, :, 1:].unflatten(1, (num_frames, -1)).transpose(0, 1) for part in (k, v)
        )  # (F, heads, P, C / heads)
        trajectories = attn.along_space(q[sample, :, 1:], keys, values)  # (F, S, C)
        own = trajectories.unflatten(1, (num_frames, -1)).diagonal(dim1=0, dim2=1)  # (P, C, F)
        weights = attn.time_weights(trajectories, own.permute(2, 0, 1).flatten(0, 1)).detach()  # (S, heads, F)
        shares = columns[sample, 1:].unflatten(0, (num_frames, 1, -1)).expand(-1, attn.num_heads, -1, -1)
        found = attn.along_space(q[sample, :, 1:].detach(), keys.detach(), shares.contiguous())
        found = found.unflatten(2, (attn.num_heads, -1))  # (F, S, heads, columns)
        mixed = torch.einsum('shf,fshk->hsk', weights, found)
        patches.append(mixed.mean(0) if head is None else mixed[head])
    return torch.cat((*out, torch.stack(patches)), dim=1)


@mix.register
def _(attn: FactorisedDotProductAttention, inputs: tuple, columns: Tensor, head: int | None = None) -> Tensor:
    tokens, num_frames = inputs[:2]
    q, k, _ = (part.unflatten(2, (num_frames, -1)) for part in attn.project_qkv(tokens))  # (N, heads, F, P, C / heads)
    half = attn.num_heads // 2
    columns = columns.unflatten(1, (num_frames, -1))  # (N, F, P, columns)

    def along(heads: slice, axis: int, head: int | None) -> Tensor:
        queries, keys = (part[:, heads].movedim(axis, 2).transpose(1, 2).flatten(0, 1) for part in (q, k))
        groups = columns.movedim(axis - 1, 1)
        mixed = weigh(queries, keys, groups.flatten(0, 1), head).view(groups.shape)
        return mixed.movedim(1, axis - 1).flatten(1, 2)

    space, time = (slice(half), 2), (slice(half, None), 3)
    if head is not None:
        return along(*space, head) if head < half else along(*time, head - half)
    return (along(*space, None) + along(*time, None)) / 2


def weigh(q: Tensor, k: Tensor, columns: Tensor, head: int | None) -> Tensor:
    """softmax(q k^T / sqrt(D)) U, of one head or the mean of all, computed head by head to save memory.

    Args:
        q: Queries (B, heads, L, D).
        k: Keys (B, heads, M, D).
        columns: U, (B, M, columns).
        head: The head. Default: the mean of all.

    Returns:
        (B, L, columns).
    """
    heads = range(q.shape[1]) if head is None else [head]
    weights: Any = 0.0
    q, k = q.detach(), k.detach()
    for index in heads:
        scores = q[:, index] @ k[:, index].transpose(1, 2) * q.shape[-1] ** -0.5
        weights = weights + scores.softmax(-1)
    return (weights / len(heads)).to(columns) @ columns  # a backbone may compute in 16 bits
