"""ViViT written plainly from the paper, one sample, one time, one place and one head at a time.

Arnab et al., 2021, "ViViT: A Video Vision Transformer", sections 3.2 and 3.3. It reads the parameters of the model that
it is compared with and shares no code with it.
"""

import math

import torch

from .timesformer import attend, mlp


def embed(model, video):
    """Tubelets (F, P, C) of a video (3, T, H, W)."""
    t, size = model.tubelet_size, model.patch_size
    weight = model.patch_embed.proj.weight.flatten(1)
    times = []
    for time in range(video.shape[1] // t):
        places = []
        for row in range(video.shape[2] // size):
            for column in range(video.shape[3] // size):
                tubelet = video[:, time * t : (time + 1) * t, row * size : (row + 1) * size,
                                column * size : (column + 1) * size]  # fmt: skip
                places.append(weight @ tubelet.flatten() + model.patch_embed.proj.bias)
        times.append(torch.stack(places))
    return torch.stack(times)


def block(layer, tokens):
    tokens = tokens + attend(layer.norm1(tokens), layer.attn)
    return tokens + mlp(layer.norm2(tokens), layer.mlp)


def model1(model, patches):
    """Every token attends to every token."""
    tokens = torch.cat((model.cls_token[0], patches.flatten(0, 1))) + model.st_embed[0]
    for layer in model.blocks:
        tokens = block(layer, tokens)
    return model.norm(tokens)[0]


def model2(model, patches):
    """One transformer for each time, one over the times."""
    frames = []
    for places in patches:
        tokens = torch.cat((model.cls_token[0], places)) + model.pos_embed[0]
        for layer in model.blocks:
            tokens = block(layer, tokens)
        tokens = model.spatial_norm(tokens)
        if not frames:
            first_class_token = tokens[0]
        frames.append(tokens[0] if model.frame_token == 'cls' else tokens[1:].mean(0))
    start = first_class_token if model.frame_token == 'benchmark' else model.temporal_cls_token[0, 0]
    tokens = torch.stack([start, *frames]) + model.temporal_embed[0]
    for layer in model.temporal_blocks:
        tokens = block(layer, tokens)
    return model.norm(tokens)[0]


def model3(model, patches):
    """Equations 4 to 6: along space, along time, feed-forward network."""
    patches = patches + model.st_embed.reshape(patches.shape)
    for layer in model.blocks:
        patches = patches + torch.stack([attend(layer.norm1(places), layer.attn) for places in patches])
        along_time = [attend(layer.temporal_norm1(patches[:, p]), layer.temporal_attn) for p in range(patches.shape[1])]
        patches = patches + torch.stack(along_time, dim=1)
        patches = patches + mlp(layer.norm2(patches), layer.mlp)
    return model.norm(patches).flatten(0, 1).mean(0)


def dot_product(patches, attention):
    """Equation 7: the first half of the heads looks at its own time, the second half at its own place."""
    times, places, dims = patches.shape
    head_dims = dims // attention.num_heads
    q, k, v = attention.qkv(patches).split(dims, dim=-1)
    out = torch.zeros_like(patches)
    for head in range(attention.num_heads):
        part = slice(head * head_dims, (head + 1) * head_dims)
        for time in range(times):
            for place in range(places):
                near = (time,) if head < attention.num_heads // 2 else (slice(None), place)
                scores = k[near][:, part] @ q[time, place, part] / math.sqrt(head_dims)
                out[time, place, part] = (scores.exp() / scores.exp().sum()) @ v[near][:, part]
    return attention.proj(out)


def model4(model, patches):
    patches = patches + model.st_embed.reshape(patches.shape)
    for layer in model.blocks:
        patches = patches + dot_product(layer.norm1(patches), layer.attn)
        patches = patches + mlp(layer.norm2(patches), layer.mlp)
    return model.norm(patches).flatten(0, 1).mean(0)


MODELS = dict(joint=model1, factorised_encoder=model2, factorised_self_attention=model3, factorised_dot_product=model4)


def vivit(model, videos):
    """What the model returns for videos (N, 3, T, H, W), with the exact GELU and no dropout."""
    return torch.stack([MODELS[model.attention_type](model, embed(model, video)) for video in videos])
