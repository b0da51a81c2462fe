"""Clip sampling of mmaction 0.x."""

import numpy as np
from mmaction.datasets.transforms import SampleFrames as _SampleFrames

from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class SampleFrames(_SampleFrames):
    """mmaction2's ``SampleFrames`` with the test clips of its 0.x versions, with which DualFormer was published.

    The range of possible starts is divided into k equal parts, and a clip starts in the middle of each. In mmaction2
    1.x the first clip starts at the first frame and the last one ends at the last frame. A video that is shorter than a
    clip is looped from its first frame.

    Required keys: ``total_frames``, ``start_index``. Added keys: ``frame_inds``, ``clip_len``, ``frame_interval``,
    ``num_clips``.

    Args:
        clip_len: Number of frames of a clip.
        frame_interval: Distance between two frames of a clip.
        num_clips: Number of clips.
        temporal_jitter: Whether each frame is shifted at random, by less than the interval.
        twice_sample: Whether to take twice as many test clips, placed as in mmaction2 1.x.
        out_of_bound_opt: For frames beyond the end, ``loop`` continues at the first frame, ``repeat_last`` repeats the
            last one.
        test_mode: Whether clips are fixed.
        keep_tail_frames: Whether training clips also cover the end of a video.
        target_fps: Frame rate that ``frame_interval`` refers to; None for the video's own.
        **kwargs: Accepted and ignored by mmaction2.
    """

    def _get_test_clips(self, num_frames: int, ori_clip_len: float) -> np.ndarray:
        if self.clip_len == 1 or self.twice_sample:
            return super()._get_test_clips(num_frames, ori_clip_len)
        part = max(num_frames - self.clip_len * self.frame_interval + 1, 0) / self.num_clips
        return ((np.arange(self.num_clips) + 0.5) * part).astype(np.int32)
