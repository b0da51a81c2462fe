"""Figures of videos with several labels against their plain formulations, and against mmaction2's."""

import json

import numpy as np
import pytest
import torch
from mmaction.evaluation import mean_average_precision, mmit_mean_average_precision
from mmaction.registry import METRICS
from reference.multi_label import average_precision as plain_precision
from reference.multi_label import f1 as plain_f1

from mmaction_vt.errors import InputError
from mmaction_vt.evaluation import CountBrokenVideos, MultiLabelMetric
from mmaction_vt.evaluation.multi_label import (
    average_precision,
    best_thresholds,
    class_f1,
    class_precisions,
    mean_of,
    micro_f1,
    video_precisions,
)


@pytest.fixture(params=[0, 1])
def data(request):
    """Scores with many ties, and labels that are often near the top."""
    rng = np.random.default_rng(request.param)
    scores = rng.integers(0, 12, (60, 7)) / 12
    return scores, rng.random((60, 7)) < 0.6 * scores + 0.05


def test_average_precision(data):
    scores, labels = data
    columns = [plain_precision(*each) for each in zip(scores.T.tolist(), labels.T.tolist(), strict=True)]
    assert class_precisions(scores, labels) == pytest.approx(columns, abs=1e-9)
    assert mean_of(class_precisions(scores, labels)) == pytest.approx(
        mean_average_precision(list(scores), list(labels)), abs=1e-9
    )
    labelled = labels.any(1)
    wanted = mmit_mean_average_precision(list(scores[labelled]), list(labels[labelled]))
    assert mean_of(video_precisions(scores, labels)) == pytest.approx(wanted, abs=1e-9)


def test_average_precision_of_the_extremes():
    labels = np.array([1, 1, 0, 0, 0])
    assert average_precision(np.array([5, 4, 3, 2, 1.0]), labels) == 1
    assert average_precision(np.ones(5), labels) == pytest.approx(0.4)
    assert average_precision(np.array([np.nan, 1, 0, 0, 0]), labels) == pytest.approx(0.5 + 0.5 * 0.4)
    assert np.isnan(average_precision(np.ones(3), np.zeros(3)))


def test_f1(data):
    scores, labels = data
    predicted = scores >= 0.5
    columns = [plain_f1(*each) for each in zip(predicted.T.tolist(), labels.T.tolist(), strict=True)]
    assert class_f1(predicted, labels) == pytest.approx(columns)
    assert micro_f1(predicted, labels) == pytest.approx(plain_f1(predicted.ravel().tolist(), labels.ravel().tolist()))
    labels[:, 2] = False
    assert np.isnan(class_f1(predicted, labels)[2]) and np.isnan(micro_f1(predicted, np.zeros_like(labels)))


def test_the_best_threshold_is_none_worse_than_any_other(data):
    scores, labels = data
    labels[:, 3] = False
    thresholds = best_thresholds(scores, labels, default=0.3)
    assert thresholds[3] == 0.3
    found = class_f1(scores >= thresholds, labels)
    for other in np.linspace(0, 1.1, 200):
        rest = class_f1(scores >= other, labels)
        assert (found >= rest - 1e-12)[[0, 1, 2, 4, 5, 6]].all()
    assert not np.isin(thresholds[[0, 1, 2, 4, 5, 6]], scores).any()  # between two scores


def sample(scores, label, predicted=(), **meta):
    values = dict(
        pred_score=torch.tensor(scores), gt_label=torch.tensor(label), pred_label=torch.tensor(predicted).long()
    )
    return values | meta


def report(samples, **options):
    metric = METRICS.build(dict(type='mmaction_vt.MultiLabelMetric', **options))
    metric.process({}, samples)
    return metric.evaluate(len(samples))


def test_metric(data, tmp_path):
    scores, labels = data
    labels[:, 3] = labels[5] = False
    rows = [
        sample(s.tolist(), t.tolist(), np.flatnonzero(s >= 0.7))
        for s, t in zip(scores, labels.astype(float), strict=True)
    ]
    names = ('mean_average_precision', 'mmit_mean_average_precision', 'average_precision', 'f1')
    found = report(rows, metric_list=names)
    used = [0, 1, 2, 4, 5, 6]
    per_class = {c: plain_precision(scores[:, c].tolist(), labels[:, c].tolist()) for c in used}
    assert found['multi_label/mAP'] == pytest.approx(np.mean(list(per_class.values())), abs=1e-6)
    assert {c: found[f'multi_label/AP_{c}'] for c in used} == pytest.approx(per_class, abs=1e-6)
    predicted = scores >= 0.7
    f1s = [plain_f1(predicted[:, c].tolist(), labels[:, c].tolist()) for c in used]
    assert found['multi_label/macro_f1'] == pytest.approx(np.mean(f1s), abs=1e-6)
    wanted = plain_f1(predicted.ravel().tolist(), labels.ravel().tolist())
    assert found['multi_label/micro_f1'] == pytest.approx(wanted, abs=1e-6)
    path = tmp_path / 'thresholds.json'
    path.write_text(json.dumps(dict(thresholds=[0.7] * 7)))
    for thresholds in (0.7, str(path)):
        bare = [{key: value for key, value in row.items() if key != 'pred_label'} for row in rows]
        again = report(bare, metric_list='f1', thresholds=thresholds)
        assert again == {key: value for key, value in found.items() if key.endswith('f1')}


def test_broken_videos_count_as_wrong():
    good = [sample([0.9, 0.2], [1.0, 0.0], [0]), sample([0.3, 0.8], [0.0, 1.0], [1])]
    broken = sample([0.9, 0.9], [1.0, 1.0], [0, 1], broken_video='gone', video_name='a.mp4')
    count = CountBrokenVideos()
    count.process({}, [broken])
    assert broken['pred_score'].max() < 0
    found = report([*good, broken])
    assert found['multi_label/mAP'] == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert found['multi_label/micro_f1'] == pytest.approx(2 * 2 / (2 + 4))


def test_refuses():
    with pytest.raises(InputError, match='unknown metric accuracy of MultiLabelMetric; choose from'):
        MultiLabelMetric('accuracy')
    with pytest.raises(InputError, match='multi_class=True'):
        report([sample([0.5, 0.5], [1])])
    with pytest.raises(InputError, match='the thresholds are 3, but the model has 2 classes'):
        report([sample([0.5, 0.5], [1.0, 0.0])], thresholds=[0.5] * 3)
