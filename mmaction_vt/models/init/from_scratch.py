"""Initialisation for training from scratch."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import InputError
from ...registry import WEIGHT_INITIALIZERS
from ..layers import FactorisedDotProductAttention, TrajectoryAttention, sinusoids


@WEIGHT_INITIALIZERS.register_module()
class FromScratch:
    """Initialisation for training without a pretrained image model, as ``init_cfg`` of a backbone.

    The published initialisation is made for fine-tuning: the model treats every frame as the image model does, and
    ignores their order. Trained from scratch, such a model takes long to learn from order. This one gives

    - the space and time embeddings sinusoids along their axes, of the same scale as the patch embeddings;
    - the linear layers, those after temporal attention included, Xavier's weights (Glorot and Bengio, 2010);
    - the heads of temporal attention queries and keys that attend to neighbouring frames: the first head to the
      previous frame, the second to the next, the third to the one before the previous, and so on. Motion is the
      difference between neighbouring frames, so the first block has features of it from the start.

    It is for TimeSformer's attention along time, Motionformer's along time and along trajectories, and ViViT's along
    time (Models 2 to 4). Layers that a backbone lacks are skipped: the same ``init_cfg`` is for all kinds of attention.

    Args:
        embed_rms: Root mean square of the embeddings.
        neighbour_gain: Scale of the queries and keys that attend to neighbouring frames; 0 for none.
        noise_gain: Gain of the random part of those queries and keys.

    Raises:
        InputError: If the channels of the embeddings are no multiple of 4.
    """

    def __init__(self, embed_rms: float = 1.0, neighbour_gain: float = 1.5, noise_gain: float = 0.5) -> None:
        self.embed_rms = embed_rms
        self.neighbour_gain = neighbour_gain
        self.noise_gain = noise_gain

    def __call__(self, module: Any) -> None:
        anywhere = next(module.parameters(), None)
        if anywhere is None:
            return
        # The runner initialises models on the device that they are trained on.
        with torch.no_grad(), anywhere.device:
            self.initialise(module)

    def initialise(self, module: Any) -> None:
        """Set a backbone's weights; tensors are made on the default device, which must be the backbone's."""
        for layer in module.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
        num_frames = self.set_embeddings(module)
        if not num_frames:
            return
        for block in module.blocks:
            along_time = getattr(block, 'temporal_attn', getattr(block, 'timeattn', None))
            if along_time is not None:
                self.attend_to_neighbours(along_time.qkv, along_time.num_heads, num_frames)
            elif isinstance(block.attn, TrajectoryAttention):
                self.follow_trajectories(block.attn, num_frames)
            elif isinstance(block.attn, FactorisedDotProductAttention):
                heads = block.attn.num_heads
                self.attend_to_neighbours(block.attn.qkv, heads, num_frames, first_head=heads // 2)
        for block in getattr(module, 'temporal_blocks', ()):
            self.attend_to_neighbours(block.attn.qkv, block.attn.num_heads, num_frames)

    def set_embeddings(self, backbone: Any) -> int:
        """Set a backbone's position embeddings, and return the number of frames that they have; 0 for none."""
        if hasattr(backbone, 'st_embed'):
            patches = grid_waves(backbone.grid, backbone.st_embed.shape[-1])
            frames = waves(backbone.st_embed.shape[1] // len(patches), patches.shape[1])
            embed = self.embed_rms * (frames[:, None] + patches).flatten(0, 1)
            backbone.st_embed[0, -len(embed) :] = embed  # after the class token's, if there is one
            return len(frames)
        if hasattr(backbone, 'pos_embed'):
            backbone.pos_embed[:, 1:] = self.embed_rms * grid_waves(backbone.grid, backbone.pos_embed.shape[-1])
        if hasattr(backbone, 'temporal_embed'):
            num_frames, dims = backbone.temporal_embed[0, 1:].shape
            backbone.temporal_embed[0, 1:] = self.embed_rms * waves(num_frames, dims)
            return int(num_frames)
        time_embed = getattr(backbone, 'time_embed', getattr(backbone, 'temp_embed', None))
        if time_embed is None:
            return 0
        _, num_frames, dims = time_embed.shape
        time_embed.copy_(self.embed_rms * waves(num_frames, dims))
        return int(num_frames)

    def follow_trajectories(self, attention: TrajectoryAttention, num_frames: int) -> None:
        """Let trajectories start at the same patch in every frame, and their second step attend to neighbouring frames.

        Along space, a head's queries and keys are the same subset of the channels, so that a patch attends to patches
        that are similar in position and appearance. The values are a rotation of the tokens, which the projections to
        queries and keys of the second step undo.
        """
        dims = attention.proj_q.in_features
        share = self.neighbour_gain * torch.eye(dims).unflatten(0, (-1, attention.num_heads)).transpose(0, 1)
        query, key, _ = attention.qkv.weight.unflatten(0, (3, attention.num_heads, -1))  # each (heads, C / heads, C)
        query.mul_(self.noise_gain).add_(share)
        key.mul_(self.noise_gain).add_(share)
        values = attention.qkv.weight[2 * dims :]
        nn.init.orthogonal_(values)
        joint = nn.Linear(dims, 3 * dims)
        joint.weight.copy_(torch.cat((attention.proj_q.weight, attention.proj_kv.weight)))
        self.attend_to_neighbours(joint, attention.num_heads, num_frames)
        query, key, _ = joint.weight.split(dims)
        attention.proj_q.weight.copy_(query @ values.T)
        attention.proj_kv.weight[:dims] = key @ values.T

    def attend_to_neighbours(self, qkv: nn.Linear, heads: int, num_frames: int, first_head: int = 0) -> None:
        """Make each head attend to the frame at a distance of its own, by the sinusoids of the time embedding.

        Each head has a subset of the frequencies. A query is these sinusoids; a key is the same, with the phase of each
        shifted by that distance. Their product is largest where the frames have that distance.

        Args:
            qkv: The joint projection, of which queries and keys are set.
            heads: Number of heads.
            num_frames: Frames of the time embedding.
            first_head: The first head that attends along time.
        """
        dims = qkv.in_features
        speeds = wave_speeds(num_frames, dims // 2)
        query, key, _ = qkv.weight.unflatten(0, (3, heads, -1))  # each (heads, C / heads, C)
        query[first_head:] *= self.noise_gain
        key[first_head:] *= self.noise_gain
        for head in range(first_head, heads):
            distance = neighbour_distance(head - first_head)
            for row, wave in enumerate(range(head, dims // 2, heads)):
                sine, cosine = wave, dims // 2 + wave
                rows = torch.tensor([2 * row, 2 * row + 1])
                columns = torch.tensor([sine, cosine])
                if rows[1] >= query.shape[1]:
                    break
                angle = speeds[wave] * distance
                turn = torch.tensor([[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]])
                query[head][rows[:, None], columns] += self.neighbour_gain * torch.eye(2)
                key[head][rows[:, None], columns] += self.neighbour_gain * turn


def neighbour_distance(head: int) -> int:
    """-1, 1, -2, 2, ... frames for the heads 0, 1, 2, 3, ..."""
    return (head // 2 + 1) * (1 if head % 2 else -1)


def wave_speeds(length: int, count: int) -> Tensor:
    """Radians per step of ``count`` sinusoids, from half a period along the axis to a period in two steps."""
    return 2 * math.pi * torch.logspace(math.log10(0.5), math.log10(length / 2), count) / length


def waves(length: int, dims: int) -> Tensor:
    """Sines, then cosines, along an axis: (length, dims), with a root mean square of 1."""
    return math.sqrt(2) * sinusoids(torch.arange(length) + 0.5, wave_speeds(length, dims // 2)).transpose(1, 2).flatten(
        1
    )


def grid_waves(grid: tuple[int, int], dims: int) -> Tensor:
    """Sinusoids along the height of a grid in half of the channels, along its width in the others: (H * W, dims).

    Raises:
        InputError: If ``dims`` is no multiple of 4.
    """
    if dims % 4:
        raise InputError(f'FromScratch needs embed_dims that are a multiple of 4, got {dims}')
    height, width = grid
    rows, columns = waves(height, dims // 2), waves(width, dims // 2)
    return torch.cat((rows.repeat_interleave(width, 0), columns.repeat(height, 1)), dim=1)
