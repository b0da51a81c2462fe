"""Predictions for many videos, from Python."""

import os
import signal

import pytest
import torch
from mmengine.config import Config
from tiny_models import recognizer
from videos import write_video

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.inferencer import Sample, in_batches
from mmaction_vt.apis.predictions import Guess
from mmaction_vt.errors import InputError
from mmaction_vt.visualization.explain.model_input import prepare, read_views


@pytest.fixture
def config(tiny_config):
    return Config.fromfile(tiny_config)


@pytest.fixture
def infer(config):
    def build(**options):
        torch.manual_seed(0)
        inferencer = VideoInferencer(config, **options)
        generator = torch.Generator().manual_seed(0)
        for parameter in inferencer.model.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.2
        return inferencer

    return build


@pytest.fixture
def videos(tiny_data, tmp_path):
    paths = [tiny_data / f'{index}.mp4' for index in range(7)]
    (tmp_path / 'empty.mp4').touch()
    (tmp_path / 'text.mp4').write_text('this is no video\n' * 100)
    (tmp_path / 'no suffix').write_bytes(paths[0].read_bytes())
    return [
        tmp_path / 'empty.mp4', *paths[:3], tmp_path / 'text.mp4', *paths[3:], tmp_path / 'nowhere.mp4',
        tmp_path / 'no suffix',
    ]  # fmt: skip


def test_batches_and_processes_change_nothing(infer, videos):
    plain = list(infer()(videos))
    assert [prediction.video for prediction in plain] == list(map(str, videos))
    assert [index for index, prediction in enumerate(plain) if prediction.error] == [0, 4, 9]
    assert 'cannot be read' in plain[0].error and 'nowhere.mp4 does not exist' in plain[9].error
    assert torch.equal(plain[10].scores['class'], plain[1].scores['class'])
    for options in (dict(batch_size=3), dict(batch_size=4, num_workers=2)):
        for one, other in zip(plain, infer(**options)(videos), strict=True):
            assert (one.video, one.error) == (other.video, other.error)
            if one.scores:
                assert one.scores['class'].sum() == pytest.approx(1, abs=1e-6)
                torch.testing.assert_close(one.scores, other.scores, rtol=0, atol=1e-6)


def test_one_view_is_the_middle_one(infer, config, video):
    inferencer = infer(one_view=True)
    view = read_views(config, video)[3:4]  # of two clips by three crops
    with torch.no_grad():
        expected = inferencer.model.cls_head(inferencer.model.backbone(prepare(inferencer.model, view)))[0].softmax(0)
    (prediction,) = inferencer([video])
    torch.testing.assert_close(prediction.scores['class'], expected)
    assert not torch.allclose(expected, next(infer()([video])).scores['class'])


def test_videos_with_other_numbers_of_views(infer, config, tmp_path):
    config.test_pipeline[0].sampling = dict(type='mmaction_vt.SampleCoveringClips', clip_len=4, frame_interval=2)
    paths = [write_video(tmp_path / f'{frames}.mp4', frames) for frames in (8, 24, 16, 17)]
    one_by_one, together = ([p.scores for p in infer(batch_size=size)(paths)] for size in (1, 4))
    torch.testing.assert_close(one_by_one, together, rtol=0, atol=1e-6)


def test_a_batch_has_one_shape_and_broken_videos_keep_their_place():
    shapes = [None, 1, 1, None, 1, 2, 2, None, None, 1]
    samples = [
        Sample(str(i), None, 'broken') if size is None else Sample(str(i), dict(inputs=torch.zeros(size, 3)))
        for i, size in enumerate(shapes)
    ]
    batches = list(in_batches(samples, 2))
    assert [[int(sample.video) for sample in batch] for batch in batches] == [
        [0],
        [1, 2],
        [3],
        [4],
        [5, 6],
        [7],
        [8],
        [9],
    ]


def test_a_decoder_that_crashes_costs_its_video(infer, videos):
    inferencer = infer(num_workers=2)
    pipeline = inferencer.pipeline

    def crash_on_the_third(results):
        if results['filename'] == str(videos[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return pipeline(results)

    inferencer.pipeline = crash_on_the_third
    predictions = list(inferencer(videos[1:4]))
    assert f'the process that read {videos[2]} died' in predictions[1].error
    assert predictions[0].scores and predictions[2].scores


def test_errors_of_any_kind_are_the_videos(infer, videos):
    inferencer = infer()
    inferencer.pipeline = lambda results: 1 / 0
    assert next(inferencer(videos[1:2])).error == 'ZeroDivisionError: division by zero'


def test_verbs_and_nouns(config, videos):
    config.model = recognizer(5, dict(type='mmaction_vt.VerbNounHead', num_verbs=3, num_nouns=5, in_channels=16))
    config.model.backbone.update(type='mmaction_vt.TimeSformer', img_size=32, num_frames=4, embed_dims=16,
                                 num_layers=1, num_heads=1, _delete_=True)  # fmt: skip
    for key in list(config.model.backbone):
        if key not in ('type', 'img_size', 'num_frames', 'embed_dims', 'num_layers', 'num_heads'):
            del config.model.backbone[key]
    verbs, nouns = ['take', 'put', 'cut'], list('abcde')
    inferencer = VideoInferencer(config, labels=[verbs, nouns], batch_size=2)
    for prediction in inferencer(videos[1:4]):
        best = inferencer.best(prediction, 4)
        assert {task: len(guesses) for task, guesses in best.items()} == dict(verb=3, noun=4)
        assert best['verb'][0].label == verbs[prediction.scores['verb'].argmax()]
    with pytest.raises(InputError, match='got 1 lists of class names, and the model has 2 classifiers: verb, noun'):
        VideoInferencer(config, labels=verbs)
    with pytest.raises(InputError, match='got 3 noun names, expected 5'):
        VideoInferencer(config, labels=[verbs, verbs])


def test_mixed_precision(infer, videos):
    full, half = (next(infer(amp=amp)(videos[1:2])).scores['class'] for amp in (None, 'bf16'))
    assert half.dtype == torch.float32 and not torch.equal(full, half)
    torch.testing.assert_close(full, half, rtol=0, atol=0.05)


def test_a_backbone_that_is_cast(config, videos):
    def scores(**options):
        torch.manual_seed(0)
        infer = VideoInferencer(config, **options)
        return infer.model, next(infer(videos[1:2])).scores['class']

    (_, full), (model, half) = scores(), scores(precision='bf16')
    assert model.backbone.norm.weight.dtype == torch.bfloat16
    assert half.dtype == torch.float32 and not torch.equal(full, half)
    torch.testing.assert_close(full, half, rtol=0, atol=0.05)
    with pytest.raises(InputError, match="amp or precision, not both: 'bf16' and 'bf16'"):
        VideoInferencer(config, precision='bf16', amp='bf16')


def test_refuses_what_cannot_be(infer, config):
    with pytest.raises(InputError, match='fp16 needs a GPU'):
        infer(amp='fp16')
    with pytest.raises(InputError, match='device nonsense cannot be used'):
        infer(device='nonsense')
    with pytest.raises(InputError, match='got 3 class names, expected 2'):
        infer(labels=['a', 'b', 'c'])
    with pytest.raises(InputError, match='batch_size must be at least 1'):
        infer(batch_size=0)
    config.model.cls_head.average_clips = None
    with pytest.raises(InputError, match='average_clips'):
        list(infer()([config.test_dataloader.dataset.data_prefix.video + '/0.mp4']))
    config.pop('test_pipeline')
    with pytest.raises(InputError, match='has no test_pipeline'):
        infer()


def test_the_former_name_of_a_class_index():
    guess = Guess(3, 'left', 0.5)
    with pytest.warns(DeprecationWarning, match='Guess.number is class_index'):
        assert guess.number == guess.class_index
