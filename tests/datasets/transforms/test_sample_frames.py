import numpy as np
import pytest
from mmaction.registry import TRANSFORMS


def clips(total_frames, **options):
    step = TRANSFORMS.build(dict(type='mmaction_vt.SampleFrames', **options))
    results = step(dict(total_frames=total_frames, start_index=0))
    return results['frame_inds'].reshape(-1, results['clip_len'])


def test_test_clips_start_in_the_middle_of_equal_parts():
    # Room for first frames: 100 - 32 * 2 + 1 = 37, in four parts of 9.25 frames.
    frames = clips(100, clip_len=32, frame_interval=2, num_clips=4, test_mode=True)
    assert frames[:, 0].tolist() == [4, 13, 23, 32]
    assert (np.diff(frames, axis=1) == 2).all()
    assert clips(100, clip_len=32, frame_interval=2, test_mode=True)[0, 0] == 18


def test_a_short_video_starts_again():
    frames = clips(10, clip_len=8, frame_interval=2, num_clips=2, test_mode=True)
    assert frames.tolist() == [[0, 2, 4, 6, 8, 0, 2, 4]] * 2


@pytest.mark.parametrize('options', [dict(clip_len=1, num_clips=3), dict(clip_len=8, num_clips=2, twice_sample=True)])
def test_other_kinds_of_test_are_those_of_mmaction2(options):
    theirs = TRANSFORMS.build(dict(type='SampleFrames', test_mode=True, **options))
    wanted = theirs(dict(total_frames=50, start_index=0))['frame_inds']
    assert clips(50, test_mode=True, **options).flatten().tolist() == wanted.tolist()


def test_training_clips_lie_anywhere():
    np.random.seed(0)
    starts = {clips(20, clip_len=8, frame_interval=2)[0, 0] for _ in range(100)}
    assert starts == set(range(5))
