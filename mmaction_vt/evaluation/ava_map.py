"""The metric of action detection."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric

from ..errors import InputError
from ..registry import METRICS
from .frame_map import Frame, class_average_precisions

# Numbers, from 1, of the actions of each kind in AVA.
AVA_KINDS = dict(person_movement=(1, 14), object_manipulation=(15, 63), person_interaction=(64, 80))
# The others, with too few samples, are not evaluated in AVA's challenge.
RARE = (2, 16, 18, 19, 21, 23, 25, 31, 32, 33, 35, 39, 40, 42, 44, 50, 53, 55, 71, 75)
AVA60 = tuple(number for number in range(1, 81) if number not in RARE)
Moment = tuple[str, float]


@METRICS.register_module()
class AVAMetric(BaseMetric):
    """Mean average precision of actions in key frames, as AVA is evaluated (Gu et al., 2018).

    A detection is true if its box overlaps an annotated one of its class by ``iou_thr``, and no detection with a higher
    score did. ``mAP/overall`` is the mean over the classes that are annotated; ``mAP/person_movement``,
    ``mAP/object_manipulation`` and ``mAP/person_interaction`` those over the three kinds of AVA's actions. A frame
    counts once, however many processes share the data; detections of a broken video are left out.

    mmaction2's ``AVAMetric`` rounds boxes and scores to four decimals, leaves out classes without any detection, and
    counts annotations in excluded frames; otherwise both are equal.

    Args:
        iou_thr: Least intersection over union.
        action_thr: Detections whose score is not above it are left out.
        classes: Numbers of the classes, from 1, that are evaluated, such as the 60 of AVA's challenge; ``ava60`` for
            these. Default: all.
        kinds: Whether the means over AVA's three kinds of actions are reported.
        per_class: Whether the average precision of each class is reported, as ``mAP/AP_1`` and so on.
        collect_device: Device for collecting the results of several processes, ``cpu`` or ``gpu``.
        prefix: Prefix of the reported names. Default: ``mAP``.

    Raises:
        InputError: If a sample has no detections, or nothing is annotated.
    """

    default_prefix = 'mAP'

    def __init__(
        self,
        iou_thr: float = 0.5,
        action_thr: float = 0.0,
        classes: Sequence[int] | str | None = None,
        kinds: bool = False,
        per_class: bool = False,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix)
        if isinstance(classes, str) and classes != 'ava60':
            raise InputError(f'classes of AVAMetric must be numbers from 1, or "ava60", not {classes!r}')
        self.iou_thr = iou_thr
        self.action_thr = action_thr
        self.classes = AVA60 if isinstance(classes, str) else classes
        self.kinds = kinds
        self.per_class = per_class

    def process(self, data_batch: object, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            found, truth = sample.get('pred_instances'), sample.get('gt_instances')
            if found is None or truth is None:
                raise InputError(
                    'AVAMetric needs pred_instances and gt_instances: use it with mmaction_vt.ActionDetector and '
                    'mmaction_vt.PackDetectionInputs'
                )
            boxes, scores = to_array(found['bboxes']), to_array(found['scores'])
            if 'broken_video' in sample:
                boxes, scores = boxes[:0], scores[:0]
            frame = Frame(to_array(truth['frame_bboxes']), to_array(truth['labels']) > 0, boxes, scores)
            self.results.append(((sample['video_id'], float(sample['timestamp'])), tuple(frame)))

    def compute_metrics(self, results: list[tuple[Moment, tuple]]) -> dict[str, float]:
        by_moment = {moment: Frame(*frame) for moment, frame in sorted(results, key=lambda result: result[0])}
        precisions = class_average_precisions(list(by_moment.values()), self.iou_thr, self.action_thr)
        numbers = np.arange(1, len(precisions) + 1)
        if self.classes is not None:
            precisions[~np.isin(numbers, self.classes)] = np.nan
        if np.isnan(precisions).all():
            raise InputError('no box of the classes that AVAMetric evaluates is annotated')
        figures: dict[str, Any] = dict(overall=float(np.nanmean(precisions)))
        if self.kinds:
            for kind, (first, last) in AVA_KINDS.items():
                of_kind = precisions[(numbers >= first) & (numbers <= last)]
                figures[kind] = float(np.nanmean(of_kind)) if (~np.isnan(of_kind)).any() else float('nan')
        if self.per_class:
            figures |= {
                f'AP_{number}': float(value)
                for number, value in zip(numbers, precisions, strict=True)
                if not np.isnan(value)
            }
        return figures


def to_array(values: Any) -> np.ndarray:
    """Boxes, labels or scores as an array."""
    return values.float().cpu().numpy() if isinstance(values, torch.Tensor) else np.asarray(values, np.float32)
