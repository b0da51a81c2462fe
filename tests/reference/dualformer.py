"""DualFormer written plainly from the paper: every attention with its full matrix, every convolution channels first.

Liang et al., 2021, "DualFormer: Local-Global Stratified Transformer for Efficient Video Recognition", section 3. It
reads the parameters of the model that it is compared with and shares no code with it.
"""

import math

import torch
import torch.nn.functional as F

from .timesformer import mlp


def attention(q, k, v, num_heads):
    """softmax(q k^T / sqrt(d)) v for (B, L, C) and (B, K, C), head by head."""
    q, k, v = (part.reshape(*part.shape[:2], num_heads, -1).transpose(1, 2) for part in (q, k, v))
    weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])).softmax(-1)
    return (weights @ v).transpose(1, 2).flatten(2)


def local_attention(x, layer, window):
    """Every window by itself; x is (N, T, H, W, C)."""
    n, times, height, width, dims = x.shape
    t, h, w = window
    grid = (times // t, height // h, width // w)
    windows = x.reshape(n, grid[0], t, grid[1], h, grid[2], w, dims).permute(0, 1, 3, 5, 2, 4, 6, 7)
    tokens = windows.reshape(-1, t * h * w, dims)
    out = layer.proj(attention(*layer.qkv(tokens).split(dims, dim=2), layer.num_heads))
    out = out.reshape(n, *grid, t, h, w, dims).permute(0, 1, 4, 2, 5, 3, 6, 7)
    return out.reshape(n, times, height, width, dims)


def conv(x, layer, **options):
    return F.conv3d(x.contiguous(), layer.weight, layer.bias, groups=x.shape[1], **options)


def pyramid_of(x, layer):
    """Keys' tokens (N, K, C) of (N, T, H, W, C)."""
    video = x.permute(0, 4, 1, 2, 3)
    if not hasattr(layer, 'sr'):
        return x.flatten(1, 3)
    levels = [conv(video, layer.sr, stride=layer.sr.weight.shape[2:])]
    if hasattr(layer, 'lr'):
        first, norm, _, second = layer.lr
        coarse = conv(video, first, stride=first.weight.shape[2:])
        mean, var = norm.running_mean, norm.running_var
        coarse = F.batch_norm(coarse, mean, var, norm.weight, norm.bias, norm.training, norm.momentum, norm.eps)
        levels.append(conv(F.relu(coarse), second, stride=second.weight.shape[2:]))
    return layer.norm(torch.cat([level.flatten(2) for level in levels], dim=2).transpose(1, 2))


def global_attention(x, layer):
    k, v = layer.kv(pyramid_of(x, layer)).split(x.shape[-1], dim=2)
    return layer.proj(attention(layer.q(x.flatten(1, 3)), k, v, layer.num_heads)).reshape(x.shape)


def dualformer(model, videos):
    """Normalised features (N, C, T', H', W')."""
    x = videos
    for stage, blocks in enumerate(model.blocks):
        embed = model.patch_embeds[stage]
        x = F.conv3d(x.contiguous(), embed.proj.weight, embed.proj.bias, stride=embed.proj.weight.shape[2:])
        x = embed.norm(x.permute(0, 2, 3, 4, 1))
        for index, block in enumerate(blocks):
            normed = block.norm1(x)
            if index % 2:
                x = x + global_attention(normed, block.attn)
            else:
                x = x + local_attention(normed, block.attn, block.attn.window)
            x = x + mlp(block.norm2(x), block.mlp)
            if index == 0:
                x = x + conv(x.permute(0, 4, 1, 2, 3), model.pos_block[stage].proj[0], padding=1).permute(0, 2, 3, 4, 1)
        x = x.permute(0, 4, 1, 2, 3)
    return model.norm(x.permute(0, 2, 3, 4, 1)).permute(0, 4, 1, 2, 3)
