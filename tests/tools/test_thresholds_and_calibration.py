"""tools/analysis/tune_thresholds.py and calibrate.py, from reports and from a checkpoint."""

import json
import pickle

import numpy as np
import pytest
import torch
from reference.multi_label import average_precision
from tiny_models import tiny_config_text

from mmaction_vt.apis import init_recognizer
from mmaction_vt.evaluation.calibration import fit_temperature

TUNE, CALIBRATE = 'tools/analysis/tune_thresholds.py', 'tools/analysis/calibrate.py'
CONFIG = 'configs/recognition/quickstart/timesformer_divST_two_shapes.py'


@pytest.fixture
def several(tmp_path):
    """A report of 40 videos with several of four labels each, one of which is rare, and a broken video."""
    rng = np.random.default_rng(0)
    scores = rng.random((40, 4))
    labels = rng.random((40, 4)) < scores**2
    labels[:, 3] = False
    labels[:2, 3] = True
    videos = [
        dict(video=f'{i}.mp4', label=np.flatnonzero(t).tolist(), predicted=[], scores=s.tolist())
        for i, (s, t) in enumerate(zip(scores, labels, strict=True))
    ]
    videos.append(dict(video='gone.mp4', broken='gone', label=[0], predicted=[], scores=[0.0] * 4))
    path = tmp_path / 'several.pkl'
    path.write_bytes(pickle.dumps(dict(metrics={}, videos=videos, class_names={'class': ['a', 'b', 'c', 'd']})))
    return path, scores, labels


@pytest.fixture
def single(tmp_path):
    """A report of 300 videos with raw scores that are twice as large as they should be."""
    generator = torch.Generator().manual_seed(0)
    scores = 2 * torch.randn(300, 4, generator=generator)
    labels = scores.softmax(-1).multinomial(1, generator=generator)[:, 0]
    rows = zip((2 * scores).tolist(), labels.tolist(), strict=True)
    videos = [dict(video='a.mp4', label=label, predicted=0, scores=row) for row, label in rows]
    path = tmp_path / 'single.json'
    path.write_text(json.dumps(dict(metrics={}, videos=[*videos, dict(videos[0], label=None)])))
    return path, 2 * scores, labels


def test_thresholds_from_a_report(run_program, several, tmp_path):
    report, scores, labels = several
    out = tmp_path / 'thresholds.json'
    text = run_program(TUNE, CONFIG, report, '--out', out)
    found = json.loads(out.read_text())
    assert found['thresholds'][3] == 0.5 and len(set(found['thresholds'])) == 4  # two videos are too few
    assert found['class_names'] == ['a', 'b', 'c', 'd'] and found['videos'] == 40
    columns = [average_precision(scores[:, c].tolist(), labels[:, c].tolist()) for c in range(4)]
    assert found['mAP'] == pytest.approx(np.mean(columns))
    assert found['macro_f1'] >= found['macro_f1_at_half'] and found['micro_f1'] > 0
    assert '40 videos, 1 omitted' in text and f'{columns[1]:.4f}' in text
    assert 'exists: --overwrite replaces it' in run_program(TUNE, CONFIG, report, '--out', out, fails=True)
    run_program(TUNE, CONFIG, report, '--out', out, '--overwrite', '--least-videos', 1, '--rows', 1)
    assert json.loads(out.read_text())['thresholds'][3] != 0.5


@pytest.mark.parametrize('reject_by', ['probability', 'energy'])
def test_calibration_from_a_report(run_program, single, tmp_path, reject_by):
    report, scores, labels = single
    out, diagram = tmp_path / 'calibration.json', tmp_path / 'diagram.png'
    options = ('--diagram', diagram, '--accept', 0.9, '--reject-by', reject_by)
    text = run_program(CALIBRATE, CONFIG, report, '--out', out, *options)
    found = json.loads(out.read_text())
    assert found['temperature'] == pytest.approx(fit_temperature(scores, labels), rel=1e-6)
    assert found['ece_after'] < found['ece_before'] and found['reject_by'] == reject_by
    assert diagram.read_bytes().startswith(b'\x89PNG') and '300 videos, 1 omitted' in text
    assert f'none of these: {reject_by} below {found["threshold"]:.4f}' in text


def test_each_refuses_what_is_the_others(run_program, single, several, tmp_path):
    out = tmp_path / 'out.json'
    assert 'has one label per video' in run_program(TUNE, CONFIG, single[0], '--out', out, fails=True)
    assert 'has several labels per video' in run_program(CALIBRATE, CONFIG, several[0], '--out', out, fails=True)
    assert not out.exists()


def test_refuses_energy_of_probabilities(run_program, tmp_path):
    videos = [dict(video='a.mp4', label=0, predicted=0, scores=[0.75, 0.25])] * 3
    report = tmp_path / 'probabilities.json'
    report.write_text(json.dumps(dict(metrics={}, videos=videos)))
    args = (CALIBRATE, CONFIG, report, '--out', tmp_path / 'out.json', '--accept', 0.5, '--reject-by', 'energy')
    assert 'the energy needs raw scores' in run_program(*args, fails=True)


@pytest.fixture
def tiny(tmp_path, tiny_data):
    """A config with several labels per video, and a checkpoint of it."""
    (tmp_path / 'list.txt').write_text('0.mp4 0 1\n1.mp4 1\n2.mp4\n3.mp4 0\n')
    text = tiny_config_text(str(tmp_path / 'list.txt'), str(tiny_data), str(tmp_path / 'work_dir'))
    text = text.replace('TimeSformerHead', 'mmaction_vt.MultiLabelHead').replace(
        'num_classes=2)', 'num_classes=2, multi_class=True)'
    )
    text = text.replace("type='AccMetric'", "type='mmaction_vt.MultiLabelMetric'")
    config = tmp_path / 'tiny.py'
    config.write_text(text)
    torch.manual_seed(0)
    torch.save(init_recognizer(config).state_dict(), tmp_path / 'tiny.pth')
    return config, tmp_path / 'tiny.pth'


def test_several_labels_from_test_to_prediction(run_program, tiny, tiny_data, tmp_path):
    report, out = tmp_path / 'report.json', tmp_path / 'thresholds.json'
    text = run_program('tools/test.py', *tiny, '--out', report, '--eval', 'mean_average_precision', 'f1')
    assert 'multi_label/mAP' in text and 'multi_label/micro_f1' in text
    videos = json.loads(report.read_text())['videos']
    assert [video['label'] for video in videos] == [[0, 1], [1], [], [0]]
    assert all(video['predicted'] == [i for i, s in enumerate(video['scores']) if s >= 0.5] for video in videos)

    run_program(TUNE, *tiny, '--out', out, '--least-videos', 1)
    from_checkpoint = json.loads(out.read_text())
    run_program(TUNE, tiny[0], report, '--out', out, '--least-videos', 1, '--overwrite')
    assert json.loads(out.read_text())['thresholds'] == pytest.approx(from_checkpoint['thresholds'], abs=1e-6)

    video, predictions = tiny_data / '0.mp4', tmp_path / 'predictions.json'
    out.write_text(json.dumps(dict(thresholds=[0.0, 1.0])))
    run_program('tools/predict.py', *tiny, video, '--out', predictions, '--thresholds', out, '--workers', 0)
    (row,) = json.loads(predictions.read_text())
    assert [label['class'] for label in row['labels']] == [0] and len(row['top']) == 2
    shown = run_program('demo/demo.py', *tiny, video, '--thresholds', out)
    assert 'class 0' in shown and 'class 1' not in shown
    out.write_text(json.dumps(dict(thresholds=[1.0, 1.0])))
    assert 'none of these' in run_program('demo/demo.py', *tiny, video, '--thresholds', out)
    drawn = tmp_path / 'drawn.gif'
    run_program('demo/demo.py', *tiny, video, '--thresholds', out, '--out-filename', drawn)
    assert drawn.stat().st_size
    assert 'is for one label' not in run_program('demo/demo.py', *tiny, video)
    assert 'calibration is for models with one label' in run_program(
        'demo/demo.py', *tiny, video, '--temperature', 2, fails=True
    )


def test_accuracy_is_refused(run_program, tiny):
    message = run_program('tools/test.py', *tiny, '--eval', 'top_k_accuracy', fails=True)
    assert 'has several labels per video; choose from mean_average_precision' in message


@pytest.mark.parametrize('loss', ['BCELossWithLogits', 'mmaction_vt.AsymmetricLoss'])
def test_training_with_several_labels(run_program, tiny, tmp_path, loss):
    tiny[0].write_text(tiny[0].read_text() + "custom_hooks = [dict(type='mmaction_vt.ClassWeightsHook')]\n")
    options = (f'model.cls_head.loss_cls.type={loss}', 'train_cfg.max_epochs=1')
    run_program('tools/train.py', tiny[0], '--work-dir', tmp_path / 'run', '--cfg-options', *options)
    assert (tmp_path / 'run' / 'epoch_1.pth').exists()
    assert list((tmp_path / 'run').glob('best_multi_label_mAP_epoch_1.pth'))


def test_calibrated_demo(run_program, tiny_config, tiny_data, tmp_path):
    torch.manual_seed(0)
    torch.save(init_recognizer(tiny_config).state_dict(), tmp_path / 'tiny.pth')
    model, out = (tiny_config, tmp_path / 'tiny.pth'), tmp_path / 'calibration.json'
    run_program(CALIBRATE, *model, '--out', out, '--accept', 0.5)
    assert json.loads(out.read_text())['videos'] == 7
    out.write_text(json.dumps(dict(temperature=1.0, threshold=0.9999)))
    video, predictions = tiny_data / '0.mp4', tmp_path / 'predictions.csv'
    assert 'none of these' in run_program('demo/demo.py', *model, video, '--calibration', out)
    assert 'none of these' not in run_program('demo/demo.py', *model, video, '--temperature', 3)
    run_program('tools/predict.py', *model, video, '--out', predictions, '--calibration', out, '--workers', 0)
    header, row = predictions.read_text().splitlines()
    assert dict(zip(header.split(','), row.split(','), strict=True))['none_of_these'] == '1'
