"""Several labels per video, and answers that a model does not give."""

import csv
import json

import numpy as np
import pytest
import torch
from mmengine.config import Config
from tiny_models import one_block

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.prediction_file import PredictionFile
from mmaction_vt.apis.predictions import NONE_OF_THESE, Prediction
from mmaction_vt.errors import InputError
from mmaction_vt.evaluation.calibration import Calibration

NAMES = ['left', 'right', 'up']
PIPELINE = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips=2, test_mode=True),
        crop='three',
        short_side=32,
        size=32,
    ),
    dict(type='PackActionInputs'),
]


def config(**head):
    model = one_block('TimeSformer')
    model['cls_head'] |= head
    return Config(dict(model=model, test_pipeline=PIPELINE, class_names=NAMES))


def frames(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (10, 40, 40, 3), np.uint8)


def several(**options):
    torch.manual_seed(0)
    infer = VideoInferencer(config(type='mmaction_vt.MultiLabelHead'), device='cpu', **options)
    infer.model.cls_head.fc_cls.bias.data.copy_(torch.tensor([3.0, -3.0, 1.0]))
    return infer


def test_probabilities_are_the_means_of_sigmoids():
    infer = several()
    sample = infer.read(frames())
    (prediction,) = infer.classify([sample])
    with torch.no_grad():
        clips = infer.model.data_preprocessor(dict(inputs=[sample.packed['inputs']], data_samples=[None]))['inputs']
        raw = infer.model.cls_head(infer.model.backbone(clips.flatten(0, 1)))
    assert len(raw) == 6
    wanted = raw.sigmoid().mean(0)
    torch.testing.assert_close(prediction.scores['class'], wanted)
    assert dict(prediction.top(3)) == pytest.approx(dict(zip(NAMES, wanted.tolist(), strict=True)))


def test_labels_above_their_thresholds():
    prediction = several()(frames())
    assert [name for name, _ in prediction.labels_above()] == ['left', 'up']
    assert [name for name, _ in prediction.labels_above(0.9)] == ['left']
    assert prediction.answer() == prediction.labels_above() and not prediction.none_of_these
    assert [guess['label'] for guess in prediction.to_dict()['labels']] == ['left', 'up']
    assert 'left' in repr(prediction) and 'right' not in repr(prediction)


def test_thresholds_that_are_given(tmp_path):
    path = tmp_path / 'thresholds.json'
    path.write_text(json.dumps(dict(thresholds=[0.99, 0.0, 0.99])))
    prediction = several(thresholds=path)(frames())
    assert [name for name, _ in prediction.labels_above()] == ['right']
    prediction = several(thresholds=0.999)(frames())
    assert prediction.none_of_these and prediction.labels_above() == []
    assert prediction.answer(2)[0] == (NONE_OF_THESE, None) and prediction.answer(2)[1][0] == 'left'
    with pytest.raises(InputError, match='thresholds are for models with several labels'):
        VideoInferencer(config(), device='cpu', thresholds=0.5)


def test_a_model_with_one_label_needs_a_threshold():
    prediction = VideoInferencer(config(), device='cpu')(frames())
    with pytest.raises(InputError, match='give a threshold'):
        prediction.labels_above()
    assert len(prediction.labels_above(0.0)) == 3 and prediction.labels_above(1.0) == []
    assert Prediction('a.mp4', None, 'gone').none_of_these is False
    with pytest.raises(InputError, match='gone'):
        Prediction('a.mp4', None, 'gone').labels_above(0.5)


@pytest.mark.parametrize('average', ['prob', 'score'])
def test_calibrated_probabilities(average):
    torch.manual_seed(0)
    settings = config(average_clips=average, init_std=2.0)
    plain = VideoInferencer(settings, device='cpu')
    plain.model.init_weights()
    infer = VideoInferencer(settings, device='cpu', calibration=5.0)
    infer.model.load_state_dict(plain.model.state_dict())
    before, after = plain(frames()), infer(frames())
    torch.testing.assert_close(before.scores, after.scores)
    raw = before.scores['class'].log() if average == 'prob' else before.scores['class']
    wanted = (raw / 5).softmax(-1).sort(descending=True).values
    assert [score for _, score in after.top(3)] == pytest.approx(wanted.tolist(), abs=1e-6)
    assert before.top(1)[0][1] > after.top(1)[0][1] and not after.none_of_these


def test_none_of_these(tmp_path):
    path = tmp_path / 'calibration.json'
    path.write_text(json.dumps(dict(temperature=1.0, reject_by='probability', threshold=0.999)))
    prediction = VideoInferencer(config(), device='cpu', calibration=path)(frames())
    assert prediction.none_of_these and prediction.answer(1)[0] == (NONE_OF_THESE, None)
    assert prediction.to_dict()['none_of_these'] is True and repr(prediction).startswith("Prediction('frames")
    assert NONE_OF_THESE in repr(prediction)
    sure = VideoInferencer(config(), device='cpu', calibration=Calibration(threshold=0.0))(frames())
    assert not sure.none_of_these and sure.to_dict()['none_of_these'] is False


def test_calibration_is_for_one_label():
    with pytest.raises(InputError, match='MultiLabelHead has several labels per video: tune its thresholds'):
        several(calibration=2.0)
    head = dict(type='mmaction_vt.VerbNounHead', num_verbs=2, num_nouns=3, in_channels=32, average_clips='prob')
    model = Config(dict(model=one_block('TimeSformer') | dict(cls_head=head), test_pipeline=PIPELINE))
    with pytest.raises(InputError, match='VerbNounHead has two classifiers'):
        VideoInferencer(model, device='cpu', calibration=2.0)


@pytest.mark.parametrize('suffix', ['.csv', '.json'])
def test_files_have_the_decisions(tmp_path, suffix):
    infer, path = several(), tmp_path / f'out{suffix}'
    prediction = infer(frames())
    arguments = (path, infer.classes, 1, True)
    with PredictionFile(*arguments, decides=infer.decides) as file:
        file.add('a.mp4', prediction.best(1), None, prediction.decision())
        file.add('b.mp4', {}, 'gone', {})
    with PredictionFile(*arguments, resume=True, decides=infer.decides) as file:
        assert file.done == {'a.mp4'}
        file.add('c.mp4', prediction.best(1), None, {'labels': []})
    if suffix == '.csv':
        rows = list(csv.DictReader(path.open()))
        assert [(row['video'], row['class_1'], row['labels']) for row in rows] == [
            ('a.mp4', '0', '0 2'),
            ('c.mp4', '0', ''),
        ]
    else:
        rows = json.loads(path.read_text())
        assert [[each['label'] for each in row['labels']] for row in rows] == [['left', 'up'], []]


def test_a_file_has_none_of_these(tmp_path):
    infer = VideoInferencer(config(), device='cpu', calibration=Calibration(threshold=0.999))
    prediction = infer(frames())
    with PredictionFile(tmp_path / 'out.csv', infer.classes, 1, True, decides=infer.decides) as file:
        file.add('a.mp4', prediction.best(1), None, prediction.decision())
    (row,) = csv.DictReader((tmp_path / 'out.csv').open())
    assert row['none_of_these'] == '1'
