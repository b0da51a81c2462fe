import numpy as np
import pytest
from videos import write_video

from mmaction_vt.datasets.transforms import DecordDecode, DecordInit, SampleClipsInTime, TrimToSegment
from mmaction_vt.errors import InputError


def trim(start, stop, total_frames=100, fps=25.0, **more):
    results = dict(filename='a.mp4', total_frames=total_frames, avg_fps=fps, start_time=start, stop_time=stop, **more)
    results = TrimToSegment()(results)
    return results['start_index'], results['total_frames']


@pytest.mark.parametrize(
    ('start', 'stop', 'expected'),
    [
        (0, 4, (0, 100)),
        (1, 2, (25, 25)),
        (1.03, 1.99, (26, 24)),  # 25.75 to 49.75
        (1, 1, (25, 1)),
        (3.5, 9, (88, 12)),  # the annotations go on behind the end
        (3.999, 4, (99, 1)),
    ],
)
def test_first_frame_and_number(start, stop, expected):
    assert trim(start, stop) == expected


def test_start_index_is_added():
    assert trim(1, 2, start_index=1) == (26, 25)


def test_without_times_nothing_changes():
    results = dict(filename='a.mp4', total_frames=100, avg_fps=25.0, start_index=0)
    assert TrimToSegment()(dict(results)) == results


def test_refuses_a_segment_behind_the_end():
    with pytest.raises(InputError, match=r'^the video a\.mp4 is 4\.00 seconds long, .* starts at 4\.00'):
        trim(4, 5)


@pytest.mark.parametrize('num_clips', [1, 10])
def test_clips_lie_inside_the_segment(tmp_path, num_clips):
    video = write_video(tmp_path / 'a.mp4', num_frames=48, fps=24)  # frame i has the value 5 * i
    for test_mode in (False, True):
        results = dict(filename=str(video), start_index=0, start_time=0.5, stop_time=1.5)
        sample = SampleClipsInTime(4, 5, num_clips, test_mode=test_mode)  # 16 frames of this video
        for transform in (DecordInit(), TrimToSegment(), sample, DecordDecode()):
            results = transform(results)
        values = np.array([img.mean() for img in results['imgs']]).reshape(num_clips, 4) / 5
        assert values.min() > 11.4 and values.max() < 35.6  # frames 12 to 35
        assert np.ptp(values, 1) == pytest.approx(15, abs=1.5)
        if test_mode:
            # the room is 24 - 16 = 8 frames
            starts = 12 + 8 * np.arange(num_clips) / num_clips
            np.testing.assert_allclose(values[:, 0], np.floor(starts), atol=0.6)
