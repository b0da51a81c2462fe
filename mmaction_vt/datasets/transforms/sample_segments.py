"""Segment-based sampling: one frame from each of n equal parts of a video."""

import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class SampleSegments(BaseTransform):
    """The sampling of TimeSformer and Motionformer on Something-Something V2.

    The range from the first frame to the last is divided into n equal segments whose ends are rounded to frames. In
    training a frame is drawn uniformly from each segment, including both ends; in testing it is the middle, rounded
    down. mmaction2's ``UniformSample`` is the same in training, but not in testing.

    Required keys: ``total_frames``; optional: ``start_index``. Added keys: ``frame_inds``, ``clip_len``,
    ``frame_interval`` (None), ``num_clips`` (1).

    Args:
        clip_len: Number of segments n.
        test_mode: Whether to take the middle of each segment.
    """

    def __init__(self, clip_len: int, test_mode: bool = False) -> None:
        self.clip_len = clip_len
        self.test_mode = test_mode

    def transform(self, results: dict) -> dict:
        ends = np.linspace(0, results['total_frames'] - 1, self.clip_len + 1).round().astype(np.int32)
        first, last = ends[:-1], ends[1:]
        frames = (first + last) // 2 if self.test_mode else np.random.randint(first, last + 1, dtype=np.int32)
        results['frame_inds'] = frames + results.get('start_index', 0)
        results['clip_len'] = self.clip_len
        results['frame_interval'] = None
        results['num_clips'] = 1
        return results
