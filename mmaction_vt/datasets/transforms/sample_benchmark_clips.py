"""Clip sampling of the Video Transformer benchmark."""

import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class SampleBenchmarkClips(BaseTransform):
    """The sampling with which the Video Transformer benchmark published its TimeSformer and ViViT.

    A clip of n frames at interval r is taken from n * r frames of the video, or from the rest of a shorter one. Its
    frames are evenly spaced from the first of them to the last, and rounded down: a short video is sampled more
    densely, never out of order. (mmaction2's ``SampleFrames`` takes every r-th frame, and loops a short video.) Frames
    of a video with fewer than n frames are repeated; the published code skips such videos.

    Required keys: ``total_frames``; optional: ``start_index``. Added keys: ``frame_inds``, ``clip_len``,
    ``frame_interval``, ``num_clips`` (1).

    Args:
        clip_len: Number of frames n.
        frame_interval: Interval r, in frames of the video, whatever its frame rate.
        test_mode: Whether the clip starts at the first frame, instead of any of the first total - n * r frames.
    """

    def __init__(self, clip_len: int, frame_interval: int, test_mode: bool = False) -> None:
        self.clip_len = clip_len
        self.frame_interval = frame_interval
        self.test_mode = test_mode

    def transform(self, results: dict) -> dict:
        total_frames, span = results['total_frames'], self.clip_len * self.frame_interval
        start = 0 if self.test_mode else np.random.randint(max(total_frames - span, 1))
        stop = min(start + span, total_frames)
        frames = np.linspace(start, stop - 1, self.clip_len).astype(np.int32)
        results['frame_inds'] = frames + results.get('start_index', 0)
        results['clip_len'] = self.clip_len
        results['frame_interval'] = self.frame_interval
        results['num_clips'] = 1
        return results
