"""Motionformer's head for actions of a verb and a noun."""

import torch
from mmaction.models.heads import BaseHead
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS
from ..layers import init_linear_layers
from .class_losses import log_accuracies, smooth_labels
from .pre_logits import PreLogits


@MODELS.register_module()
class VerbNounHead(BaseHead):
    """One classifier for verbs and one for nouns, which share a linear layer with tanh (Patrick et al., 2021).

    Shapes: (N, C) to a dict with ``verb`` (N, num_verbs) and ``noun`` (N, num_nouns).

    ``gt_label`` of a sample is a tensor of two labels, verb and noun. After a prediction ``pred_score`` is a dict like
    the one above, averaged over the views, and ``pred_label`` two labels. The loss is the sum of the classifiers'
    losses. The authors halve that sum: ``loss_cls=dict(type='CrossEntropyLoss', loss_weight=0.5)``.

    Args:
        num_verbs: Number of verbs.
        num_nouns: Number of nouns.
        in_channels: Channels C of the class token.
        hidden_channels: Channels before the classifiers; by default C.
        dropout_ratio: Dropout before the classifiers.
        init_std: Standard deviation of the initial weights.
        **kwargs: The other arguments of mmaction2's ``BaseHead``: ``loss_cls`` and ``label_smooth_eps``, which apply
            to both classifiers, ``topk``, ``average_clips`` and ``init_cfg``.

    Attributes:
        tasks: The number of classes of each classifier.
    """

    def __init__(
        self,
        num_verbs: int,
        num_nouns: int,
        in_channels: int,
        hidden_channels: int | None = None,
        dropout_ratio: float = 0.0,
        init_std: float = 0.02,
        **kwargs: object,
    ) -> None:
        super().__init__(num_verbs + num_nouns, in_channels, **kwargs)
        self.init_std = init_std
        self.tasks = dict(verb=num_verbs, noun=num_nouns)
        hidden_channels = hidden_channels or in_channels
        self.pre_logits = PreLogits(in_channels, hidden_channels, dropout_ratio)
        self.fc_verb = nn.Linear(hidden_channels, num_verbs)
        self.fc_noun = nn.Linear(hidden_channels, num_nouns)

    def init_weights(self) -> None:
        init_linear_layers(self, self.init_std)
        super().init_weights()

    def forward(self, x: Tensor, **kwargs: object) -> dict[str, Tensor]:
        x = self.pre_logits(x)
        return dict(verb=self.fc_verb(x), noun=self.fc_noun(x))

    def loss_by_feat(self, cls_scores: dict[str, Tensor], data_samples: list[ActionDataSample]) -> dict[str, Tensor]:
        """Losses ``loss_verb`` and ``loss_noun``, and the accuracies of both.

        Raises:
            InputError: If the labels are not a verb and a noun.
        """
        labels = torch.stack([sample.gt_label for sample in data_samples]).to(cls_scores['verb'].device)
        if labels.shape[1:] != (2,):
            raise InputError(
                f'VerbNounHead needs two labels, verb and noun, got {labels[0].numel()}: use '
                'mmaction_vt.EpicKitchensDataset'
            )
        losses = {}
        for (task, scores), label in zip(cls_scores.items(), labels.unbind(1), strict=True):
            targets = smooth_labels(label, scores.shape[1], self.label_smooth_eps)
            losses[f'loss_{task}'] = self.loss_cls(scores, targets)
            losses |= log_accuracies(scores, label, self.topk, f'{task}_')
        return losses

    def predict_by_feat(
        self, cls_scores: dict[str, Tensor], data_samples: list[ActionDataSample]
    ) -> list[ActionDataSample]:
        """Average the scores (N * views, classes) over the views, and add scores and labels to the samples."""
        num_views = len(cls_scores['verb']) // len(data_samples)
        scores = {task: self.average_clip(values, num_views) for task, values in cls_scores.items()}
        for index, sample in enumerate(data_samples):
            sample.set_pred_score({task: values[index] for task, values in scores.items()})
            sample.set_pred_label(torch.stack([values[index].argmax(-1) for values in scores.values()]))
        return data_samples
