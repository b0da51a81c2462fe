"""Frames of a video for display."""

import numpy as np
import pytest

from mmaction_vt.visualization import read_clip
from mmaction_vt.visualization.frames import _decode


@pytest.mark.parametrize(
    ('fps', 'most', 'indices', 'rate'),
    [
        (None, 60, range(40), 25),
        (5, 60, range(0, 40, 5), 5),
        (50, 60, range(40), 25),
        (None, 10, range(0, 40, 4), 6.25),
    ],
)
def test_evenly_spaced_frames_and_their_rate(video, fps, most, indices, rate):
    every, _ = read_clip(video)
    clip, found = read_clip(video, fps, most)
    assert np.array_equal(clip, every[list(indices)]) and found == rate


def test_only_frames_that_are_shown_are_kept(video):
    frames, _ = _decode(str(video), None, 10)
    assert len(frames) == 10
