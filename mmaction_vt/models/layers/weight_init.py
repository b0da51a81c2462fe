"""Initialisation of linear layers."""

from collections.abc import Iterable
from math import sqrt
from typing import Any

import torch
from torch import nn


def init_linear_layers(module: nn.Module, std: float = 0.02) -> None:
    """Initialise all linear layers: weights from a truncated normal distribution, biases to zero.

    Args:
        module: The module that they are in.
        std: Standard deviation of the weights before truncation.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            nn.init.trunc_normal_(layer.weight, std=std)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


@torch.no_grad()
def shrink_branches(blocks: Iterable[Any]) -> None:
    """Divide the last weights of both branches of the n-th block by sqrt(2 n), so that the sum of all does not grow.

    Args:
        blocks: Blocks with ``attn.proj`` and ``mlp.fc2``, in order.
    """
    for depth, block in enumerate(blocks, 1):
        for layer in (block.attn.proj, block.mlp.fc2):
            layer.weight /= sqrt(2.0 * depth)
