"""Weights to start from."""

import math

import torch
from torch import Tensor, nn

from ..registry import WEIGHT_INITIALIZERS


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

    It is for the backbones with a class token whose blocks have ``temporal_attn``, ``temporal_fc`` or neither. What a
    module lacks is passed over, so that the same ``init_cfg`` serves all kinds of attention.

    Args:
        embed_rms: Root mean square of the embeddings.
        neighbour_gain: Scale of the queries and keys that look at neighbours, 0 for none.
        noise_gain: Gain of the random part of the queries and keys that look at neighbours.

    Raises:
        ValueError: If the channels of the embeddings cannot be shared by waves: they are a multiple of 4.
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
        if hasattr(module, 'pos_embed'):
            module.pos_embed[:, 1:] = self.embed_rms * grid_waves(*module.grid, module.pos_embed.shape[-1])
        if not hasattr(module, 'time_embed'):
            return
        num_frames, dims = module.time_embed.shape[1:]
        module.time_embed.copy_(self.embed_rms * waves(num_frames, dims))
        for block in module.blocks:
            if hasattr(block, 'temporal_attn'):
                self.look_at_neighbours(block.temporal_attn, num_frames)

    def look_at_neighbours(self, attention: nn.Module, num_frames: int) -> None:
        """Make each head attend to the frame at its own distance, as seen by the waves of the time embedding.

        Each head reads its share of the waves. A query is what it reads; a key is the same, turned by as many radians
        as each wave goes through in that distance. Their product is largest where the frames have that distance.
        """
        dims = attention.qkv.in_features
        heads = attention.num_heads
        speeds = wave_speeds(num_frames, dims // 2)
        query, key, _ = attention.qkv.weight.unflatten(0, (3, heads, -1))  # each (heads, C / heads, C)
        query *= self.noise_gain
        key *= self.noise_gain
        for head in range(heads):
            distance = neighbour_distance(head)
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
        raise ValueError(f'FromScratch needs embed_dims that are a multiple of 4, not {dims}')
    rows, columns = waves(height, dims // 2), waves(width, dims // 2)
    return torch.cat((rows.repeat_interleave(width, 0), columns.repeat(height, 1)), dim=1)
