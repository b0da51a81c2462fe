"""The web page's answers of models with several labels per video, and of models that are unsure."""

import sys
from types import SimpleNamespace

import torch
from conftest import ROOT

from mmaction_vt.apis.predictions import Prediction
from mmaction_vt.evaluation.calibration import Calibration

sys.path.insert(0, str(ROOT / 'demo'))

from web_answer import show

NAMES = {'class': ['left', 'right', 'up']}


def answer(scores, **options):
    prediction = Prediction('a.mp4', {'class': torch.tensor(scores)}, names=NAMES, **options)
    infer = SimpleNamespace(classes={'class': 3}, best=lambda prediction, k: prediction.best(k))
    return show(infer, prediction, 'a.mp4', '')


def test_labels_above_their_thresholds():
    html = answer([0.9, 0.2, 0.7], thresholds=[0.5] * 3)
    assert 'Labels of this video' in html and html.index('left') < html.index('up') and 'right' not in html
    assert 'data-said="Result: left, 90.0 %, up, 70.0 %"' in html


def test_none_of_these():
    html = answer([0.1, 0.2, 0.3], thresholds=[0.5] * 3)
    assert '<b>None of these</b>' in html and 'most likely' in html and 'right' in html
    html = answer([0.3, 0.3, 0.4], calibration=Calibration(threshold=0.9))
    assert 'data-said="Result: none of these; up, 40.0 %"' in html


def test_one_label():
    html = answer([0.1, 0.2, 0.7])
    assert 'The 3 most likely actions' in html and 'none of these' not in html.lower()
