"""A head with scores of a clip and of each of its tokens."""

import torch
from mmaction.models.heads import BaseHead
from mmaction.structures import ActionDataSample
from mmengine.model import normal_init
from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS
from ..losses import TokenLabels
from .class_losses import log_accuracies, smooth_labels


@MODELS.register_module()
class TokenLabelHead(BaseHead):
    """Class scores from the mean of all tokens, token scores from an MLP of three layers (Jiang et al., 2021).

    Shapes: features (N, C, T, H, W) to class scores (N, num_classes) and token scores (N, T, H, W, num_classes). The
    MLP has 2 C and 4 C hidden channels. Predictions need the class scores only.

    Args:
        num_classes: Number of classes.
        in_channels: Channels C of the features.
        dropout_ratio: Dropout before the classifier and after each hidden layer of the MLP.
        init_std: Standard deviation of the initial weights.
        loss_cls: The loss; ``TokenLabelLoss``.
        **kwargs: The other arguments of mmaction2's ``BaseHead``: ``label_smooth_eps``, which applies to the class,
            ``topk``, ``average_clips`` and ``init_cfg``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        dropout_ratio: float = 0.5,
        init_std: float = 0.01,
        loss_cls: dict | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(num_classes, in_channels, loss_cls or dict(type='mmaction_vt.TokenLabelLoss'), **kwargs)
        self.init_std = init_std
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc_cls = nn.Linear(in_channels, num_classes)
        layers = []
        for inputs, outputs in ((in_channels, 2 * in_channels), (2 * in_channels, 4 * in_channels)):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(dropout_ratio)]
        self.token_linear = nn.Sequential(*layers, nn.Linear(4 * in_channels, num_classes))

    def init_weights(self) -> None:
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                normal_init(layer, std=self.init_std)
        super().init_weights()

    def class_scores(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) to (N, num_classes)."""
        return self.fc_cls(self.dropout(x.mean((2, 3, 4))))

    def token_scores(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) to (N, T, H, W, num_classes)."""
        return self.token_linear(x.movedim(1, -1))

    def forward(self, x: Tensor, **kwargs: object) -> tuple[Tensor, Tensor]:
        return self.class_scores(x), self.token_scores(x)

    def loss(
        self,
        feats: Tensor,
        data_samples: list[ActionDataSample],
        token_labels: TokenLabels | None = None,
        **kwargs: object,
    ) -> dict[str, Tensor]:
        """Losses ``loss_cls`` and ``loss_token``, and the accuracies of the class.

        Raises:
            InputError: If there are no token labels.
        """
        if token_labels is None:
            raise InputError('TokenLabelHead needs token labels: use the recognizer mmaction_vt.TokenLabelRecognizer3D')
        labels = torch.stack([sample.gt_label for sample in data_samples]).to(feats.device)
        if labels.shape[1] == 1:
            labels = labels.squeeze(1)
        class_scores, token_scores = self(feats)
        targets = smooth_labels(labels, self.num_classes, self.label_smooth_eps)
        losses = self.loss_cls(class_scores, token_scores, targets, token_labels)
        return {**losses, **log_accuracies(class_scores, labels, self.topk)}

    def predict(self, feats: Tensor, data_samples: list[ActionDataSample], **kwargs: object) -> list[ActionDataSample]:
        return self.predict_by_feat(self.class_scores(feats), data_samples)
