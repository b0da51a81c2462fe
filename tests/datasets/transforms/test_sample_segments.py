import numpy as np
import pytest

from mmaction_vt.datasets.transforms import SampleSegments


def frames(sample: SampleSegments, total_frames: int, start_index: int = 0) -> list[int]:
    results = sample(dict(total_frames=total_frames, start_index=start_index))
    assert results['num_clips'] == 1
    assert results['clip_len'] == len(results['frame_inds'])
    return results['frame_inds'].tolist()


@pytest.mark.parametrize(
    ('total_frames', 'expected'),
    [
        # segments of 40 / 4 = 10 frames
        (41, [5, 15, 25, 35]),
        # segments of 3.75 frames end at 0, 4, 8 (7.5), 11, 15
        (16, [2, 6, 9, 13]),
        # shorter than the clip: segments of a quarter frame end at 0, 0, 0, 1, 1
        (2, [0, 0, 0, 1]),
        (1, [0, 0, 0, 0]),
    ],
)
def test_testing_takes_the_middle_of_each_segment(total_frames, expected):
    assert frames(SampleSegments(4, test_mode=True), total_frames) == expected


def test_training_draws_from_each_segment_with_both_ends():
    np.random.seed(0)
    drawn = np.array([frames(SampleSegments(4), 16) for _ in range(500)])
    assert [sorted(set(column.tolist())) for column in drawn.T] == [
        [0, 1, 2, 3, 4],
        [4, 5, 6, 7, 8],
        [8, 9, 10, 11],
        [11, 12, 13, 14, 15],
    ]


def test_start_index_is_added():
    assert frames(SampleSegments(4, test_mode=True), 41, start_index=1) == [6, 16, 26, 36]
