"""Trajectories of points by Motionformer's attention (Patrick et al., 2021, section 3.2 and figure 1)."""

from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ...models.backbones import Motionformer
from .layers import check_head, default_layer, find_block
from .rollout import describe, record_inputs, token_grid


class Trajectories(NamedTuple):
    """Attributes:
    paths: Position of each point in each frame, x and y in pixels, (points, T, 2).
    maps: Its spatial attention in each of F frames of tokens, (points, F, H', W'), with a sum of 1 per frame.
    """

    paths: Tensor
    maps: Tensor


@torch.no_grad()
def trajectories(
    model: nn.Module,
    clip: Tensor,
    points: Tensor,
    frame: int,
    layer: str | None = None,
    head: int | None = None,
) -> Trajectories:
    """The trajectories of points given in one frame of a clip.

    The query of the point's patch attends to the patches of each frame separately (equation 3). The path follows the
    centroid of the patches, weighted by their attention in excess of a uniform distribution, and is shifted to pass
    through the point. It is interpolated linearly between frames of tokens.

    Args:
        model: A recognizer with a Motionformer whose ``attention_type`` is ``trajectory``.
        clip: A normalised clip (1, 3, T, H, W).
        points: x and y in pixels, (points, 2).
        frame: The frame of the points.
        layer: A block, such as ``backbone/blocks/11``. Default: see ``layers.default_layer``.
        head: The head, from 0. Default: the mean of all.

    Raises:
        InputError: If the model has no trajectories, or there is no such layer, head, frame or point.
    """
    backbone: Any = model.backbone
    if not isinstance(backbone, Motionformer) or backbone.attention_type != 'trajectory':
        raise InputError(f'{describe(backbone)} has no trajectories; use a Motionformer with attention_type trajectory')
    num_frames, height, width = clip.shape[2:]
    if not 0 <= frame < num_frames:
        raise InputError(f'frame {frame} is not one of the {num_frames} frames of the clip, numbered from 0')
    inside = (points >= 0).all(1) & (points[:, 0] < width) & (points[:, 1] < height)
    if not inside.all():
        x, y = points[~inside][0].tolist()
        raise InputError(f'point {x:g},{y:g} is outside the cropped frame of {width}x{height} pixels')
    attn: Any = find_block(model, layer or default_layer(model)).attn
    check_head(attn, head)
    tokens, token_frames = record_inputs(model, clip)[attn][:2]
    _, _, rows, columns = token_grid(backbone, clip)

    size = torch.tensor([width / columns, height / rows], device=clip.device)
    cell = (points.to(clip.device) / size).long()
    patch = frame // backbone.tubelet_size * rows * columns + cell[:, 1] * columns + cell[:, 0]
    q, k, _ = attn.project_qkv(tokens)
    heads = slice(None) if head is None else slice(head, head + 1)
    q, k = q[0, heads, 1:][:, patch], k[0, heads, 1:].unflatten(1, (token_frames, -1))
    scores = torch.einsum('hqd,htpd->hqtp', q, k) * q.shape[-1] ** -0.5
    maps = scores.softmax(-1).mean(0)  # (points, F, P)

    centers = torch.stack(torch.meshgrid(torch.arange(columns), torch.arange(rows), indexing='xy'), -1).flatten(0, 1)
    centers = (centers.to(size) + 0.5) * size
    excess = (maps - 1 / maps.shape[-1]).clamp_min(0)
    at = excess @ centers / excess.sum(-1, keepdim=True).clamp_min(1e-20)  # (points, F, 2)
    own_frame = frame // backbone.tubelet_size
    at = at - at[:, own_frame : own_frame + 1] + points.to(at)[:, None]
    return Trajectories(interpolate_frames(at, num_frames), maps.unflatten(-1, (rows, columns)))


def interpolate_frames(at: Tensor, num_frames: int) -> Tensor:
    """Positions (points, F, 2) in frames of tokens, interpolated to all frames (points, T, 2)."""
    return F.interpolate(at.transpose(1, 2), size=num_frames, mode='linear').transpose(1, 2)


def point_grid(count: int, width: int, height: int) -> np.ndarray:
    """A regular grid of points: x and y in pixels, (count * count, 2).

    Args:
        count: Points along each side.
        width: Width of the frame.
        height: Height of the frame.
    """
    middles = (np.arange(count) + 0.5) / count
    x, y = np.meshgrid(middles * width, middles * height)
    return np.stack((x.ravel(), y.ravel()), axis=1).astype(np.float32)
