"""Clips that span a time, not a number of frames: a video at 60 frames a second is sampled as one at 30."""

import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS


class _ClipsInTime(BaseTransform):
    """Frame numbers of clips of n frames at rate r: each spans n * r / target_fps seconds.

    Required keys: ``total_frames``; ``avg_fps`` (without it the video is taken to have ``target_fps``) and
    ``start_index`` if they are there. Added keys: ``frame_inds``, ``clip_len``, ``frame_interval``, ``num_clips``.

    The frames of a clip are evenly spaced from its first to its last, and rounded down. A video that is shorter than
    the clip repeats its last frame. mmaction2's ``SampleFrames`` starts such a video again (or repeats the last frame
    that it sampled), and places the clips of training and testing otherwise.
    """

    def __init__(self, clip_len: int, frame_interval: int, target_fps: float = 30) -> None:
        self.clip_len = clip_len
        self.frame_interval = frame_interval
        self.target_fps = target_fps

    def _starts(self, total_frames: int, span: float) -> np.ndarray:
        """First frames of the clips, not rounded, where a clip spans ``span`` frames."""
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
    """The sampling that TimeSformer and Motionformer were published with.

    In training a clip starts anywhere that leaves room for it, uniformly and not only at whole frames. In testing
    clip i of k starts at i / k of the room: the first at the first frame, and the last short of the end. One test
    clip is thus the beginning of the video; the TimeSformer paper speaks of its middle, its code takes the beginning.

    Args:
        clip_len: Frames n of a clip.
        frame_interval: Rate r: frames between two frames of a clip, in a video of ``target_fps``.
        num_clips: Clips k of a video.
        target_fps: Frame rate that ``frame_interval`` is meant for.
        test_mode: Whether starts are fixed.
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
        room = max(total_frames - span, 0)
        if self.test_mode:
            return room * np.arange(self.num_clips) / self.num_clips
        return np.random.uniform(0, room, self.num_clips)


@TRANSFORMS.register_module()
class SampleCoveringClips(_ClipsInTime):
    """As many clips side by side as a video is long (TimeSformer, section 4.6: long-term modelling).

    The number of clips is the video's length in clips, rounded and at least one: 48 for 410 seconds and clips of
    8.5 seconds. They are spread evenly from the first frame to the last.

    Args:
        clip_len: Frames n of a clip.
        frame_interval: Rate r: frames between two frames of a clip, in a video of ``target_fps``.
        target_fps: Frame rate that ``frame_interval`` is meant for.
    """

    def _starts(self, total_frames: int, span: float) -> np.ndarray:
        num_clips = max(round(total_frames / span), 1)
        return np.linspace(0, max(total_frames - span, 0), num_clips)
