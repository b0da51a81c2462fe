"""Pictures of results: the figures behind them, and that they are drawn for few classes and for many."""

import json
import pickle

import numpy as np
import pytest
from PIL import Image

from mmaction_vt.visualization.training_log import read_curves


def write_report(path, num_classes, videos=300):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, num_classes, videos)
    predicted = np.where(rng.random(videos) < 0.7, labels, rng.integers(0, num_classes, videos))
    report = {
        'metrics': {},
        'videos': [
            {'video': f'{index}.mp4', 'label': int(label), 'predicted': int(said), 'scores': [0.0] * num_classes}
            for index, (label, said) in enumerate(zip(labels, predicted, strict=True))
        ],
    }
    if path.suffix == '.pkl':
        path.write_bytes(pickle.dumps(report))
    else:
        path.write_text(json.dumps(report))
    return path


@pytest.mark.parametrize(('num_classes', 'suffix'), [(3, '.json'), (400, '.pkl')])
def test_draws_few_classes_and_many(run_program, tmp_path, num_classes, suffix):
    report = write_report(tmp_path / f'report{suffix}', num_classes)
    (tmp_path / 'names.txt').write_text(''.join(f'a class with a long name {i}\n' for i in range(num_classes)))
    run_program('tools/analysis/draw_results.py', report, tmp_path / 'out', '--label-file', tmp_path / 'names.txt')
    for name in ('confusion', 'class_accuracy', 'confused_pairs'):
        picture = np.asarray(Image.open(tmp_path / 'out' / f'{name}.png').convert('L'))
        assert min(picture.shape) > 150 and picture.std() > 5


def test_two_labels_a_video(run_program, tmp_path):
    scores = {'verb': [0.1, 0.9], 'noun': [0.2, 0.3, 0.5]}
    video = {'video': 'a.mp4', 'label': [1, 2], 'predicted': {'verb': 1, 'noun': 2}, 'scores': scores}
    (tmp_path / 'report.json').write_text(json.dumps({'metrics': {}, 'videos': [video]}))
    program = ['tools/analysis/draw_results.py', tmp_path / 'report.json', tmp_path / 'out']
    assert 'unknown --task None; choose from verb, noun' in run_program(*program, fails=True)
    run_program(*program, '--task', 'noun')


class Dangerous:
    def __reduce__(self):
        return (print, ('run',))


def test_refuses(run_program, tmp_path):
    program = 'tools/analysis/draw_results.py'
    (tmp_path / 'empty.json').write_text('{"videos": []}')
    assert 'has no videos' in run_program(program, tmp_path / 'empty.json', tmp_path, fails=True)
    (tmp_path / 'code.pkl').write_bytes(pickle.dumps(Dangerous()))
    assert 'is not a report' in run_program(program, tmp_path / 'code.pkl', tmp_path, fails=True)
    report = write_report(tmp_path / 'report.json', 3)
    (tmp_path / 'names.txt').write_text('one\ntwo\n')
    message = run_program(program, report, tmp_path, '--label-file', tmp_path / 'names.txt', fails=True)
    assert 'has 2 class names' in message


def write_log(work_dir, name, entries):
    path = work_dir / name / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text(''.join(json.dumps(entry) + '\n' for entry in entries))


def training(steps, loss):
    return [dict(loss=loss, lr=0.1, top1_acc=0.5, epoch=1 + step // 10, iter=step, step=step) for step in steps]


def test_curves_of_a_resumed_training(run_program, tmp_path):
    write_log(tmp_path, '20260101_000000', [*training((5, 10, 15, 20), 2.0), {'acc/top1': 0.3, 'step': 1}])
    write_log(tmp_path, '20260102_000000', [*training((15, 20, 25), 1.0), {'acc/top1': 0.6, 'step': 2}])
    curves, validation = read_curves(tmp_path)
    assert curves['loss'] == [(5, 2.0), (10, 2.0), (15, 1.0), (20, 1.0), (25, 1.0)]
    assert validation['acc/top1'] == [(1, 0.3), (2, 0.6)]
    program = 'tools/analysis/draw_curves.py'
    run_program(program, tmp_path, tmp_path / 'curves.png')
    assert np.asarray(Image.open(tmp_path / 'curves.png').convert('L')).std() > 5
    assert 'OUT must end in .png' in run_program(program, tmp_path, tmp_path / 'curves.txt', fails=True)
    (tmp_path / 'none').mkdir()
    assert 'has no training log' in run_program(program, tmp_path / 'none', tmp_path / 'none.png', fails=True)
