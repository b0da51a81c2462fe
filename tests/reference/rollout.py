"""Attention rollout written out: whole matrices, a token at a time."""

import torch


def attention_matrix(attn, tokens):
    """The mean over heads of softmax(q k^T / sqrt(D)), (L, M), for tokens (L, C)."""
    dims = tokens.shape[-1]
    q, k, _ = (tokens @ attn.qkv.weight.T + attn.qkv.bias).split(dims, dim=-1)
    total = 0
    for q_head, k_head in zip(q.chunk(attn.num_heads, -1), k.chunk(attn.num_heads, -1), strict=True):
        total = total + torch.softmax(q_head @ k_head.T / q_head.shape[-1] ** 0.5, dim=-1)
    return total / attn.num_heads


def joint_rollout(blocks, tokens):
    """The product of (A + I) / 2 over blocks whose attention sees all tokens (L, C)."""
    product = torch.eye(len(tokens))
    for block in blocks:
        matrix = attention_matrix(block.attn, block.norm1(tokens))
        product = (matrix + torch.eye(len(tokens))) / 2 @ product
        tokens = block(tokens[None])[0]
    return product


def divided_matrix(block, tokens):
    """TimeSformer's divided block, (1 + T * S, 1 + T * S): the class token, then T times of S places.

    Args:
        block: The block.
        tokens: What it is called with for one clip, (T, 1, 1 + S, C).
    """
    times, _, places, _ = tokens.shape
    places -= 1
    size = 1 + times * places

    def index(time, place):
        return 1 + time * places + place

    along_time = torch.zeros(size, size)
    along_time[0, 0] = 1
    for place in range(places):
        matrix = attention_matrix(block.temporal_attn, block.temporal_norm1(tokens[:, 0, 1 + place]))
        for one in range(times):
            along_time[index(one, place), index(one, place)] += 0.5
            for other in range(times):
                along_time[index(one, place), index(other, place)] += 0.5 * matrix[one, other]
    along_space = torch.eye(size) / 2
    for time, frame in enumerate(block.norm1(tokens + block._along_time(tokens))[:, 0]):
        matrix = attention_matrix(block.attn, frame)
        own = [0] + [index(time, place) for place in range(places)]
        for row, one in enumerate(own):
            for column, other in enumerate(own):
                along_space[one, other] += 0.5 * matrix[row, column] / (times if row == 0 else 1)
    return along_space @ along_time
