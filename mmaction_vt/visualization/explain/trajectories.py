"""Where Motionformer's attention follows a point through a clip (Patrick et al., 2021, section 3.2 and figure 1)."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ...models.backbones import Motionformer
from .layers import check_head, default_layer, find_block
from .rollout import describe, record_inputs, token_grid


class Trajectories(NamedTuple):
    """Attributes:
    paths: Where each point is in each frame, x and y in pixels, (points, T, 2).
    maps: What it attends to along space at each of F times, (points, F, H', W'); each time's sum is 1.
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
    """The trajectories of points in one frame of a clip.

    The query of the point's patch asks the patches of every time apart (equation 3). The mean of their places, weighted
    by what attention each has beyond an even share, moves from time to time, and the path moves as much, from the point
    where it is at its own time. Between times it is straight.

    Args:
        model: A recognizer with a Motionformer whose ``attention_type`` is ``trajectory``.
        clip: A normalised clip (1, 3, T, H, W).
        points: x and y in pixels, (points, 2).
        frame: The frame that the points are in.
        layer: A block, such as ``backbone/blocks/11``. Default: see ``layers.default_layer``.
        head: The head, from 0; the mean of all if it is not given.

    Raises:
        InputError: If there are no trajectories, or no such layer, head, frame or point.
    """
    backbone = model.backbone
    if not isinstance(backbone, Motionformer) or backbone.attention_type != 'trajectory':
        raise InputError(f'{describe(backbone)} has no trajectories, Motionformer with attention_type trajectory has')
    num_frames, height, width = clip.shape[2:]
    if not 0 <= frame < num_frames:
        raise InputError(f'there is no frame {frame}: the clip has {num_frames}, counted from 0')
    inside = (points >= 0).all(1) & (points[:, 0] < width) & (points[:, 1] < height)
    if not inside.all():
        x, y = points[~inside][0].tolist()
        raise InputError(f'point {x:g},{y:g} lies outside the frame as the model sees it, {width} x {height} pixels')
    attn = find_block(model, layer or default_layer(model)).attn
    check_head(attn, head)
    tokens, times = record_inputs(model, clip)[attn][:2]
    _, _, rows, columns = token_grid(backbone, clip)

    size = torch.tensor([width / columns, height / rows], device=clip.device)
    cell = (points.to(clip.device) / size).long()
    patch = frame // backbone.tubelet_size * rows * columns + cell[:, 1] * columns + cell[:, 0]
    q, k, _ = attn.project_qkv(tokens)
    heads = slice(None) if head is None else slice(head, head + 1)
    q, k = q[0, heads, 1:][:, patch], k[0, heads, 1:].unflatten(1, (times, -1))
    scores = torch.einsum('hqd,htpd->hqtp', q, k) * q.shape[-1] ** -0.5
    maps = scores.softmax(-1).mean(0)  # (points, F, P)

    places = torch.stack(torch.meshgrid(torch.arange(columns), torch.arange(rows), indexing='xy'), -1).flatten(0, 1)
    places = (places.to(size) + 0.5) * size
    more = (maps - 1 / maps.shape[-1]).clamp_min(0)
    at = more @ places / more.sum(-1, keepdim=True).clamp_min(1e-20)  # (points, F, 2)
    own_time = frame // backbone.tubelet_size
    at = at - at[:, own_time : own_time + 1] + points.to(at)[:, None]
    return Trajectories(between_times(at, num_frames), maps.unflatten(-1, (rows, columns)))


def between_times(at: Tensor, num_frames: int) -> Tensor:
    """Places in each frame, (points, T, 2), of places in each of F times, (points, F, 2)."""
    return F.interpolate(at.transpose(1, 2), size=num_frames, mode='linear').transpose(1, 2)
