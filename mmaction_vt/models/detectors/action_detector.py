"""Action detection: who does what, given the boxes."""

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample
from mmengine.model import BaseModel
from mmengine.structures import InstanceData
from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS


@MODELS.register_module()
class ActionDetector(BaseModel):
    """The actions of people or objects in the key frame of a clip, whose boxes are given.

    A backbone's feature map is pooled in each box, and the head classifies what it finds. Any backbone of this package
    serves, since ``out_type='featmap'`` is set; mmdet and mmcv's compiled operators are not needed.

    Clips are (N, 1, 3, T, H, W). A batch of clips of different sizes is padded with black by mmaction2's
    ``ActionDataPreprocessor``, and here to multiples of the patch size, at the right and lower ends.

    Args:
        backbone: Settings of a backbone.
        cls_head: Settings of ``ActionRoIHead``.
        data_preprocessor: Settings of the data preprocessor.
        init_cfg: As for every ``BaseModel``.

    Raises:
        InputError: If the backbone returns no feature map (while running).
    """

    def __init__(
        self,
        backbone: dict,
        cls_head: dict,
        data_preprocessor: dict | nn.Module | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        if isinstance(data_preprocessor, Mapping):
            data_preprocessor = MODELS.build(data_preprocessor)
        super().__init__(data_preprocessor, init_cfg)
        self.backbone: Any = build_map_backbone(backbone)
        self.cls_head: Any = MODELS.build(cls_head)

    def forward(
        self, inputs: Tensor, data_samples: Sequence[ActionDataSample] | None = None, mode: str = 'tensor'
    ) -> Any:
        """What mmengine's runner calls.

        Args:
            inputs: Clips (N, 1, 3, T, H, W) or (N, 3, T, H, W), normalised.
            data_samples: A sample per clip, with ``proposals``, and for the loss ``gt_instances``.
            mode: ``loss``, ``predict``, or ``tensor`` for the feature map.

        Raises:
            InputError: For an unknown mode, or if there are several views.
        """
        if mode == 'tensor':
            return self.extract_feat(inputs)
        if mode == 'loss':
            return self.loss(inputs, data_samples or ())
        if mode == 'predict':
            return self.predict(inputs, data_samples or ())
        raise InputError(f'unknown mode {mode!r} of ActionDetector; choose from tensor, loss, predict')

    def extract_feat(self, inputs: Tensor) -> Tensor:
        """The feature map (N, C, T', H', W') of clips.

        Raises:
            InputError: If the backbone returns something else, or there are several views.
        """
        if inputs.ndim == 6:
            if inputs.shape[1] != 1:
                raise InputError(f'ActionDetector takes one view per key frame, got {inputs.shape[1]}')
            inputs = inputs[:, 0]
        x = self.backbone(self.pad(inputs))
        if not isinstance(x, Tensor) or x.ndim != 5:
            raise InputError(
                f'{type(self.backbone).__name__} returns no feature map (N, C, T, H, W), in which ActionDetector could '
                'pool the features of a box: choose a backbone with out_type="featmap"'
            )
        return x

    def pad(self, clips: Tensor) -> Tensor:
        """Clips (N, 3, T, H, W), padded at the right and lower ends to whole patches."""
        sides = self.patch_size
        bottom, right = (-length % side for length, side in zip(clips.shape[3:], sides, strict=True))
        return F.pad(clips, (0, right, 0, bottom)) if bottom or right else clips

    @property
    def patch_size(self) -> tuple[int, int]:
        """Height and width that a frame's must be a multiple of."""
        sides = getattr(self.backbone, 'patch_size', 1)
        if isinstance(sides, int):
            return sides, sides
        height, width = tuple(sides)[-2:]
        return height, width

    def rois(self, boxes: Sequence[Tensor], inputs: Tensor) -> Tensor:
        """Boxes in pixels of each clip, as the head takes them, (K, 5).

        Args:
            boxes: Boxes (K_i, 4) for each clip.
            inputs: The clips.
        """
        height, width = (
            length + -length % side for length, side in zip(inputs.shape[-2:], self.patch_size, strict=True)
        )
        size = inputs.new_tensor([width, height, width, height])
        return torch.cat(
            [
                torch.cat((each.new_full((len(each), 1), index), each.to(size) / size), dim=1)
                for index, each in enumerate(boxes)
            ]
        )

    def loss(self, inputs: Tensor, data_samples: Sequence[ActionDataSample]) -> dict[str, Tensor]:
        """The losses of the annotated boxes."""
        truth = [sample.gt_instances for sample in data_samples]
        rois = self.rois([each.bboxes for each in truth], inputs)
        labels = torch.cat([each.labels for each in truth]).to(rois.device)
        losses: dict[str, Tensor] = self.cls_head.loss(self.cls_head(self.extract_feat(inputs), rois), labels)
        return losses

    def predict(self, inputs: Tensor, data_samples: Sequence[ActionDataSample]) -> list[ActionDataSample]:
        """Add ``pred_instances`` to the samples: ``bboxes`` as shares of the frame, and ``scores`` (K, num_classes)."""
        proposals = [sample.proposals for sample in data_samples]
        counts = [len(each.bboxes) for each in proposals]
        rois = self.rois([each.bboxes for each in proposals], inputs)
        scores = self.cls_head(self.extract_feat(inputs), rois).float()
        scores = self.cls_head.probabilities(scores, torch.cat([each.scores for each in proposals]).to(scores))
        for sample, each, values in zip(data_samples, proposals, scores.split(counts), strict=True):
            sample.pred_instances = InstanceData(bboxes=each.frame_bboxes, scores=values)
        return list(data_samples)


def build_map_backbone(settings: Mapping[str, Any]) -> Any:
    """Build a backbone whose output is a feature map, if it has a choice."""
    kind = MODELS.get(settings['type']) if isinstance(settings['type'], str) else settings['type']
    if kind is not None and 'out_type' in signature(kind.__init__).parameters:
        settings = dict(settings, out_type='featmap')
    return MODELS.build(settings)
