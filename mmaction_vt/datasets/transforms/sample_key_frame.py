"""Clips around key frames."""

import numpy as np
from mmcv.transforms import BaseTransform

from ...errors import BrokenVideoError
from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class SampleAroundKeyFrame(BaseTransform):
    """A clip whose centre is a key frame: frame ``clip_len // 2`` of the clip is the key frame.

    Required keys: ``total_frames``, ``filename``, and ``key_time`` in seconds or ``key_frame``; optional: ``avg_fps``
    (default: ``target_fps`` or 30) and ``start_index``. Added keys: ``frame_inds``, ``clip_len``, ``frame_interval``,
    ``num_clips``, ``key_frame``.

    Frames before the start of a video are its first one, and those after its end its last one, as in mmaction2.

    Args:
        clip_len: Number of frames of a clip.
        frame_interval: Distance between two frames of a clip.
        target_fps: Frame rate that ``frame_interval`` refers to; None for the video's own.

    Raises:
        BrokenVideoError: If the key frame is after the end of the video.
    """

    def __init__(self, clip_len: int, frame_interval: int, target_fps: float | None = None) -> None:
        self.clip_len = clip_len
        self.frame_interval = frame_interval
        self.target_fps = target_fps

    def transform(self, results: dict) -> dict:
        total_frames = results['total_frames']
        fps = results.get('avg_fps') or self.target_fps or 30
        key = results.get('key_frame')
        if key is None:
            key = round(results['key_time'] * fps)
            if key == total_frames:  # a time that was rounded
                key -= 1
        if key >= total_frames and not results.get('blank'):
            raise BrokenVideoError(
                f'the video {results["filename"]} has {total_frames} frames at {fps:g} per second, and a box of it is '
                f'in frame {key}: it is truncated, or the annotations belong to another video'
            )
        step = self.frame_interval if self.target_fps is None else self.frame_interval * fps / self.target_fps
        offsets = np.rint((np.arange(self.clip_len) - self.clip_len // 2) * step).astype(np.int64)
        frames = (key + offsets).clip(0, total_frames - 1)
        results['frame_inds'] = frames + results.get('start_index', 0)
        results['clip_len'] = self.clip_len
        results['frame_interval'] = self.frame_interval
        results['num_clips'] = 1
        results['key_frame'] = int(key)
        return results
