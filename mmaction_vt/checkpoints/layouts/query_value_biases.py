"""Joint biases of queries, keys and values, of which files with VideoMAE's keys store two.

A bias of the keys adds the same to all scores of a query, and a softmax does not depend on it.
"""

import re

import torch
from torch import Tensor

from ...errors import InputError
from .base import State


def join_biases(state: State) -> dict[str, Tensor]:
    """Join biases of queries and values to one of queries, keys and values; that of the keys is zero.

    Raises:
        InputError: If a layer has one of them only.
    """
    for key in state:
        for end, other in (('.q_bias', '.v_bias'), ('.v_bias', '.q_bias')):
            if key.endswith(end) and key.removesuffix(end) + other not in state:
                raise InputError(f'missing keys: {key.removesuffix(end)}{other}')
    joined = {}
    for key, value in state.items():
        match = re.fullmatch(r'(.+)\.q_bias', key)
        if match:
            joined[f'{match[1]}.qkv.bias'] = torch.cat((value, torch.zeros_like(value), state[f'{match[1]}.v_bias']))
        elif not key.endswith('.v_bias'):
            joined[key] = value
    return joined
