"""The MLP of a transformer block."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Mlp(nn.Module):
    """Two linear layers with a GELU between them (Vaswani et al., 2017, section 3.3).

    Shapes: (..., C) to (..., C).

    Args:
        dims: Channels C of input and output.
        hidden_dims: Channels between the two layers.
        drop_rate: Dropout after each layer.

    Attributes:
        approximate: ``none`` for the exact GELU, ``tanh`` for its usual approximation.
    """

    def __init__(self, dims: int, hidden_dims: int, drop_rate: float = 0.0) -> None:
        super().__init__()
        self.approximate = 'none'
        self.fc1 = nn.Linear(dims, hidden_dims)
        self.fc2 = nn.Linear(hidden_dims, dims)
        self.drop = nn.Dropout(drop_rate)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.fc1(x)
        # In place where no gradient needs the input, so that the widest tensor of a block is held only once.
        gelu = F.gelu if hidden.requires_grad else torch.ops.aten.gelu_
        hidden = gelu(hidden, approximate=self.approximate)
        return self.drop(self.fc2(self.drop(hidden)))
