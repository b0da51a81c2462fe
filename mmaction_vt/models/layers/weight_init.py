"""Initialisation of linear layers."""

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
