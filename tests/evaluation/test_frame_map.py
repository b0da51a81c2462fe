"""Mean average precision of boxes, against mmaction2's and by hand; the metric."""

import contextlib
import io

import numpy as np
import pytest
import torch

from mmaction_vt.errors import InputError
from mmaction_vt.evaluation import AVAMetric
from mmaction_vt.evaluation.ava_map import AVA60
from mmaction_vt.evaluation.frame_map import Frame, average_precision, box_overlaps, class_average_precisions, match

CLASSES = 5


def random_boxes(rng, count):
    corners = np.sort(rng.uniform(0, 1, (count, 2, 2)), axis=1).round(4)
    corners[:, 1] = np.maximum(corners[:, 1], corners[:, 0] + 0.01)
    return corners.reshape(count, 4).astype(np.float32)


def random_frames(seed, count=40):
    """Frames whose boxes and scores have four decimals, as mmaction2's file of detections; no score occurs twice."""
    rng = np.random.default_rng(seed)
    scores = rng.permutation(np.arange(1, 10_000))
    frames = []
    for number in range(count):
        truth = random_boxes(rng, rng.integers(1, 4))
        labels = rng.random((len(truth), CLASSES)) < 0.4
        labels[:, number % CLASSES] = True
        near = truth[rng.integers(0, len(truth), rng.integers(0, 5))]
        boxes = np.concatenate([near, random_boxes(rng, 1)]) + rng.uniform(-0.02, 0.02, (len(near) + 1, 4)).round(4)
        boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 0.001)
        size = len(boxes) * CLASSES
        taken, scores = scores[:size], scores[size:]
        frames.append(Frame(truth, labels, boxes.astype(np.float32), (taken / 1e4).reshape(-1, CLASSES).astype('f')))
    return frames


def write_files(frames, folder):
    """The files that mmaction2 evaluates."""
    truth, found = [], []
    for number, frame in enumerate(frames):
        for rows, boxes, values in (
            (truth, frame.truth, frame.labels),
            (found, frame.boxes, frame.scores),
        ):
            for box, classes in zip(boxes, values, strict=True):
                corners = ','.join(f'{corner:.4f}' for corner in box)
                for index in np.flatnonzero(classes):
                    end = '0' if rows is truth else f'{classes[index]:.4f}'
                    rows.append(f'video{number % 3},{900 + number},{corners},{index + 1},{end}')
    items = ''.join(f'item {{\n  name: "c{index}"\n  id: {index}\n}}\n' for index in range(1, CLASSES + 1))
    for name, text in (('truth.csv', '\n'.join(truth)), ('found.csv', '\n'.join(found)), ('map.pbtxt', items)):
        (folder / name).write_text(text)


@pytest.mark.filterwarnings('ignore:Mean of empty slice')
@pytest.mark.parametrize('seed', range(5))
def test_equals_mmaction2(seed, tmp_path, monkeypatch):
    from mmaction.evaluation.functional import ava_utils

    class Pool:  # in this process
        def __init__(self, workers):
            pass

        def map(self, function, items):
            return [function(item) for item in items]

    monkeypatch.setattr(ava_utils.multiprocessing, 'Pool', Pool)
    monkeypatch.setattr(ava_utils.metrics.np, 'NAN', np.nan, raising=False)
    frames = random_frames(seed)
    write_files(frames, tmp_path)
    paths = [str(tmp_path / name) for name in ('found.csv', 'map.pbtxt', 'truth.csv')]
    with contextlib.redirect_stdout(io.StringIO()):
        expected = ava_utils.ava_eval(paths[0], 'mAP', paths[1], paths[2], None)
    assert class_average_precisions(frames).mean() == pytest.approx(expected['overall'], abs=1e-6)


def test_by_hand():
    # Right, wrong, right; of three annotated: precision 1, 1/2, 2/3 at recall 1/3, 1/3, 2/3.
    scores = np.array([0.5, 0.9, 0.7])
    assert average_precision(scores, np.array([True, True, False]), 3) == pytest.approx((1 + 2 / 3) / 3)
    assert np.isnan(average_precision(scores, np.zeros(3, bool), 0))
    assert average_precision(np.zeros(0), np.zeros(0, bool), 2) == 0


def test_an_annotated_box_counts_once():
    truth = np.array([[0, 0, 0.5, 0.5]])
    boxes = np.array([[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.45], [0.5, 0.5, 1, 1]])
    assert match(boxes, truth, 0.5).tolist() == [True, False, False]
    assert box_overlaps(boxes, truth)[:, 0].tolist() == pytest.approx([1, 0.9, 0])


def sample(frame, video='a', time=1.0, **more):
    found = dict(bboxes=torch.from_numpy(frame.boxes), scores=torch.from_numpy(frame.scores))
    truth = dict(frame_bboxes=torch.from_numpy(frame.truth), labels=torch.from_numpy(frame.labels).float())
    return dict(pred_instances=found, gt_instances=truth, video_id=video, timestamp=time, **more)


def evaluate(samples, **options):
    metric = AVAMetric(**options)
    metric.process(None, samples)
    return metric.evaluate(len(samples))


def test_metric_counts_a_frame_once_in_whatever_order():
    frames = random_frames(0)
    samples = [sample(frame, time=float(number)) for number, frame in enumerate(frames)]
    expected = class_average_precisions(frames).mean()
    for order in (samples, samples[::-1], samples + samples[:7]):  # those of a sampler that pads
        assert evaluate(order)['mAP/overall'] == pytest.approx(expected, abs=1e-12)


def test_a_broken_video_has_no_detections():
    frame = random_frames(0)[0]
    whole, broken = sample(frame), sample(frame, 'b', broken_video='it is broken')
    perfect = Frame(frame.truth, frame.labels, frame.truth, frame.labels.astype('f'))
    assert evaluate([sample(perfect)])['mAP/overall'] == 1
    assert evaluate([sample(perfect), broken])['mAP/overall'] <= 0.5 < evaluate([sample(perfect)])['mAP/overall']
    assert evaluate([whole])['mAP/overall'] >= 0


def test_classes_and_kinds():
    frames = random_frames(1)
    samples = [sample(frame, time=float(number)) for number, frame in enumerate(frames)]
    each = class_average_precisions(frames)
    figures = evaluate(samples, classes=[1, 4], kinds=True, per_class=True)
    assert figures['mAP/overall'] == pytest.approx(each[[0, 3]].mean())
    assert figures['mAP/person_movement'] == figures['mAP/overall']
    assert np.isnan(figures['mAP/person_interaction'])
    assert [name for name in figures if 'AP_' in name] == ['mAP/AP_1', 'mAP/AP_4']
    assert len(AVA60) == 60


def test_refuses_what_it_cannot_use():
    with pytest.raises(InputError, match='needs pred_instances'):
        evaluate([dict(video_id='a', timestamp=1)])
    with pytest.raises(InputError, match='"ava60", not \'all\''):
        AVAMetric(classes='all')
    with pytest.raises(InputError, match='no box of the classes'):
        evaluate([sample(random_frames(0)[0])], classes=[77])
