"""Boxes move with the pixels: a bright rectangle stays in its box, however a frame is cropped."""

import numpy as np
import pytest

from mmaction_vt.datasets.transforms import (
    JitterBoxes,
    JitterHSV,
    MoveBoxes,
    PackDetectionInputs,
    SampleAroundKeyFrame,
    VideoToClips,
)
from mmaction_vt.errors import BrokenVideoError, InputError

BOX = np.array([[0.25, 0.5, 0.5, 0.875]], np.float32)
SAMPLING = dict(type='mmaction_vt.SampleAroundKeyFrame', clip_len=2, frame_interval=1)


def sample(**more):
    frames = np.zeros((4, 64, 96, 3), np.uint8)
    frames[:, 32:56, 24:48] = 255
    return dict(array=frames, filename='a', key_time=0.05, gt_bboxes=BOX, gt_labels=np.ones((1, 2), 'f'), **more)


@pytest.mark.parametrize(
    'options',
    [
        dict(),
        dict(size=(48, 120)),
        dict(short_side=40),
        dict(short_side=60, long_side=72),
        dict(crop='center', short_side=80, size=(72, 96)),
        dict(crop='random', short_side=(70, 90), size=64),
        dict(crop='random_resized', size=48, area_range=(0.5, 1.0)),
    ],
)
@pytest.mark.parametrize('flip', [0.0, 1.0])
def test_boxes_move_with_the_pixels(options, flip):
    np.random.seed(3)
    clips = VideoToClips(SAMPLING, flip=flip, **options)
    for _ in range(4):
        moved = MoveBoxes(min_visible=0)(clips(sample()))
        picture = moved['imgs'][0, 0, 0] > 127
        rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
        expected = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
        np.testing.assert_allclose(moved['gt_bboxes'][0], expected, atol=1.6)
        assert np.array_equal(moved['gt_frame_bboxes'], BOX)


def test_short_and_long_side_keep_the_aspect_ratio():
    assert VideoToClips(SAMPLING, short_side=32)(sample())['img_shape'] == (32, 48)
    assert VideoToClips(SAMPLING, short_side=64, long_side=48)(sample())['img_shape'] == (32, 48)


def test_boxes_outside_a_crop_are_dropped_in_training_and_kept_in_testing():
    """The crop is the upper left; the box is below."""
    results = VideoToClips(SAMPLING, crop='anchored', anchor=(0, 0), short_side=None, size=(24, 24))(sample())
    training = MoveBoxes()(dict(results))
    assert [len(training[name]) for name in ('gt_bboxes', 'gt_labels', 'gt_frame_bboxes')] == [0, 0, 0]
    testing = MoveBoxes()(dict(results, proposals=BOX, proposal_scores=np.ones(1, 'f')))
    assert len(testing['gt_bboxes']) == len(testing['proposals']) == 1
    assert testing['proposals'].max() <= 24
    packed = PackDetectionInputs()(testing)['data_samples']
    assert packed.proposals.frame_bboxes.tolist() == BOX.tolist() and packed.proposals.scores.tolist() == [1]


def test_several_crops_are_refused():
    results = VideoToClips(SAMPLING, crop='three', size=64)(sample())
    with pytest.raises(InputError, match='MoveBoxes needs one crop, not 3'):
        MoveBoxes()(results)


def test_jitter():
    np.random.seed(0)
    boxes = np.tile(np.array([[40, 40, 60, 80]], np.float32), (500, 1))
    moved = JitterBoxes((-0.1, 0.2), (-0.05, 0.1))(dict(gt_bboxes=boxes, img_shape=(100, 100)))['gt_bboxes'] - boxes
    low, high = moved.min(0), moved.max(0)
    np.testing.assert_allclose(low, [-4, -4, -2, -2], atol=0.2)
    np.testing.assert_allclose(high, [2, 2, 4, 4], atol=0.2)
    fixed = JitterBoxes(0.1, 0.05)(dict(proposals=boxes[:1], img_shape=(81, 100)))['proposals']
    assert fixed.tolist() == [[38, 38, 62, 81]]  # within the frame


@pytest.mark.parametrize(
    ('key', 'frames'),
    [(0.0, [0, 0, 0, 2]), (0.5, [1, 3, 5, 7]), (1.0, [5, 7, 9, 9])],  # of ten at ten per second
)
def test_the_key_frame_is_the_middle(key, frames):
    sampler = SampleAroundKeyFrame(4, 2)
    results = dict(total_frames=10, avg_fps=10, key_time=key, filename='a')
    assert sampler(dict(results))['frame_inds'].tolist() == frames
    with pytest.raises(BrokenVideoError, match='has 10 frames at 10 per second, and a box of it is in frame 12'):
        sampler(dict(results, key_time=1.2))


def test_the_distance_of_frames_can_refer_to_another_rate():
    results = SampleAroundKeyFrame(3, 2, target_fps=30)(dict(total_frames=99, avg_fps=60, key_frame=50, filename='a'))
    assert results['frame_inds'].tolist() == [46, 50, 54]


def test_hsv_shifts_all_frames_alike():
    np.random.seed(1)
    frames = list(np.random.default_rng(0).integers(60, 200, (3, 8, 8, 3)).astype(np.uint8))
    frames[1] = frames[0]
    moved = JitterHSV(40, 0.2, 0.2)(dict(imgs=frames))['imgs']
    assert np.array_equal(moved[0], moved[1]) and not np.array_equal(moved[0], frames[0])
    unchanged = JitterHSV(0, 0, 0)(dict(imgs=frames))['imgs']
    assert np.abs(unchanged[2].astype(int) - frames[2]).max() <= 6  # of 8 bits in HSV
