"""The head of action detection: the actions of each box."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ...registry import MODELS
from ..layers import RoIPooling, SimpleFeaturePyramid, init_linear_layers
from ..layers.roi_pooling import SPATIAL_POOLS, TEMPORAL_POOLS

CONTEXTS = ('mean', None)


@MODELS.register_module()
class ActionRoIHead(BaseModule):
    """A classifier of boxes, on what RoIAlign pools of a backbone's feature map, without compiled operators.

    Shapes: features (N, C, T, H, W) and boxes (K, 5) to raw scores (K, num_classes). The first column of a box is the
    number of its clip, the others are left, top, right and bottom as shares of the map's width and height.

    Each class decides on its own, by binary cross entropy. With ``num_poses`` P exactly one of the first P classes is
    true for a box: their scores are a softmax, as published for AVA, whose first 14 classes are poses.

    Args:
        num_classes: Number of classes.
        in_channels: Channels C of the features.
        roi_size: Side of the grid that a box is resampled to.
        sampling_ratio: Points per cell of the grid along each side; 0 for as many as the box has patches per cell.
        temporal_pool: How a box is pooled over time: ``mean``, ``max``, or ``attention`` of a learned query.
        spatial_pool: How it is pooled over the grid: ``max`` or ``mean``.
        num_heads: Heads of attention over time.
        context: What is concatenated to the features of a box: ``mean`` of the whole clip, or None.
        pyramid_channels: Channels of a simple feature pyramid between backbone and RoIAlign. Default: there is none.
        num_poses: Number P of classes at the start of which exactly one is true.
        dropout_ratio: Dropout before the classifier.
        init_std: Standard deviation of the initial weights.
        score_boxes: Whether predicted probabilities are multiplied by the score of the box.
        init_cfg: As for every ``BaseModule``.

    Raises:
        InputError: If an option is not one of those above.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        roi_size: int = 7,
        sampling_ratio: int = 2,
        temporal_pool: str = 'mean',
        spatial_pool: str = 'max',
        num_heads: int = 8,
        context: str | None = None,
        pyramid_channels: int | None = None,
        num_poses: int = 0,
        dropout_ratio: float = 0.0,
        init_std: float = 0.02,
        score_boxes: bool = False,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_one_of('temporal_pool of ActionRoIHead', temporal_pool, TEMPORAL_POOLS)
        check_one_of('spatial_pool of ActionRoIHead', spatial_pool, SPATIAL_POOLS)
        check_one_of('context of ActionRoIHead', context, CONTEXTS)
        dims = pyramid_channels or in_channels
        if temporal_pool == 'attention' and dims % num_heads:
            raise InputError(f'num_heads of ActionRoIHead must divide the {dims} channels, and {num_heads} does not')
        if not 0 <= num_poses <= num_classes:
            raise InputError(f'num_poses of ActionRoIHead must be from 0 to {num_classes}, got {num_poses}')
        self.num_classes, self.in_channels = num_classes, in_channels
        self.context = context
        self.num_poses = num_poses
        self.init_std = init_std
        self.score_boxes = score_boxes
        self.pyramid = SimpleFeaturePyramid(in_channels, pyramid_channels) if pyramid_channels else None
        self.pool = RoIPooling(dims, roi_size, sampling_ratio, temporal_pool, spatial_pool, num_heads)
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc_action = nn.Linear(dims + (in_channels if context else 0), num_classes)

    def init_weights(self) -> None:
        init_linear_layers(self, self.init_std)
        super().init_weights()

    def forward(self, x: Tensor, rois: Tensor) -> Tensor:
        pooled = self.pool([x] if self.pyramid is None else self.pyramid(x), rois)
        if self.context:
            whole = x.mean((2, 3, 4))
            pooled = torch.cat((pooled, whole[rois[:, 0].long()]), dim=1)
        scores: Tensor = self.fc_action(self.dropout(pooled))
        return scores

    def loss(self, scores: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """The losses of raw scores.

        Args:
            scores: (K, num_classes).
            labels: Zeros and ones of the same shape.

        Returns:
            ``loss_action``, and with poses ``loss_pose``: means over the boxes of a batch, which may have none.
        """
        poses = self.num_poses
        scores, labels, count = scores.float(), labels.float(), max(len(scores), 1)
        losses = {}
        if poses:
            share = labels[:, :poses] / labels[:, :poses].sum(1, keepdim=True).clamp(min=1)
            losses['loss_pose'] = -(share * F.log_softmax(scores[:, :poses], dim=1)).sum() / count
        if poses < self.num_classes:
            rest = F.binary_cross_entropy_with_logits(scores[:, poses:], labels[:, poses:], reduction='sum')
            losses['loss_action'] = rest / (count * (self.num_classes - poses))
        return losses

    def probabilities(self, scores: Tensor, box_scores: Tensor | None = None) -> Tensor:
        """Probabilities (K, num_classes) from raw scores.

        Args:
            scores: (K, num_classes).
            box_scores: Scores (K,) of the boxes, by which they are multiplied if ``score_boxes`` says so.
        """
        parts: Sequence[Tensor] = (scores[:, : self.num_poses].softmax(1), scores[:, self.num_poses :].sigmoid())
        found = torch.cat(tuple(parts), dim=1)
        return found * box_scores[:, None] if self.score_boxes and box_scores is not None else found
