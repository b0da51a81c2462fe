"""Boxes that move with the pixels of a clip."""

from collections.abc import Sequence

import numpy as np
from mmaction.datasets.transforms import PackActionInputs
from mmcv.transforms import BaseTransform, to_tensor
from mmengine.structures import InstanceData

from ...errors import InputError
from ...registry import TRANSFORMS
from .geometry import Plan

Range = float | Sequence[float]


@TRANSFORMS.register_module()
class MoveBoxes(BaseTransform):
    """Move boxes as ``VideoToClips`` crops, resizes and flips their frame.

    Boxes are given as shares of the frame, and become pixels of the clip. Annotated boxes of which too little is left
    are dropped in training, and clipped in testing; proposals are always kept, so that there is a score for each.

    Required keys: ``crop_plan`` and ``original_shape``, which ``VideoToClips`` adds; optional: ``gt_bboxes``,
    ``gt_labels``, ``proposals``. Changed keys: ``gt_bboxes``, ``gt_labels``, ``proposals``, of which the boxes as they
    were given are in ``gt_frame_bboxes`` and ``frame_proposals``.

    Args:
        min_visible: Share of a box that the crop must contain in training.

    Raises:
        InputError: If there are several crops.
    """

    def __init__(self, min_visible: float = 0.5) -> None:
        self.min_visible = min_visible

    def transform(self, results: dict) -> dict:
        plan, frame = results['crop_plan'], results['original_shape']
        if len(plan.views) != 1:
            raise InputError(f'MoveBoxes needs one crop, not {len(plan.views)}: set crop of VideoToClips')
        for name, given in (('gt_bboxes', 'gt_frame_bboxes'), ('proposals', 'frame_proposals')):
            if name in results:
                results[given] = results[name]
                results[name] = move(results[name], plan, frame)
        if 'gt_bboxes' in results and 'proposals' not in results:  # training
            moved = results['gt_bboxes']
            clipped = clip(moved, plan.views[0][2:])
            kept = area(clipped) >= self.min_visible * area(moved)
            for name in ('gt_bboxes', 'gt_frame_bboxes', 'gt_labels'):
                results[name] = results[name][kept]
        for name in ('gt_bboxes', 'proposals'):
            if name in results:
                results[name] = clip(results[name], plan.views[0][2:])
        return results


@TRANSFORMS.register_module()
class JitterBoxes(BaseTransform):
    """Move the sides of boxes outwards or inwards, each by a random share of the box's width or height.

    Features are pooled from the boxes that it makes; those that are predicted are as before. Place it after
    ``MoveBoxes``.

    Required keys: ``gt_bboxes`` or ``proposals``, and ``img_shape``. Changed keys: the same.

    Args:
        width: Range of the share by which the left and right sides move outwards, negative for inwards; one number for
            a fixed share, as in testing.
        height: Range of the share by which the upper and lower sides move.
    """

    def __init__(self, width: Range = (-0.1, 0.2), height: Range = (-0.05, 0.1)) -> None:
        self.ranges = [(value, value) if isinstance(value, (int, float)) else tuple(value) for value in (width, height)]

    def transform(self, results: dict) -> dict:
        for name in ('gt_bboxes', 'proposals'):
            if name in results:
                boxes = results[name]
                low, high = (np.array([each[end] for each in self.ranges] * 2, np.float32) for end in (0, 1))
                share = np.random.uniform(low, high, boxes.shape).astype(np.float32)
                size = boxes[:, 2:] - boxes[:, :2]
                outwards = np.concatenate([-share[:, :2] * size, share[:, 2:] * size], axis=1)
                results[name] = clip(boxes + outwards, results['img_shape'])
        return results


@TRANSFORMS.register_module()
class PackDetectionInputs(PackActionInputs):
    """mmaction2's ``PackActionInputs`` for detection, with the scores of proposals, and boxes as shares of the frame.

    ``gt_instances`` has ``bboxes`` in pixels of the clip, ``labels``, and ``frame_bboxes`` as shares of the frame;
    ``proposals`` has ``bboxes``, ``frame_bboxes`` and ``scores``. In training the proposals are the annotated boxes.

    Args:
        meta_keys: Keys of a sample that the data sample keeps.
    """

    def __init__(
        self, meta_keys: Sequence[str] = ('img_shape', 'original_shape', 'img_key', 'video_id', 'timestamp')
    ) -> None:
        super().__init__(meta_keys=meta_keys)

    def transform(self, results: dict) -> dict:
        packed: dict = super().transform({key: value for key, value in results.items() if key != 'proposals'})
        sample = packed['data_samples']
        if 'gt_bboxes' in results:
            sample.gt_instances.frame_bboxes = to_tensor(results['gt_frame_bboxes'])
        if 'proposals' in results:
            boxes, given = results['proposals'], results['frame_proposals']
            scores = results['proposal_scores']
        else:
            boxes, given = results['gt_bboxes'], results['gt_frame_bboxes']
            scores = np.ones(len(boxes), np.float32)
        sample.proposals = InstanceData(
            bboxes=to_tensor(boxes), frame_bboxes=to_tensor(given), scores=to_tensor(scores)
        )
        return packed


def move(boxes: np.ndarray, plan: Plan, frame: tuple[int, int]) -> np.ndarray:
    """Boxes (K, 4), shares of a frame, in pixels of a plan's view; they may be beyond its border.

    Args:
        boxes: Left, top, right and bottom.
        plan: How the frame is cropped, resized and flipped.
        frame: Its height and width.
    """
    height, width = frame
    view = plan.views[0]
    source, size = plan.source, plan.size
    scale = np.array([size[1] / source.width, size[0] / source.height] * 2, np.float32)
    moved = boxes * np.array([width, height] * 2, np.float32)
    moved = (moved - np.array([source.left, source.top] * 2, np.float32)) * scale
    if plan.flip:
        moved = np.stack([size[1] - moved[:, 2], moved[:, 1], size[1] - moved[:, 0], moved[:, 3]], axis=1)
    shifted: np.ndarray = moved - np.array([view.left, view.top] * 2, np.float32)
    return shifted.astype(np.float32)


def clip(boxes: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Boxes (K, 4) clipped to a picture of some height and width."""
    clipped: np.ndarray = boxes.clip(0, np.array([shape[1], shape[0]] * 2, np.float32))
    return clipped


def area(boxes: np.ndarray) -> np.ndarray:
    """Areas (K,) of boxes (K, 4)."""
    areas: np.ndarray = (boxes[:, 2] - boxes[:, 0]).clip(0) * (boxes[:, 3] - boxes[:, 1]).clip(0)
    return areas
