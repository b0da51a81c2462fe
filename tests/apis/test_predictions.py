"""One video, many, or frames in memory; and what a prediction says."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from mmengine.config import Config
from tiny_models import tiny_config_text

from mmaction_vt import VideoInferencer
from mmaction_vt.apis import Prediction
from mmaction_vt.errors import InputError

NAMES = {'class': ['left', 'right', 'up']}


@pytest.fixture(scope='module')
def recognise(tiny_data, tmp_path_factory):
    path = tmp_path_factory.mktemp('predictions') / 'tiny.py'
    path.write_text(tiny_config_text(f'{tiny_data}/list.txt', str(tiny_data), str(path.parent)))
    torch.manual_seed(0)
    return VideoInferencer(Config.fromfile(path), labels=['dark', 'bright'])


@pytest.fixture
def frames(video):
    with av.open(str(video)) as container:
        return np.stack([frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)])


def test_one_video_gives_one_prediction_and_several_an_iterator(recognise, video):
    one = recognise(video)
    (first, second) = recognise([video, str(video)])
    assert isinstance(one, Prediction) and one.top(2) == first.top(2) == second.top(2)
    assert recognise(str(video)).video == str(video)
    assert {name for name, _ in one.top(2)} == {'dark', 'bright'}


def test_frames_in_memory_score_as_the_file(recognise, video, frames):
    expected = recognise(video).scores['class']
    channels_second = torch.from_numpy(frames).permute(0, 3, 1, 2)
    for given in (frames, torch.from_numpy(frames), channels_second, frames[:, :, ::-1][:, :, ::-1]):
        assert torch.equal(recognise(given).scores['class'], expected)
    assert [bool(prediction.error) for prediction in recognise([frames, 'nowhere.mp4', video])] == [False, True, False]


@pytest.mark.parametrize(
    'frames',
    [
        np.zeros((4, 32, 32, 3)),
        np.zeros((4, 32, 32), np.uint8),
        np.zeros((4, 3, 32, 32), np.uint8),
        np.zeros((0, 32, 32, 3), np.uint8),
        torch.zeros(4, 32, 32, 4, dtype=torch.uint8),
    ],
)
def test_other_arrays_are_refused(recognise, frames):
    prediction = recognise(frames)
    assert prediction.error.startswith(f'frames must be (T, H, W, 3) in uint8; got {tuple(frames.shape)} in ')
    with pytest.raises(InputError, match='frames must be'):
        prediction.top()


@pytest.mark.parametrize('videos', [3, None, b'video.mp4', dict(video='a.mp4')])
def test_anything_else_is_refused(recognise, videos):
    with pytest.raises(InputError, match=r'expected the path of a video, frames .* or several of them; got '):
        recognise(videos)
    if videos != dict(video='a.mp4'):
        (prediction,) = recognise([videos])
        assert 'expected the path of a video' in prediction.error


def test_a_string_is_a_path_and_not_its_letters(recognise):
    assert recognise('abc').error == 'abc does not exist'


def test_a_prediction_is_short_and_can_be_stored():
    prediction = Prediction('a.mp4', {'class': torch.tensor([0.2, 0.7, 0.1])}, names=NAMES)
    assert repr(prediction) == "Prediction('a.mp4', right 0.700, left 0.200, up 0.100)"
    assert prediction.top(2) == [('right', pytest.approx(0.7)), ('left', pytest.approx(0.2))]
    stored = json.loads(json.dumps(prediction.to_dict(1)))
    assert stored == {
        'video': 'a.mp4',
        'error': None,
        'class': [{'class_index': 1, 'label': 'right', 'score': pytest.approx(0.7)}],
    }
    assert Prediction('a.mp4', {'class': torch.tensor([0.2, 0.8])}).top(1) == [('class 1', pytest.approx(0.8))]
    assert repr(Prediction('a.mp4', None, 'broken')) == "Prediction('a.mp4', error='broken')"


def test_several_classifiers_need_a_name():
    prediction = Prediction('a.mp4', {'verb': torch.tensor([0.2, 0.8]), 'noun': torch.tensor([1.0, 0.0])})
    assert prediction.top(1, 'noun') == [('class 0', 1.0)]
    with pytest.raises(InputError, match='choose task from verb, noun, not None'):
        prediction.top(1)
    assert 'verb 1 0.800' in repr(prediction)


def test_the_inferencer_says_what_it_is(recognise):
    assert repr(recognise) == 'VideoInferencer(tiny, 2 classes, on cpu)'
    assert Path(recognise.name).stem == 'tiny'
