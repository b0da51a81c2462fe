"""A head for videos with several labels."""

from collections.abc import Sequence

import torch
from mmaction.models.heads import BaseHead
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS
from ...utils.thresholds import Thresholds, per_class
from ..layers import init_linear_layers
from .pre_logits import PreLogits

AVERAGES = ('prob', 'score', None)


@MODELS.register_module()
class MultiLabelHead(BaseHead):
    """A classifier per class, each of which decides on its own whether a video has that label.

    Shapes: (N, C), or a feature map (N, C, T, H, W), which is averaged, to raw scores (N, num_classes).

    It takes the features of every backbone, and its keys are those of mmaction2's ``TimeSformerHead`` and ``I3DHead``,
    or with ``hidden_channels`` those of ``MotionformerHead``. ``gt_label`` of a sample is a vector (num_classes,) of
    zeros and ones, as ``mmaction_vt.VideoDataset`` with ``multi_class=True`` returns it. After a prediction
    ``pred_score`` has probabilities, which do not sum to 1, and ``pred_label`` the classes whose probability reaches
    their threshold.

    Args:
        num_classes: Number of classes.
        in_channels: Channels C of the features.
        hidden_channels: Channels of a linear layer with tanh before the classifier. Default: there is none.
        dropout_ratio: Dropout before the classifier.
        init_std: Standard deviation of the initial weights.
        loss_cls: The loss of raw scores (N, num_classes) and labels of the same shape: mmaction2's
            ``BCELossWithLogits``, which is the default, or ``mmaction_vt.AsymmetricLoss``.
        label_smooth_eps: Label smoothing: labels are ``eps / 2`` and ``1 - eps / 2``.
        average_clips: How the views of a video are averaged: ``prob`` takes the mean of their probabilities, ``score``
            the probabilities of the mean of their raw scores, None keeps those of each view.
        thresholds: The probability from which on a video has a label: a number, one for each class, or a file that
            ``tools/analysis/tune_thresholds.py`` wrote.
        init_cfg: As for every ``BaseModule``.

    Attributes:
        thresholds: The threshold of each class.

    Raises:
        InputError: If ``average_clips`` or the thresholds cannot be used.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        hidden_channels: int | None = None,
        dropout_ratio: float = 0.0,
        init_std: float = 0.02,
        loss_cls: dict | None = None,
        label_smooth_eps: float = 0.0,
        average_clips: str | None = 'prob',
        thresholds: Thresholds = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            num_classes,
            in_channels,
            loss_cls or dict(type='BCELossWithLogits'),
            multi_class=True,
            label_smooth_eps=label_smooth_eps,
            average_clips=average_clips,
            init_cfg=init_cfg,
        )
        if average_clips not in AVERAGES:
            raise InputError(f'average_clips of MultiLabelHead must be "prob", "score" or None, not {average_clips!r}')
        self.init_std = init_std
        self.thresholds: list[float] = per_class(thresholds, num_classes)
        if hidden_channels is not None:
            self.pre_logits = PreLogits(in_channels, hidden_channels)
        self.has_pre_logits = hidden_channels is not None
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc_cls = nn.Linear(hidden_channels or in_channels, num_classes)

    def init_weights(self) -> None:
        init_linear_layers(self, self.init_std)
        super().init_weights()

    def forward(self, x: Tensor, **kwargs: object) -> Tensor:
        if x.ndim == 5:
            x = x.mean((2, 3, 4))
        if self.has_pre_logits:
            x = self.pre_logits(x)
        return self.fc_cls(self.dropout(x))

    def loss_by_feat(self, cls_scores: Tensor, data_samples: Sequence[ActionDataSample]) -> dict[str, Tensor]:
        """The loss ``loss_cls``.

        Raises:
            InputError: If a label is not a vector with an entry for each class.
        """
        labels = torch.stack([sample.gt_label for sample in data_samples]).to(cls_scores.device, torch.float32)
        if labels.shape != cls_scores.shape:
            raise InputError(
                f'MultiLabelHead needs labels {tuple(cls_scores.shape)}, a 0 or 1 for each class, got '
                f'{tuple(labels.shape)}: set multi_class=True and num_classes={self.num_classes} of the data set'
            )
        labels = labels * (1 - self.label_smooth_eps) + self.label_smooth_eps / 2
        losses = self.loss_cls(cls_scores.float(), labels)
        return losses if isinstance(losses, dict) else {'loss_cls': losses}

    def average_clip(self, cls_scores: Tensor, num_segs: int = 1) -> Tensor:
        """The probabilities (N, num_classes) of videos from the raw scores (N * views, num_classes) of their views."""
        scores = cls_scores.float().unflatten(0, (-1, num_segs))
        if self.average_clips == 'score':
            return scores.mean(1).sigmoid()
        return scores.sigmoid() if self.average_clips is None else scores.sigmoid().mean(1)

    def predict_by_feat(self, cls_scores: Tensor, data_samples: list[ActionDataSample]) -> list[ActionDataSample]:
        """Average the scores over the views, and add probabilities and labels to the samples."""
        scores = self.average_clip(cls_scores, len(cls_scores) // len(data_samples))
        thresholds = scores.new_tensor(self.thresholds)
        for sample, values in zip(data_samples, scores, strict=True):
            sample.set_pred_score(values)
            above = values >= thresholds if values.ndim == 1 else (values >= thresholds).any(0)
            sample.set_pred_label(above.nonzero().flatten())
        return data_samples
