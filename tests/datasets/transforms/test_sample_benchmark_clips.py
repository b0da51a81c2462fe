import numpy as np
import pytest

from mmaction_vt.datasets.transforms import SampleBenchmarkClips


def frames(transform, total_frames: int, **more) -> list[int]:
    results = transform(dict(total_frames=total_frames, **more))
    assert results['frame_inds'].dtype == np.int32
    assert (results['clip_len'], results['num_clips']) == (transform.clip_len, 1)
    return results['frame_inds'].tolist()


@pytest.mark.parametrize(
    ('clip_len', 'frame_interval', 'total', 'expected'),
    [
        (8, 32, 300, [0, 36, 72, 109, 145, 182, 218, 255]),  # 256 frames, 0 to 255 in steps of 255 / 7
        (8, 32, 256, [0, 36, 72, 109, 145, 182, 218, 255]),
        (8, 32, 100, [0, 14, 28, 42, 56, 70, 84, 99]),  # those that there are, in their order
        (4, 16, 300, [0, 21, 42, 63]),
        (4, 16, 3, [0, 0, 1, 2]),
        (4, 16, 1, [0, 0, 0, 0]),
    ],
)
def test_a_test_clip_starts_with_the_video(clip_len, frame_interval, total, expected):
    sample = SampleBenchmarkClips(clip_len, frame_interval, test_mode=True)
    assert frames(sample, total) == expected
    assert frames(sample, total, start_index=1) == [number + 1 for number in expected]


def test_a_training_clip_starts_anywhere_but_at_the_last_start_that_would_fit():
    np.random.seed(0)
    sample = SampleBenchmarkClips(2, 5)
    clips = np.array([frames(sample, 30) for _ in range(4000)])
    # the room is 30 - 10 = 20 frames, and the published code draws from the first 20 of 21 starts
    assert np.abs(np.bincount(clips[:, 0]) / 4000 - 1 / 20).max() < 0.015
    assert len(np.bincount(clips[:, 0])) == 20
    assert set(clips[:, 1] - clips[:, 0]) == {9}
    assert frames(sample, 10) == [0, 9] and frames(sample, 7) == [0, 6]
