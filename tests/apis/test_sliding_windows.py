"""Windows of a long video: the scores of a test of their frames, from frames that are decoded once."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from videos import write_frames

from mmaction_vt import StreamRecognizer, VideoInferencer, create_model
from mmaction_vt.datasets.video_readers import PyAVReader
from mmaction_vt.errors import BrokenVideoError, InputError

MODELS = (
    'dualformer_moving_shapes',
    'motionformer_moving_shapes',
    'timesformer_divST_moving_shapes',
    'timesformer_spaceonly_moving_shapes',
    'vivit_fe_moving_shapes',
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in (
            'motionformer_divided_moving_shapes',
            'motionformer_joint_moving_shapes',
            'videomae_moving_shapes',
            'vivit_fdp_moving_shapes',
            'vivit_fsa_moving_shapes',
            'vivit_moving_shapes',
            'vjepa2_moving_shapes',
        )
    ),
)


@pytest.fixture
def config(tiny_config):
    config = Config.fromfile(tiny_config)
    config.test_pipeline[0].sampling = dict(type='SampleFrames', clip_len=4, frame_interval=2, test_mode=True)
    return config


@pytest.fixture
def infer(config):
    torch.manual_seed(0)
    return VideoInferencer(config, batch_size=3)


@pytest.fixture(scope='module')
def frames():
    return np.random.default_rng(0).integers(0, 256, (37, 48, 64, 3), dtype=np.uint8)


@pytest.mark.parametrize('stride', [2, 11])
def test_scores_are_those_of_a_test_of_the_frames_alone(infer, frames, stride):
    windows = infer.slide(frames, stride=stride)
    predictions = list(windows)
    assert windows.window == 7 and len(windows) == len(predictions)
    for window in predictions:
        alone = infer(frames[window.first_frame : window.last_frame + 1])
        torch.testing.assert_close(window.scores, alone.scores, rtol=0, atol=1e-6)


@pytest.mark.parametrize('name', MODELS)
def test_a_stream_has_the_scores_of_a_test_whatever_it_shares(name):
    torch.manual_seed(0)
    infer = VideoInferencer(name, batch_size=2)
    frames = np.random.default_rng(0).integers(0, 256, (20, 64, 72, 3), dtype=np.uint8)
    stream = StreamRecognizer(infer.model, window=16, stride=2)
    pushed = [prediction for frame in frames if (prediction := stream.push(frame)) is not None]
    assert [prediction.last_frame for prediction in pushed] == [15, 17, 19]
    for prediction, window in zip(pushed, infer.slide(frames, 16, 2), strict=True):
        alone = infer(frames[prediction.first_frame : prediction.last_frame + 1])
        torch.testing.assert_close(prediction.scores, alone.scores, rtol=0, atol=1e-5)
        torch.testing.assert_close(window.scores, alone.scores, rtol=0, atol=1e-5)
    assert 'saved' in stream.reuse


def test_the_spatial_transformer_runs_once_for_each_tubelet():
    model = create_model('vivit_fe_moving_shapes')
    calls = []
    model.backbone.blocks[0].register_forward_hook(lambda _, inputs, __: calls.append(len(inputs[0])))
    stream = StreamRecognizer(model, window=16, stride=2)
    for frame in np.zeros((40, 64, 64, 3), np.uint8):
        stream.push(frame)
    cache = stream._scorer.cache
    assert sum(calls) == cache.computed < cache.used / 2


def test_frames_are_decoded_once_in_order_and_forgotten(infer, tmp_path, frames, monkeypatch):
    path = write_frames(tmp_path / 'long.mp4', np.tile(frames, (4, 1, 1, 1)))
    decoded, kept = [], []
    read = PyAVReader.read

    def noted(reader, numbers):
        decoded.append(np.array(numbers))
        return read(reader, numbers)

    monkeypatch.setattr(PyAVReader, 'read', noted)
    windows = infer.slide(path, stride=2)
    for window in windows:
        kept.append(len(windows.scorer.frames.crops))
        assert window.stop == pytest.approx(window.start + 7 / windows.fps)
    (numbers,) = decoded
    assert (np.diff(numbers) > 0).all()
    assert max(kept) <= 7 + 2 * 3  # a window, and as much as a batch of windows moves on


def test_a_run_can_start_at_any_window(infer, frames):
    windows = infer.slide(frames, stride=3)
    whole = list(windows)
    rest = list(windows.iterate(first=4))
    assert [window.first_frame for window in rest] == [window.first_frame for window in whole[4:]]
    for one, other in zip(whole[4:], rest, strict=True):
        torch.testing.assert_close(one.scores, other.scores, rtol=0, atol=1e-6)


def test_a_video_shorter_than_a_window_is_one_window(infer, frames, caplog):
    (window,) = infer.slide(frames[:5])
    torch.testing.assert_close(window.scores, infer(frames[:5]).scores, rtol=0, atol=1e-6)
    assert (window.first_frame, window.last_frame) == (0, 4)
    stream = StreamRecognizer(infer.model)
    assert [stream.push(frame) for frame in frames[:5]] == [None] * 5
    torch.testing.assert_close(stream.finish().scores, window.scores, rtol=0, atol=1e-6)


def test_the_end_of_a_stream_is_scored(infer, frames):
    stream = StreamRecognizer(infer.model, window=8, stride=5)
    pushed = [prediction for frame in frames if (prediction := stream.push(frame)) is not None]
    assert pushed[-1].last_frame == 32 and stream.finish().last_frame == 36
    stream.reset()
    assert stream.finish() is None


def test_windows_before_a_broken_frame_are_scored(infer, tmp_path, frames, monkeypatch):
    path = write_frames(tmp_path / 'whole.mp4', frames)
    read = PyAVReader.read

    def broken_after_20(reader, numbers):
        yield from read(reader, numbers[numbers < 20])
        raise BrokenVideoError('frame 20 cannot be decoded')

    monkeypatch.setattr(PyAVReader, 'read', broken_after_20)
    scored = []
    with pytest.raises(BrokenVideoError, match='frame 20'):
        scored.extend(iter(infer.slide(path, window=8, stride=3)))
    assert [window.last_frame for window in scored] == [7, 10, 13, 16, 19]


def test_a_frame_of_another_size_is_cropped_for_itself(infer, frames):
    stream = StreamRecognizer(infer.model, stride=1)
    last = None
    for index, frame in enumerate(frames[:10]):
        last = stream.push(frame[:, :56] if index % 2 else frame) or last
    assert last is not None and last.last_frame == 9


@pytest.mark.parametrize('frame', [np.zeros((8, 8)), np.zeros((8, 8, 3)), [[0]], np.zeros((8, 8, 4), np.uint8)])
def test_what_is_no_frame_is_refused(infer, frame):
    with pytest.raises(InputError, match='a frame must be an array'):
        StreamRecognizer(infer.model).push(frame)


def test_bad_numbers_are_refused(infer, frames):
    with pytest.raises(InputError, match='window must be a positive number of frames, not -3'):
        infer.slide(frames, window=-3)
    with pytest.raises(InputError, match='window must be a positive number of frames, not 0'):
        infer.slide(frames, window=0)
    with pytest.raises(InputError, match='input_step must be a positive number of frames, not 0'):
        infer.slide(frames, input_step=0)
    with pytest.raises(InputError, match='stride must be a positive number of frames, not 0'):
        infer.slide(frames, stride=0)
    with pytest.raises(InputError, match='fps must be a positive number'):
        StreamRecognizer(infer.model, fps=0)
    with pytest.raises(InputError, match='not with a model that is built'):
        StreamRecognizer(infer.model, 'model.pth')
