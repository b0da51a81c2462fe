"""Where windows start, and which frames they need."""

import numpy as np
import pytest
from mmaction.datasets.transforms import SampleFrames, UniformSample
from mmengine.dataset import Compose

from mmaction_vt.datasets.transforms import SampleClipsInTime
from mmaction_vt.errors import InputError
from mmaction_vt.streaming import check_frames, check_times, clip_offsets, clips_step, natural_length, spans_of


@pytest.mark.parametrize('total', [5, 16, 17, 40, 41])
@pytest.mark.parametrize('stride', [1, 3, 16, 20])
def test_windows_start_every_stride_and_the_last_ends_with_the_video(total, stride):
    spans = list(spans_of(16, stride, total))
    assert [span.start for span in spans[:-1]] == [stride * index for index in range(len(spans) - 1)]
    assert spans[-1].stop == total and spans[0].start == 0
    assert all(span.stop - span.start == min(16, total) for span in spans)
    assert len(set(spans)) == len(spans)


def test_a_window_reaches_from_the_first_frame_of_a_clip_to_the_last():
    assert natural_length(SampleFrames(8, 32, 10, test_mode=True), 25) == 225
    assert natural_length(SampleClipsInTime(8, 32, 10, test_mode=True), 15) == 128  # 30 frames a second are meant
    assert natural_length(UniformSample(8, test_mode=True), 25) == 16


def test_clips_that_are_the_same_count_once():
    sampling = SampleFrames(4, 2, 5, test_mode=True)
    assert clip_offsets(sampling, 7, 30).tolist() == [[0, 2, 4, 6]]
    assert len(clip_offsets(sampling, 20, 30)) == 5


def test_only_pipelines_whose_frames_are_cropped_one_by_one():
    pipeline = Compose([dict(type='mmaction.SampleFrames', clip_len=4), dict(type='mmaction.PackActionInputs')])
    with pytest.raises(InputError, match='VideoToClips and PackActionInputs; this one has SampleFrames, PackAction'):
        clips_step(pipeline)


@pytest.mark.parametrize('value', [0, -1, 1.5, True, '8'])
def test_a_stride_is_a_positive_integer(value):
    with pytest.raises(InputError, match='stride must be a positive number of frames'):
        check_frames('stride', value)


def test_time_stamps_that_jump_are_named():
    times = np.arange(30) / 10
    assert check_times(times, 10) == []
    times[20:] += 60
    assert check_times(times, 10) == ['time stamps jump from 1.90 to 62.00 seconds after frame 19']
