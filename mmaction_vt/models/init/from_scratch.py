"""Weights to start from."""

import math

import torch
from torch import Tensor, nn

from ...errors import InputError
from ...registry import WEIGHT_INITIALIZERS
from ..layers.vivit_blocks import FactorisedDotProductAttention


@WEIGHT_INITIALIZERS.register_module()
class FromScratch:
    """Weights for training without a pretrained image model, as ``init_cfg`` of a backbone.

    The published start is made for fine-tuning: every frame looks to the model as it does to the image model, which
    cannot tell the frames' order. Trained from scratch, such a model stays blind to order for long. This start gives

    - the space and time embeddings waves along their axes, as large as the patches' own embeddings;
    - the linear layers, the ones after temporal attention included, weights scaled to their width (Glorot and Bengio,
      2010);
    - the heads of temporal attention queries and keys that let a frame look at its neighbours: the first head at the
      frame before, the second at the frame after, the third at the one two before, and so on. Motion is what differs
      between a frame and its neighbours, so features of motion are at hand in the first block.

    It is for TimeSformer's attention along time, Motionformer's along time and along trajectories, and ViViT's along
    time (Models 2 to 4). What a module lacks is passed over: the same ``init_cfg`` serves all kinds of attention.

    Args:
        embed_rms: Root mean square of the embeddings.
        neighbour_gain: Scale of the queries and keys that look at neighbours, 0 for none.
        noise_gain: Gain of the random part of the queries and keys that look at neighbours.

    Raises:
        InputError: If the channels of the embeddings cannot be shared by waves: they are a multiple of 4.
    """

    def __init__(self, embed_rms: float = 1.0, neighbour_gain: float = 1.5, noise_gain: float = 0.5) -> None:
        self.embed_rms = embed_rms
        self.neighbour_gain = neighbour_gain
        self.noise_gain = noise_gain

    @torch.no_grad()
    def __call__(self, module: nn.Module) -> None:
        for layer in module.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
        num_frames = self.embed(module)
        if not num_frames:
            return
        for block in module.blocks:
            along_time = getattr(block, 'temporal_attn', getattr(block, 'timeattn', None))
            if along_time is not None:
                self.look_at_neighbours(along_time.qkv, along_time.num_heads, num_frames)
            elif hasattr(block.attn, 'proj_kv'):
                self.follow_trajectories(block.attn, num_frames)
            elif isinstance(block.attn, FactorisedDotProductAttention):
                heads = block.attn.num_heads
                self.look_at_neighbours(block.attn.qkv, heads, num_frames, first_head=heads // 2)
        for block in getattr(module, 'temporal_blocks', ()):
            self.look_at_neighbours(block.attn.qkv, block.attn.num_heads, num_frames)

    def embed(self, module: nn.Module) -> int:
        """Set the embeddings that there are, and return for how many times there are any."""
        if hasattr(module, 'st_embed'):
            places = grid_waves(*module.grid, module.st_embed.shape[-1])
            times = waves(module.st_embed.shape[1] // len(places), places.shape[1])
            embed = self.embed_rms * (times[:, None] + places).flatten(0, 1)
            module.st_embed[0, -len(embed) :] = embed  # behind the class token's, if there is one
            return len(times)
        if hasattr(module, 'pos_embed'):
            module.pos_embed[:, 1:] = self.embed_rms * grid_waves(*module.grid, module.pos_embed.shape[-1])
        if hasattr(module, 'temporal_embed'):
            module.temporal_embed[0, 1:] = self.embed_rms * waves(*module.temporal_embed[0, 1:].shape)
            return module.temporal_embed.shape[1] - 1
        time_embed = getattr(module, 'time_embed', getattr(module, 'temp_embed', None))
        if time_embed is None:
            return 0
        time_embed.copy_(self.embed_rms * waves(*time_embed.shape[1:]))
        return time_embed.shape[1]

    def follow_trajectories(self, attention: nn.Module, num_frames: int) -> None:
        """Let trajectories start as what is at the same place in every frame, and the second step look at neighbours.

        Along space, a head's queries and keys are the same share of the channels, so that a patch finds the patches
        that are like it in place and look. The values are a rotation of the tokens; the projections to queries and keys
        of the second step turn it back.
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
        self.look_at_neighbours(joint, attention.num_heads, num_frames)
        query, key, _ = joint.weight.split(dims)
        attention.proj_q.weight.copy_(query @ values.T)
        attention.proj_kv.weight[:dims] = key @ values.T

    def look_at_neighbours(self, qkv: nn.Linear, heads: int, num_frames: int, first_head: int = 0) -> None:
        """Make each head attend to the frame at its own distance, as seen by the waves of the time embedding.

        Each head reads its share of the waves. A query is what it reads; a key is the same, turned by as many radians
        as each wave goes through in that distance. Their product is largest where the frames have that distance.
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
    """Radians in a step, for waves that go from half a period along the whole axis to one in two steps."""
    return 2 * math.pi * torch.logspace(math.log10(0.5), math.log10(length / 2), count) / length


def waves(length: int, dims: int) -> Tensor:
    """Sines, then cosines, along an axis: (length, dims), root mean square 1."""
    angles = (torch.arange(length)[:, None] + 0.5) * wave_speeds(length, dims // 2)
    return math.sqrt(2) * torch.cat((angles.sin(), angles.cos()), dim=1)


def grid_waves(height: int, width: int, dims: int) -> Tensor:
    """Waves along the rows in half of the channels and along the columns in the others: (height * width, dims)."""
    if dims % 4:
        raise InputError(f'FromScratch needs embed_dims that are a multiple of 4, not {dims}')
    rows, columns = waves(height, dims // 2), waves(width, dims // 2)
    return torch.cat((rows.repeat_interleave(width, 0), columns.repeat(height, 1)), dim=1)
