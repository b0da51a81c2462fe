"""The layer before Motionformer's classifiers."""

from torch import Tensor, nn


class PreLogits(nn.Module):
    """Linear, tanh and dropout.

    Shapes: (N, C) to (N, hidden_channels).

    Args:
        in_channels: Channels C of the class token.
        hidden_channels: Channels before the classifiers.
        drop_rate: Dropout of those channels.
    """

    def __init__(self, in_channels: int, hidden_channels: int, drop_rate: float = 0.0) -> None:
        super().__init__()
        self.fc = nn.Linear(in_channels, hidden_channels)
        self.drop = nn.Dropout(drop_rate)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.fc(x).tanh())
