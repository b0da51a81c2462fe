"""Training, testing and the demo of an action detector, on a very small data set."""

import csv
import json
import os
import socket
import subprocess
import sys

import av
import numpy as np
import pytest
import torch
from conftest import ROOT
from tiny_detection import write_boxes, write_detection_config
from videos import write_frames

ENV = {**os.environ, 'PYTHON': sys.executable, 'PYTHONPATH': str(ROOT), 'CUDA_VISIBLE_DEVICES': ''}
DEMO = 'demo/demo_spatiotemporal_det.py'


@pytest.fixture(scope='module')
def boxes(tmp_path_factory):
    return write_boxes(tmp_path_factory.mktemp('boxes'))


@pytest.fixture
def config(boxes, tmp_path):
    return write_detection_config(boxes, tmp_path / 'tiny.py')


@pytest.fixture
def checkpoint(config, tmp_path):
    from mmaction_vt import init_recognizer

    torch.manual_seed(0)
    model = init_recognizer(config)
    torch.nn.init.normal_(model.cls_head.fc_action.weight)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'model.pth')
    return tmp_path / 'model.pth'


def test_train_then_test(config, run_program, tmp_path):
    out = run_program('tools/train.py', config)
    assert 'mAP/overall' in out and 'top_k_accuracy' not in out
    trained = tmp_path / 'work_dir' / 'epoch_1.pth'
    out = run_program('tools/test.py', config, trained, '--out', tmp_path / 'a.csv', '--out-format', 'ava')
    assert '5 key frames' in out and 'mAP/overall' in out
    rows = list(csv.reader((tmp_path / 'a.csv').open()))
    assert len(rows) == 5 * 2 * 2 and rows[0][:2] == ['0.mp4', '0.5'] and rows[0][6] == '0'
    message = run_program('tools/test.py', config, trained, '--eval', 'top_k_accuracy', fails=True)
    assert '--eval is for labels of whole videos' in message
    message = run_program('tools/test.py', config, trained, '--out', tmp_path / 'a.json', fails=True)
    assert '--out-format report does not fit an action detector; set --out-format ava' in message


def launch(port, *args):
    command = ['-m', 'torch.distributed.run', '--nproc_per_node=2', f'--master_port={port}', *map(str, args)]
    result = subprocess.run([sys.executable, *command], env=ENV, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


@pytest.mark.slow
def test_two_processes_train_and_test(config, checkpoint, run_program, tmp_path):
    """Five key frames for two processes: the sampler repeats one, which counts once."""
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        port = server.getsockname()[1]
    launch(port, 'tools/train.py', config, '--launcher', 'pytorch')
    assert (tmp_path / 'work_dir' / 'epoch_1.pth').exists()
    out = ['--out-format', 'ava', '--out']
    launch(port, 'tools/test.py', config, checkpoint, '--launcher', 'pytorch', *out, tmp_path / 'two.csv')
    run_program('tools/test.py', config, checkpoint, *out, tmp_path / 'one.csv')
    assert (tmp_path / 'two.csv').read_text() == (tmp_path / 'one.csv').read_text()
    figures = [json.loads(path.read_text())['mAP/overall'] for path in (tmp_path / 'work_dir').glob('*/*.json')]
    assert len(figures) == 2 and figures[0] == figures[1]


@pytest.fixture
def film(tmp_path):
    """Thirty frames in which a bright square moves to the right, and its boxes at a few times."""
    frames = np.full((30, 48, 64, 3), 60, np.uint8)
    rows = ['video,time,x1,y1,x2,y2']
    for index in range(30):
        frames[index, 16:32, index : index + 16] = (200, 160, 60)
        if index % 3 == 0:
            rows.append(f'film.mp4,{index / 10:.2f},{index / 64:.4f},0.3333,{(index + 16) / 64:.4f},0.6667')
    (tmp_path / 'film.csv').write_text('\n'.join(rows) + '\n')
    return write_frames(tmp_path / 'film.mp4', frames, fps=10)


def frames_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)]


def test_demo_draws_every_frame(config, checkpoint, film, run_program, tmp_path):
    given = ['--video', film, '--boxes', tmp_path / 'film.csv', '--action-score-thr', 0]
    run_program(DEMO, config, checkpoint, *given, '--out-filename', tmp_path / 'out.mp4')
    drawn = frames_of(tmp_path / 'out.mp4')
    assert len(drawn) == 30
    plain = frames_of(film)
    changed = [np.abs(new.astype(int) - old).max(2) > 40 for new, old in zip(drawn, plain, strict=True)]
    right = [np.flatnonzero(change[18:23].any(0)).max(initial=0) for change in changed]  # side of the box
    assert all(change.any() for change in changed) and right[-1] > right[0] + 8  # it follows the square
    message = run_program(DEMO, config, checkpoint, *given, '--out-filename', tmp_path / 'out.mp4', fails=True)
    assert 'exists' in message
    few = ['--output-stepsize', 4, '--seconds', 2, '--out-filename', tmp_path / 'few.gif']
    run_program(DEMO, config, checkpoint, *given, *few)
    assert (tmp_path / 'few.gif').read_bytes()[:3] == b'GIF'


def test_demo_refuses(config, checkpoint, tiny_config, film, run_program, tmp_path):
    out = ['--out-filename', tmp_path / 'x.mp4']
    given = ['--video', film, '--boxes', tmp_path / 'film.csv']
    for args, message in (
        ([config, checkpoint, *given, '--output-stepsize', 3, *out], '--output-stepsize 3 must divide'),
        ([tiny_config, 'none', *given, *out], 'no action detector|none'),
        ([config, checkpoint, '--video', film, '--det-weights', film, *out], 'has no weights of torchvision'),
        ([config, checkpoint, '--video', '0', '--boxes', tmp_path / 'film.csv', *out], 'has no end: give --seconds'),
    ):
        found = run_program(DEMO, *args, fails=True)
        assert any(part in found for part in message.split('|')), found


def test_people_from_a_detector_of_torchvision(tmp_path):
    """With random weights its boxes mean nothing, but they are boxes of people within the frame."""
    from torchvision.models import detection

    from mmaction_vt.apis.box_sources import PersonDetector

    torch.manual_seed(0)
    name = 'fasterrcnn_mobilenet_v3_large_fpn'
    model = getattr(detection, name)(weights=None, weights_backbone=None)
    torch.save(model.state_dict(), tmp_path / 'weights.pth')
    found, scores = PersonDetector(str(tmp_path / 'weights.pth'), name, 0.0).at(0.0, np.zeros((96, 128, 3), np.uint8))
    assert found.shape == (len(scores), 4) and found.min(initial=0) >= 0 and found.max(initial=1) <= 1
