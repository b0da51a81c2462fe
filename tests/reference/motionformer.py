"""Motionformer written plainly from the paper, with the full matrix of all patches against all patches.

Patrick et al., 2021, "Keeping Your Eye on the Ball", section 3. It reads the parameters of the model that it is
compared with and shares no code with it.
"""

import math

import torch

from .timesformer import attend, mlp


def heads_of(tokens, num_heads):
    """(B, heads, L, C / heads) of (B, L, C)."""
    return tokens.reshape(*tokens.shape[:2], num_heads, -1).transpose(1, 2)


def trajectory_attention(x, attention, num_frames):
    """Equations 3 to 5 for (B, 1 + F * P, C)."""
    length, dims = x.shape[1:]
    heads = attention.num_heads
    scale = 1 / math.sqrt(dims / heads)
    q, k, v = (heads_of(part, heads) for part in attention.qkv(x).split(dims, dim=2))
    cls_out = (scale * q[:, :, :1] @ k.transpose(2, 3)).softmax(-1) @ v

    q, k, v = q[:, :, 1:], k[:, :, 1:], v[:, :, 1:]
    scores = scale * q @ k.transpose(2, 3)  # (B, heads, S, S)
    weights = scores.unflatten(3, (num_frames, -1)).softmax(-1)  # (B, heads, S, F, P)
    values = v.unflatten(2, (num_frames, -1))
    found = torch.einsum('bhsfp,bhfpd->bhsfd', weights, values)
    found = found.permute(0, 2, 3, 1, 4).flatten(3)  # (B, S, F, C)

    places = (length - 1) // num_frames
    frame_of = torch.arange(length - 1, device=x.device) // places
    own = found[:, torch.arange(length - 1, device=x.device), frame_of]  # (B, S, C)
    q2 = attention.proj_q(own).unflatten(2, (heads, -1))
    k2, v2 = (part.unflatten(3, (heads, -1)) for part in attention.proj_kv(found).split(dims, dim=3))
    weights = (scale * torch.einsum('bshd,bsfhd->bshf', q2, k2)).softmax(-1)
    values = v2 if attention.project_values else found.unflatten(3, (heads, -1))
    out = torch.einsum('bshf,bsfhd->bshd', weights, values).flatten(2)
    out = torch.cat((cls_out.transpose(1, 2).flatten(2), out), dim=1)
    return attention.proj(out)


def divided_attention(tokens, attention, groups):
    """Attention of (1 + S, C) within groups of patches (lists of indices), each with the class token."""
    dims = tokens.shape[1]
    heads = attention.num_heads
    q, k, v = (part.unflatten(1, (heads, -1)) for part in attention.qkv(tokens).split(dims, dim=1))
    scale = 1 / math.sqrt(dims / heads)

    def ask(index, keys):
        weights = (scale * torch.einsum('hd,khd->hk', q[index], k[keys])).softmax(-1)
        return torch.einsum('hk,khd->hd', weights, v[keys]).flatten()

    out = [None] * len(tokens)
    out[0] = ask(0, list(range(len(tokens))))
    for group in groups:
        for index in group:
            out[index] = ask(index, [0, *group])
    return attention.proj(torch.stack(out))


def divided_block(block, tokens, num_frames):
    """One sample, (1 + S, C)."""
    places = (len(tokens) - 1) // num_frames
    over_time = [[1 + f * places + p for f in range(num_frames)] for p in range(places)]
    over_space = [[1 + f * places + p for p in range(places)] for f in range(num_frames)]
    tokens = tokens + divided_attention(block.norm3(tokens), block.timeattn, over_time)
    tokens = tokens + divided_attention(block.norm1(tokens), block.attn, over_space)
    return tokens + mlp(block.norm2(tokens), block.mlp)


def embed(model, videos):
    """Tokens (N, 1 + F * P, C): tubelets cut out by hand, with space and time embeddings."""
    size, depth = model.patch_size, model.tubelet_size
    rows, columns = (side // size for side in videos.shape[3:])
    weight, bias = model.patch_embed_3d.proj.weight.flatten(1), model.patch_embed_3d.proj.bias
    tokens = []
    for f in range(videos.shape[2] // depth):
        for row in range(rows):
            for column in range(columns):
                tubelet = videos[:, :, f * depth : (f + 1) * depth, row * size : (row + 1) * size]
                tubelet = tubelet[..., column * size : (column + 1) * size]
                token = tubelet.flatten(1) @ weight.T + bias
                tokens.append(token + model.pos_embed[:, 1 + row * columns + column] + model.temp_embed[:, f])
    cls = (model.cls_token + model.pos_embed[:, :1]).expand(len(videos), -1, -1)
    return torch.cat((cls, torch.stack(tokens, dim=1)), dim=1)


def motionformer(model, videos):
    """Normalised tokens (N, 1 + F * P, C) of videos (N, 3, T, H, W)."""
    num_frames = videos.shape[2] // model.tubelet_size
    x = embed(model, videos)
    for block in model.blocks:
        if model.attention_type == 'trajectory':
            x = x + trajectory_attention(block.norm1(x), block.attn, num_frames)
            x = x + mlp(block.norm2(x), block.mlp)
        elif model.attention_type == 'joint':
            x = x + torch.stack([attend(sample, block.attn) for sample in block.norm1(x)])
            x = x + mlp(block.norm2(x), block.mlp)
        else:
            x = torch.stack([divided_block(block, sample, num_frames) for sample in x])
    return model.norm(x)
