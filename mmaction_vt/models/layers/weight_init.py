"""How linear layers start."""

from torch import nn


def init_linear_layers(module: nn.Module, std: float = 0.02) -> None:
    """Draw the weights of all linear layers from a truncated normal distribution, and set their biases to zero."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            nn.init.trunc_normal_(layer.weight, std=std)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
