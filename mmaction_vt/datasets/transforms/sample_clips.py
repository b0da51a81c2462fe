"""Clips of a given duration: a video at 60 frames per second is sampled like one at 30."""

import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS


class _ClipsInTime(BaseTransform):
    """Clips of n frames at rate r, which each span n * r / target_fps seconds.

    Required keys: ``total_frames``; optional: ``avg_fps`` (default: ``target_fps``) and ``start_index``. Added keys:
    ``frame_inds``, ``clip_len``, ``frame_interval``, ``num_clips``.

    The frames of a clip are evenly spaced from its first to its last, and rounded down. If the video is shorter than
    the clip, its last frame is repeated. ``SampleFrames`` of mmaction2 loops such a video (or repeats the last frame
    that it sampled), and places clips differently in training and testing.
    """

    def __init__(self, clip_len: int, frame_interval: int, target_fps: float = 30) -> None:
        self.clip_len = clip_len
        self.frame_interval = frame_interval
        self.target_fps = target_fps

    def _starts(self, total_frames: int, span: float) -> np.ndarray:
        """First frames of clips that span ``span`` frames, not rounded."""
        raise NotImplementedError

    def transform(self, results: dict) -> dict:
        total_frames = results['total_frames']
        fps = results.get('avg_fps') or self.target_fps
        span = max(self.clip_len * self.frame_interval * fps / self.target_fps, 1)
        starts = self._starts(total_frames, span)
        frames = starts[:, None] + np.linspace(0, span - 1, self.clip_len)
        frames = frames.clip(0, total_frames - 1).astype(np.int32)
        results['frame_inds'] = frames.reshape(-1) + results.get('start_index', 0)
        results['clip_len'] = self.clip_len
        results['frame_interval'] = self.frame_interval
        results['num_clips'] = len(starts)
        return results


@TRANSFORMS.register_module()
class SampleClipsInTime(_ClipsInTime):
    """The sampling with which TimeSformer and Motionformer were published.

    In training, the start of a clip is uniformly random, not rounded to frames. In testing, clip i of k starts at i / k
    of the possible starts: the first one at the first frame, the last one before the last possible start. A single test
    clip is thus the beginning of the video; the TimeSformer paper says the middle, but its code takes the beginning.

    Args:
        clip_len: Number of frames n.
        frame_interval: Rate r: distance between two frames of a clip, in frames of a video at ``target_fps``.
        num_clips: Number of clips k.
        target_fps: Frame rate that ``frame_interval`` refers to.
        test_mode: Whether clips are fixed.
    """

    def __init__(
        self,
        clip_len: int,
        frame_interval: int,
        num_clips: int = 1,
        target_fps: float = 30,
        test_mode: bool = False,
    ) -> None:
        super().__init__(clip_len, frame_interval, target_fps)
        self.num_clips = num_clips
        self.test_mode = test_mode

    def _starts(self, total_frames: int, span: float) -> np.ndarray:
        last_start = max(total_frames - span, 0)
        if self.test_mode:
            return last_start * np.arange(self.num_clips) / self.num_clips
        return np.random.uniform(0, last_start, self.num_clips)


@TRANSFORMS.register_module()
class SampleCoveringClips(_ClipsInTime):
    """As many clips as cover a video (TimeSformer, section 4.6: long-term video modelling).

    The number of clips is the video's duration over that of a clip, rounded, at least one: 48 for 410 seconds and clips
    of 8.5 seconds. They are evenly spaced from the first frame to the last.

    Args:
        clip_len: Number of frames n.
        frame_interval: Rate r: distance between two frames of a clip, in frames of a video at ``target_fps``.
        target_fps: Frame rate that ``frame_interval`` refers to.
    """

    def _starts(self, total_frames: int, span: float) -> np.ndarray:
        num_clips = max(round(total_frames / span), 1)
        return np.linspace(0, max(total_frames - span, 0), num_clips)
