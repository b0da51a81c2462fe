"""Clips as mmaction 0.x placed them."""

import numpy as np
from mmaction.datasets.transforms import SampleFrames as _SampleFrames

from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class SampleFrames(_SampleFrames):
    """mmaction2's ``SampleFrames`` with the test clips of its 0.x versions, with which DualFormer was published.

    The room for the first frames of k clips is cut into k equal parts, and a clip starts in the middle of each.
    mmaction2 1.x lets the first clip start with the video and the last one end with it. A video that is too short for
    a clip starts at its first frame, and goes on from there again where it ends.

    Required keys: ``total_frames``, ``start_index``. Added keys: ``frame_inds``, ``clip_len``, ``frame_interval``,
    ``num_clips``.

    Args:
        clip_len: Frames of a clip.
        frame_interval: A frame is taken every so many frames.
        num_clips: Clips of a video.
        temporal_jitter: Whether each frame is moved at random, by less than the interval.
        twice_sample: Whether a test takes twice as many clips, placed as mmaction2 1.x places them.
        out_of_bound_opt: What becomes of frames behind the end: ``loop`` goes on from the first, ``repeat_last``
            repeats the last.
        test_mode: Whether starts are fixed.
        keep_tail_frames: Whether, in training, the room for starts is cut so that the end of a video is used too.
        target_fps: Frame rate that ``frame_interval`` is meant for; None for the video's own.
        **kwargs: Taken and ignored by mmaction2.
    """

    def _get_test_clips(self, num_frames: int, ori_clip_len: float) -> np.ndarray:
        if self.clip_len == 1 or self.twice_sample:
            return super()._get_test_clips(num_frames, ori_clip_len)
        part = max(num_frames - self.clip_len * self.frame_interval + 1, 0) / self.num_clips
        return ((np.arange(self.num_clips) + 0.5) * part).astype(np.int32)
