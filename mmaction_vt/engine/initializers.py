"""Weights to start from."""

import math

import torch
from torch import Tensor, nn

from ..registry import WEIGHT_INITIALIZERS


@WEIGHT_INITIALIZERS.register_module()
class FromScratch:
    """Weights for training without a pretrained image model, as ``init_cfg`` of a backbone.

    The published start is made for fine-tuning: every frame looks to the model as it does to the image model, which
    cannot tell the frames' order. Trained from scratch, the model then stays blind to order for long. Here embeddings
    are told apart from the first step, and layers are scaled to their width.

    Parameters that the module lacks are passed over, so that the same ``init_cfg`` serves all kinds of attention.

    Args:
        embed_std: Root mean square of space and time embeddings, which are waves along their axes.
        linear_gain: Gain of the linear layers, the ones after temporal attention included (Glorot and Bengio, 2010).
    """

    def __init__(self, embed_std: float = 1.0, linear_gain: float = 1.0) -> None:
        self.embed_std = embed_std
        self.linear_gain = linear_gain

    @torch.no_grad()
    def __call__(self, module: nn.Module) -> None:
        for layer in module.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, gain=self.linear_gain)
        time_embed = getattr(module, 'time_embed', None)
        if time_embed is not None:
            num_frames, dims = time_embed.shape[1:]
            time_embed.copy_(self.embed_std * waves(num_frames, dims))
        pos_embed = getattr(module, 'pos_embed', None)
        if pos_embed is not None:
            height, width = module.grid
            rows, columns = waves(height, pos_embed.shape[2] // 2), waves(width, pos_embed.shape[2] // 2)
            grid = torch.cat((rows.repeat_interleave(width, 0), columns.repeat(height, 1)), dim=1)
            pos_embed[:, 1:] = self.embed_std * grid


def waves(length: int, dims: int) -> Tensor:
    """Sines and cosines along an axis, from half a period to one in two steps: (length, dims), root mean square 1."""
    periods = torch.logspace(math.log10(0.5), math.log10(length / 2), dims // 2)
    angles = 2 * math.pi * periods * (torch.arange(length)[:, None] + 0.5) / length
    return math.sqrt(2) * torch.cat((angles.sin(), angles.cos()), dim=1)
