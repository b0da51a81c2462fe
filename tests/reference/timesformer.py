"""TimeSformer written plainly from the paper, one sample, one frame, one place at a time.

Bertasius et al., 2021, "Is Space-Time Attention All You Need for Video Understanding?", section 3. It reads the
parameters of the model that it is compared with and shares no code with it.
"""

import math

import torch


def attend(tokens, attention):
    """Softmax attention among the rows of (L, C), equations 5 to 8, one head after the other."""
    dims = tokens.shape[1]
    head_dims = dims // attention.num_heads
    q, k, v = attention.qkv(tokens).split(dims, dim=1)
    heads = []
    for head in range(attention.num_heads):
        part = slice(head * head_dims, (head + 1) * head_dims)
        scores = q[:, part] @ k[:, part].T / math.sqrt(head_dims)
        weights = scores.exp() / scores.exp().sum(dim=1, keepdim=True)
        heads.append(weights @ v[:, part])
    return attention.proj(torch.cat(heads, dim=1))


def mlp(tokens, module):
    hidden = module.fc1(tokens)
    hidden = 0.5 * hidden * (1 + torch.erf(hidden / math.sqrt(2)))
    return module.fc2(hidden)


def embed(model, video):
    """Class token (C,) and patch tokens (S, T, C) of a video (3, T, H, W), equation 1."""
    size = model.patch_size
    weight = model.patch_embed.proj.weight.flatten(1)
    rows, columns = video.shape[2] // size, video.shape[3] // size
    places = []
    for row in range(rows):
        for column in range(columns):
            patch = video[:, :, row * size : (row + 1) * size, column * size : (column + 1) * size]
            flat = patch.permute(1, 0, 2, 3).flatten(1)  # (T, 3 * P * P)
            tokens = flat @ weight.T + model.patch_embed.proj.bias
            tokens = tokens + model.pos_embed[0, 1 + row * columns + column]
            if model.attention_type != 'space_only':
                tokens = tokens + model.time_embed[0]
            places.append(tokens)
    return model.cls_token[0, 0] + model.pos_embed[0, 0], torch.stack(places)


def divided_block(block, cls, patches):
    """Along time at each place, then along space in each frame with the class token, equations 9 to 11."""
    places = [patches[s] + block.temporal_fc(attend(block.temporal_norm1(patches[s]), block.temporal_attn))
              for s in range(patches.shape[0])]  # fmt: skip
    patches = torch.stack(places)
    frames, class_tokens = [], []
    for t in range(patches.shape[1]):
        tokens = torch.cat((cls[None], patches[:, t]))
        out = attend(block.norm1(tokens), block.attn)
        class_tokens.append(out[0])
        frames.append(patches[:, t] + out[1:])
    cls = cls + torch.stack(class_tokens).mean(dim=0)
    patches = torch.stack(frames, dim=1)
    return cls + mlp(block.norm2(cls), block.mlp), patches + mlp(block.norm2(patches), block.mlp)


def plain_block(block, tokens):
    tokens = tokens + attend(block.norm1(tokens), block.attn)
    return tokens + mlp(block.norm2(tokens), block.mlp)


def timesformer(model, videos):
    """Normalised class tokens (N, C) and patch tokens (N, C, T, H / P, W / P) of videos (N, 3, T, H, W)."""
    rows, columns = (size // model.patch_size for size in videos.shape[3:])
    class_tokens, maps = [], []
    for video in videos:
        cls, patches = embed(model, video)
        num_frames = patches.shape[1]
        if model.attention_type == 'divided_space_time':
            for block in model.blocks:
                cls, patches = divided_block(block, cls, patches)
        elif model.attention_type == 'joint_space_time':
            tokens = torch.cat((cls[None], patches.flatten(0, 1)))
            for block in model.blocks:
                tokens = plain_block(block, tokens)
            cls, patches = tokens[0], tokens[1:].unflatten(0, (-1, num_frames))
        else:
            frames = [torch.cat((cls[None], patches[:, t])) for t in range(num_frames)]
            for block in model.blocks:
                frames = [plain_block(block, frame) for frame in frames]
            cls = torch.stack([frame[0] for frame in frames]).mean(dim=0)
            patches = torch.stack([frame[1:] for frame in frames], dim=1)
        class_tokens.append(model.norm(cls))
        grid = model.norm(patches).unflatten(0, (rows, columns))  # (H / P, W / P, T, C)
        maps.append(grid.permute(3, 2, 0, 1))
    return torch.stack(class_tokens), torch.stack(maps)
