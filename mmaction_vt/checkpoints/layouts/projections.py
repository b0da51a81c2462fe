"""Projections that one layout stores apart and another as one."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from ...errors import InputError
from .base import State

# For the end of a key before ``.weight`` or ``.bias``, the ends of its parts.
Parts = Mapping[str, tuple[str, ...]]


def join(state: State, parts: Parts) -> dict[str, Tensor]:
    """Join projections that are stored apart.

    Args:
        state: A state dict.
        parts: The name of each joint projection, and those of its parts in order; names end where ``.weight`` follows.

    Raises:
        InputError: If only some of the parts are there.
    """
    joint_of = {part: joint for joint, names in parts.items() for part in names}
    pattern = re.compile(rf'(.*?)\b({"|".join(map(re.escape, joint_of))})\.(weight|bias)')
    joined = {}
    for key, value in state.items():
        match = pattern.fullmatch(key)
        if match is None:
            joined[key] = value
            continue
        prefix, part, end = match.groups()
        joint = joint_of[part]
        names = [f'{prefix}{name}.{end}' for name in parts[joint]]
        missing = [name for name in names if name not in state]
        if missing:
            raise InputError(f'missing keys: {", ".join(missing)}')
        name = f'{prefix}{joint}.{end}'
        if name not in joined:
            joined[name] = torch.cat([state[name] for name in names])
    return joined


def split(state: State, parts: Parts) -> dict[str, Tensor]:
    """The inverse of ``join``.

    Args:
        state: A state dict.
        parts: As for ``join``.
    """
    pattern = re.compile(rf'(.*?)\b({"|".join(map(re.escape, parts))})\.(weight|bias)')
    apart = {}
    for key, value in state.items():
        match = pattern.fullmatch(key)
        if match is None:
            apart[key] = value
            continue
        prefix, joint, end = match.groups()
        for name, tensor in zip(parts[joint], value.chunk(len(parts[joint])), strict=True):
            apart[f'{prefix}{name}.{end}'] = tensor
    return apart
