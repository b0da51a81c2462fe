"""An action detector in ONNX: backbone and head, with boxes as an input."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from tiny_detection import detector

from mmaction_vt import init_recognizer
from mmaction_vt.deployment import detector as exporting
from mmaction_vt.errors import InputError

ROIS = np.array([[1, 0.1, 0.2, 0.5, 0.6], [0, 0, 0, 1, 1], [1, 0.7, 0.7, 0.9, 0.9]], np.float32)


def build(**head):
    torch.manual_seed(0)
    model = init_recognizer(dict(model=detector(**head)))
    model.init_weights()
    return model


@pytest.mark.parametrize(
    'head',
    [
        dict(context='mean', temporal_pool='attention', num_heads=2),
        pytest.param({}, marks=pytest.mark.slow),
        pytest.param(dict(pyramid_channels=16, num_poses=1), marks=pytest.mark.slow),
    ],
)
def test_scores_of_boxes_are_the_models(head, tmp_path):
    model = build(**head)
    report = exporting.export_detector(model, tmp_path / 'a.onnx', softmax=True, labels=['dark', 'bright'])
    assert report.difference < 1e-5 and report.num_classes == {'scores': 2}
    session = onnxruntime.InferenceSession(str(tmp_path / 'a.onnx'))
    clips = np.random.default_rng(0).standard_normal((2, 3, 4, 32, 32)).astype(np.float32)
    (scores,) = session.run(None, dict(clips=clips, boxes=ROIS))
    with torch.no_grad():
        raw = model.cls_head(model.backbone(torch.from_numpy(clips)), torch.from_numpy(ROIS))
        expected = model.cls_head.probabilities(raw)
    np.testing.assert_allclose(scores, expected.numpy(), atol=1e-5)
    facts = {each.key: json.loads(each.value) for each in onnx.load(tmp_path / 'a.onnx').metadata_props}
    assert facts['labels'] == ['dark', 'bright'] and facts['boxes'].startswith('clip, left, top')


def test_a_file_with_other_scores_is_not_written(tmp_path, monkeypatch):
    real = exporting.onnx_file.onnx_session

    def other(content):
        run = real(content)
        return lambda inputs: {name: values + 0.01 for name, values in run(inputs).items()}

    monkeypatch.setattr(exporting.onnx_file, 'onnx_session', other)
    with pytest.raises(InputError, match=r'differ from the model'):
        exporting.export_detector(build(), tmp_path / 'a.onnx')
    assert not (tmp_path / 'a.onnx').exists()
    with pytest.raises(InputError, match=r'exported to .onnx, not to a.pt2'):
        exporting.export_detector(build(), tmp_path / 'a.pt2')
