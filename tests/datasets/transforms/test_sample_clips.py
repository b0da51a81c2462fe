import numpy as np
import pytest
from mmaction.registry import TRANSFORMS

from mmaction_vt.datasets.transforms import SampleClipsInTime, SampleCoveringClips


def frames(transform, total_frames: int, fps: float | None = 30, **more) -> np.ndarray:
    results = transform(dict(total_frames=total_frames, start_index=0, avg_fps=fps, **more))
    assert results['frame_inds'].dtype == np.int32
    assert results['clip_len'] == transform.clip_len
    return results['frame_inds'].reshape(results['num_clips'], results['clip_len'])


@pytest.mark.parametrize(
    ('fps', 'expected'),
    [
        # 4 frames at rate 8 span 32 frames at 30 frames a second: 0 to 31 in steps of 31 / 3
        (30, [0, 10, 20, 31]),
        # 26.67 frames: 0 to 25.67 in steps of 8.56
        (25, [0, 8, 17, 25]),
        # 29.87 frames: 0 to 28.87 in steps of 9.62
        (28, [0, 9, 19, 28]),
        # 64 frames: 0 to 63 in steps of 21
        (60, [0, 21, 42, 63]),
        # without a frame rate as at 30
        (None, [0, 10, 20, 31]),
    ],
)
def test_clip_spans_a_time(fps, expected):
    sample = SampleClipsInTime(clip_len=4, frame_interval=8, test_mode=True)
    assert frames(sample, 100, fps).tolist() == [expected]


def test_test_clips_start_at_equal_parts_of_the_room():
    sample = SampleClipsInTime(clip_len=2, frame_interval=10, num_clips=4, test_mode=True)
    # the room is 100 - 20 = 80 frames; each clip is its first frame and the 19th after it
    assert frames(sample, 100).tolist() == [[0, 19], [20, 39], [40, 59], [60, 79]]


def test_a_short_video_repeats_its_last_frame():
    for test_mode in (False, True):
        sample = SampleClipsInTime(clip_len=4, frame_interval=8, test_mode=test_mode)
        assert frames(sample, 16).tolist() == [[0, 10, 15, 15]]
        assert frames(sample, 1).tolist() == [[0, 0, 0, 0]]


def test_training_starts_are_uniform_over_the_room():
    np.random.seed(0)
    sample = SampleClipsInTime(clip_len=2, frame_interval=5)
    starts = np.array([frames(sample, 30)[0, 0] for _ in range(4000)])
    ends = np.array([frames(sample, 30)[0, 1] for _ in range(4000)])
    # room 20: floor of a uniform number in [0, 20) takes each of 0 to 19 with the same chance
    assert np.bincount(starts, minlength=20).shape == (20,)
    assert np.abs(np.bincount(starts) / 4000 - 1 / 20).max() < 0.015
    assert ends.max() <= 29


def test_start_index_is_added():
    sample = SampleClipsInTime(clip_len=2, frame_interval=5, test_mode=True)
    results = sample(dict(total_frames=30, avg_fps=30, start_index=1))
    assert results['frame_inds'].tolist() == [1, 10]


def test_long_range_model_covers_a_kinetics_clip():
    sample = SampleClipsInTime(clip_len=96, frame_interval=4, test_mode=True)
    clip = frames(sample, 300)[0]
    assert clip[0] == 0
    assert clip[-1] == 299
    assert (np.diff(clip) >= 0).all()


@pytest.mark.parametrize(
    ('seconds', 'clip_len', 'expected'),
    [(410, 8, 48), (410, 32, 12), (410, 64, 6), (410, 96, 4), (5, 8, 1), (13, 8, 2)],
)
def test_covering_clips(seconds, clip_len, expected):
    clips = frames(SampleCoveringClips(clip_len, 32), 30 * seconds)
    assert len(clips) == expected  # table 8 of the paper, for the long ones
    assert clips[0, 0] == 0
    if expected > 1:
        assert clips[-1, -1] == 30 * seconds - 1
        assert np.ptp(np.diff(clips[:, 0])) <= 1


def test_is_registered():
    built = TRANSFORMS.build(dict(type='mmaction_vt.SampleClipsInTime', clip_len=8, frame_interval=32))
    assert isinstance(built, SampleClipsInTime)
