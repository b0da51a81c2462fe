"""V-JEPA 2's encoder and probe written plainly, one sample, one token and one head at a time.

Assran et al., 2025, "V-JEPA 2: Self-Supervised Video Models Enable Understanding, Prediction and Planning", section
2.1, with the rotation as its code computes it. It reads the parameters of the model that it is compared with and shares
no code with it.
"""

import math

import torch

from .timesformer import attend, mlp
from .vivit import embed


def rotate(head, place, version):
    """A head's channels (D,), rotated by the place (time, row, column) of the token."""
    turned, per_axis = head.clone(), len(head) // 3 // 2 * 2
    for axis, position in enumerate(place):
        pairs = per_axis // 2
        rates = [10000 ** (-number / pairs) for number in range(pairs)]
        for channel in range(per_axis):
            rate = rates[channel // 2] if version == '2.1' else rates[channel % pairs]
            own = axis * per_axis + channel
            partner, sign = (own + 1, -1) if channel % 2 == 0 else (own - 1, 1)
            angle = position * rate
            turned[own] = head[own] * math.cos(angle) + sign * head[partner] * math.sin(angle)
    return turned


def attend_rotated(tokens, places, attention, version):
    """Softmax attention among the rows of (L, C), whose queries and keys are rotated."""
    dims = tokens.shape[1]
    head_dims = dims // attention.num_heads
    q, k, v = attention.qkv(tokens).split(dims, dim=1)
    heads = []
    for head in range(attention.num_heads):
        part = slice(head * head_dims, (head + 1) * head_dims)
        queries, keys = (
            torch.stack([rotate(row[part], place, version) for row, place in zip(rows, places, strict=True)])
            for rows in (q, k)
        )
        heads.append(torch.softmax(queries @ keys.T / math.sqrt(head_dims), dim=1) @ v[:, part])
    return attention.proj(torch.cat(heads, dim=1))


def places_of(sizes, patch_size, version):
    """The place of each tubelet; in version 2.1 rows and columns are scaled to a frame of 256 pixels."""
    scales = [1.0, 1.0, 1.0]
    if version == '2.1':
        scales[1:] = [(256 // patch_size - 1) / max(size - 1, 1) for size in sizes[1:]]
    return [
        (time * scales[0], row * scales[1], column * scales[2])
        for time in range(sizes[0])
        for row in range(sizes[1])
        for column in range(sizes[2])
    ]


def vjepa2(model, videos):
    """The normalised tokens (N, L, C) of videos (N, 3, T, H, W), without dropout."""
    size, outputs = model.patch_size, []
    for video in videos:
        tokens = embed(model, video).flatten(0, 1)
        tokens = tokens + model.video_embed[0] if model.version == '2.1' else tokens
        sizes = (video.shape[1] // model.tubelet_size, video.shape[2] // size, video.shape[3] // size)
        places = places_of(sizes, size, model.version)
        for layer in model.blocks:
            tokens = tokens + attend_rotated(layer.norm1(tokens), places, layer.attn, model.version)
            tokens = tokens + mlp(layer.norm2(tokens), layer.mlp)
        outputs.append(model.norm(tokens))
    return torch.stack(outputs)


def probe(head, tokens):
    """Class scores (N, classes) of tokens (N, L, C)."""
    scores = []
    for sample in tokens:
        for layer in head.pooling.blocks:
            sample = sample + attend(layer.norm1(sample), layer.attn)
            sample = sample + mlp(layer.norm2(sample), layer.mlp)
        sample, cross = head.pooling.norm1(sample), head.pooling.cross_attn
        query = head.pooling.query[0, 0]
        dims = len(query) // cross.num_heads
        keys, values = cross.kv(sample).chunk(2, dim=1)
        read = []
        for part in (slice(start, start + dims) for start in range(0, len(query), dims)):
            weights = torch.softmax(keys[:, part] @ cross.q(query)[part] / math.sqrt(dims), dim=0)
            read.append(weights @ values[:, part])
        pooled = query + torch.cat(read)
        scores.append(head.fc_cls(pooled + mlp(head.pooling.norm2(pooled), head.pooling.mlp)))
    return torch.stack(scores)
