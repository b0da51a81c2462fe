"""VideoMAE's encoder written plainly from the paper, one sample, one tubelet and one head at a time.

Tong et al., 2022, "VideoMAE: Masked Autoencoders are Data-Efficient Learners for Self-Supervised Video Pre-Training".
It reads the parameters of the model that it is compared with and shares no code with it.
"""

import math

import torch

from .vivit import block, embed


def position(index, dims):
    """Vaswani et al., 2017, section 3.5: the position is the place in the sequence of all tubelets."""
    values = []
    for channel in range(dims):
        angle = index / 10000 ** (2 * (channel // 2) / dims)
        values.append(math.cos(angle) if channel % 2 else math.sin(angle))
    return torch.tensor(values, dtype=torch.float64)


def encode(model, video):
    """The tokens (L, C) after the last block."""
    tokens = embed(model, video).flatten(0, 1)
    tokens = tokens + torch.stack([position(index, tokens.shape[1]) for index in range(len(tokens))])
    for layer in model.blocks:
        tokens = block(layer, tokens)
    return tokens


def videomae(model, videos):
    """What the model returns for videos (N, 3, T, H, W) without dropout."""
    outputs = []
    for video in videos:
        tokens = encode(model, video)
        if hasattr(model, 'fc_norm'):
            outputs.append(model.fc_norm(sum(tokens) / len(tokens)))
        else:
            outputs.append(sum(model.norm(token) for token in tokens) / len(tokens))
    return torch.stack(outputs)
