"""Motionformer's head for one set of classes."""

from mmaction.models.heads import BaseHead
from torch import Tensor, nn

from ...registry import MODELS
from ..layers import init_linear_layers
from .pre_logits import PreLogits


@MODELS.register_module()
class MotionformerHead(BaseHead):
    """A linear layer with tanh, dropout and a classifier (Patrick et al., 2021).

    Shapes: (N, C) to (N, num_classes).

    Args:
        num_classes: Number of classes.
        in_channels: Channels C of the class token.
        hidden_channels: Channels between the two linear layers; by default C.
        dropout_ratio: Dropout before the classifier.
        init_std: Standard deviation of the initial weights.
        **kwargs: The other arguments of mmaction2's ``BaseHead``: ``loss_cls``, ``label_smooth_eps``, ``topk``,
            ``average_clips``, ``multi_class`` and ``init_cfg``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        hidden_channels: int | None = None,
        dropout_ratio: float = 0.0,
        init_std: float = 0.02,
        **kwargs: object,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.init_std = init_std
        hidden_channels = hidden_channels or in_channels
        self.pre_logits = PreLogits(in_channels, hidden_channels, dropout_ratio)
        self.fc_cls = nn.Linear(hidden_channels, num_classes)

    def init_weights(self) -> None:
        init_linear_layers(self, self.init_std)
        super().init_weights()

    def forward(self, x: Tensor, **kwargs: object) -> Tensor:
        return self.fc_cls(self.pre_logits(x))
