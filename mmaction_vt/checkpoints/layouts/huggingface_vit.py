"""Keys of Hugging Face's ViT encoders, which its image and video models share, in both directions."""

import re

import torch
from torch import Tensor

from ...errors import InputError
from .base import Rules, State, has

# (theirs, ours) inside a block, before .weight or .bias.
BLOCK_NAMES = (
    ('attention.attention.qkv', 'attn.qkv'),
    ('attention.output.dense', 'attn.proj'),
    ('layernorm_before', 'norm1'),
    ('layernorm_after', 'norm2'),
    ('intermediate.dense', 'mlp.fc1'),
    ('output.dense', 'mlp.fc2'),
)
PARTS = ('query', 'key', 'value')


def escape(name: str) -> str:
    return name.replace('.', r'\.')


def recognises(state: State, prefix: str) -> bool:
    return has(state, escape(prefix) + r'encoder\.layer\.\d+\.attention\.attention\.(query|key|value)\.weight')


def join_projections(state: State) -> State:
    """Join the projections of queries, keys and values to ``attention.attention.qkv``; keys may have no bias.

    Raises:
        InputError: If a layer has some of them only.
    """
    joined = {}
    for key, value in state.items():
        match = re.fullmatch(r'(.+attention\.attention)\.(query|key|value)\.(weight|bias)', key)
        if match is None:
            joined[key] = value
            continue
        names = {part: f'{match[1]}.{part}.{match[3]}' for part in PARTS}
        needed = [name for part, name in names.items() if part != 'key' or match[3] == 'weight']
        missing = [name for name in needed if name not in state]
        if missing:
            raise InputError(f'missing keys: {", ".join(missing)}')
        if f'{match[1]}.qkv.{match[3]}' not in joined:
            parts = [state.get(name, torch.zeros_like(value)) for name in names.values()]
            joined[f'{match[1]}.qkv.{match[3]}'] = torch.cat(parts)
    return joined


def split_projections(state: State) -> dict[str, Tensor]:
    """The inverse of ``join_projections``."""
    split = {}
    for key, value in state.items():
        if '.attention.attention.qkv.' not in key:
            split[key] = value
            continue
        for part, values in zip(PARTS, value.chunk(3), strict=True):
            split[key.replace('.qkv.', f'.{part}.')] = values
    return split


def block_rules(prefix: str, ours: str) -> Rules:
    """Rules from their blocks, after a prefix, to ours."""
    layer = escape(prefix) + r'encoder\.layer\.(\d+)\.'
    return [
        (layer + escape(theirs) + r'\.(weight|bias)', rf'{ours}blocks.\1.{name}.\2') for theirs, name in BLOCK_NAMES
    ]


def back_block_rules(ours: str, prefix: str) -> Rules:
    """Rules from our blocks to theirs."""
    block = escape(ours) + r'blocks\.(\d+)\.'
    return [
        (block + escape(name) + r'\.(weight|bias)', rf'{prefix}encoder.layer.\1.{theirs}.\2')
        for theirs, name in BLOCK_NAMES
    ]
