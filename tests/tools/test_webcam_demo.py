"""demo/webcam_demo.py on a file, a stream of a server on this machine, and a camera that is stood in for."""

import io
import json
import os
import signal
import subprocess
import sys

import av
import cv2
import numpy as np
import pytest
import torch
from conftest import ROOT
from videos import write_frames
from web_server import file, serve

from mmaction_vt import VideoInferencer, init_recognizer
from mmaction_vt.live.drawing import Drawing

PROGRAM = 'demo/webcam_demo.py'


@pytest.fixture
def model(tiny_config, tmp_path):
    torch.save({'state_dict': init_recognizer(tiny_config).state_dict()}, tmp_path / 'model.pth')
    (tmp_path / 'labels.txt').write_text('standing still\nmoving\n')
    return [tiny_config, tmp_path / 'model.pth']


@pytest.fixture
def labels(tmp_path):
    return ['--label-file', tmp_path / 'labels.txt']


def lines_of(out):
    return [json.loads(line) for line in out.splitlines()]


def test_headless_prints_a_line_for_each_window(model, labels, run_program, video):
    out = run_program(PROGRAM, *model, video, '--headless', '--window', 8, '--stride', 4, *labels)
    lines = lines_of(out)
    assert [(line['first_frame'], line['last_frame']) for line in lines] == [(n, n + 7) for n in range(0, 33, 4)]
    windows = list(VideoInferencer(*model).slide(video, window=8, stride=4))
    for line, window in zip(lines, windows, strict=True):
        assert (line['start'], line['stop']) == pytest.approx((window.start, window.stop))
        scores = {guess['class_index']: guess['score'] for guess in line['class']}
        assert [scores[0], scores[1]] == pytest.approx(window.scores['class'].tolist(), abs=1e-6)
        assert {guess['label'] for guess in line['class']} == {'standing still', 'moving'}
        assert line['lag'] is None and line['dropped'] == line['skipped'] == 0


def test_threshold_average_and_top_k(model, run_program, video):
    options = ['--headless', '--window', 8, '--stride', 8]
    one = lines_of(run_program(PROGRAM, *model, video, *options))
    mean = lines_of(run_program(PROGRAM, *model, video, *options, '--average-size', 2, '--top-k', 1))
    high = lines_of(run_program(PROGRAM, *model, video, *options, '--threshold', 1))

    best = mean[1]['class'][0]['class_index']

    def score(line):
        return next(guess['score'] for guess in line['class'] if guess['class_index'] == best)

    assert score(mean[1]) == pytest.approx((score(one[0]) + score(one[1])) / 2, abs=1e-6)
    assert all(len(line['class']) == 1 for line in mean) and all(line['class'] == [] for line in high)


def test_a_windows_that_is_longer_than_the_video(model, run_program, video):
    (line,) = lines_of(run_program(PROGRAM, *model, video, '--headless', '--window', 500))
    assert (line['first_frame'], line['last_frame']) == (0, 39)


def test_frames_are_picked_for_another_rate(model, run_program, video):
    options = ['--headless', '--window', 8, '--stride', 8, '--fps']
    half = lines_of(run_program(PROGRAM, *model, video, *options, 12.5))
    twice = lines_of(run_program(PROGRAM, *model, video, *options, 50))
    assert half[0]['stop'] == pytest.approx(8 / 12.5, abs=0.05) and half[-1]['last_frame'] == 19
    assert twice[0]['stop'] == pytest.approx(8 / 50, abs=0.05) and twice[-1]['last_frame'] == 78


def test_writes_the_annotated_stream_in_real_time(model, labels, run_program, tmp_path):
    path = write_frames(tmp_path / 'short.mp4', np.full((12, 48, 64, 3), 90, np.uint8), fps=24)
    out = tmp_path / 'out.mp4'
    run_program(PROGRAM, *model, path, '--out-filename', out, '--window', 4, '--top-k', 2, *labels)
    with av.open(str(out)) as container:
        frames = list(container.decode(video=0))
    assert frames and frames[0].width == 400 and frames[0].height > 300
    assert frames[-1].time < 60 and np.ptp(frames[-1].to_ndarray(format='rgb24')[300:]) > 200  # the panel has text
    assert not list(tmp_path.glob('*.part'))
    message = run_program(PROGRAM, *model, path, '--out-filename', out, fails=True)
    assert '--overwrite replaces it' in message


def test_a_stream_over_http(model, run_program, video, capsys):
    content = io.BytesIO()
    with av.open(str(video)) as old, av.open(content, 'w', format='mpegts') as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        for packet in old.demux(stream):
            if packet.size:
                packet.stream = copy
                new.mux(packet)
    with serve() as server:
        server.routes['/live.ts'] = file(content.getvalue())
        address = server.address('/live.ts')
        options = ['--headless', '--window', 8, '--stride', 4, '--max-retries', 0]
        lines = lines_of(run_program(PROGRAM, *model, address, *options))
        played = lines_of(run_program(PROGRAM, *model, address, *options, '--realtime'))
    assert lines[-1]['last_frame'] == played[-1]['last_frame'] == 39
    assert all(line['lag'] >= 0 for line in lines) and played[-1]['lag'] == 0


def test_a_camera(model, labels, run_program, monkeypatch, capsys):
    class Device:
        def __init__(self, index):
            assert index == 3
            self.left = 20

        def isOpened(self):  # noqa: N802
            return True

        def get(self, what):
            return 25.0

        def read(self):
            self.left -= 1
            return self.left >= 0, np.full((48, 64, 3), 7 * max(self.left, 0), np.uint8)

        def release(self):
            pass

    monkeypatch.setattr(cv2, 'VideoCapture', Device)
    options = ['--headless', '--window', 4, '--max-retries', 0]
    by_index = lines_of(run_program(PROGRAM, *model, '3', *options, *labels))
    as_mmaction2 = lines_of(run_program(PROGRAM, *model, labels[1], '--camera-id', 3, *options))
    assert by_index and as_mmaction2[-1]['class'][0]['label'] in ('standing still', 'moving')


def test_bad_input(model, run_program, video, monkeypatch, tmp_path):
    def fails(*options):
        return run_program(PROGRAM, *model, *options, fails=True)

    for name in ('DISPLAY', 'WAYLAND_DISPLAY'):
        monkeypatch.delenv(name, raising=False)
    assert '--headless' in fails(video) and '--out-filename' in fails(video)
    assert 'nowhere.mp4 does not exist' in fails('nowhere.mp4', '--headless')
    assert 'streams are read from rtsp, http' in fails('ftp://localhost/a', '--headless')
    assert 'connection refused' in fails('http://127.0.0.1:9/a', '--headless', '--max-retries', 0)
    assert 'camera 63 cannot be opened' in fails('63', '--headless', '--max-retries', 0)
    assert '--realtime is for files and addresses' in fails('0', '--headless', '--realtime')
    assert '--headless draws nothing' in fails(video, '--headless', '--out-filename', tmp_path / 'a.mp4')
    assert '.mp4' in fails(video, '--out-filename', tmp_path / 'a.gif')


def test_an_interrupt_ends_the_video_which_is_kept(model, run_program, video, tmp_path, monkeypatch):
    draw, pictures = Drawing.draw, []

    def interrupted(drawing):
        pictures.append(draw(drawing))
        if drawing.picture is not None and len(pictures) > 2:
            raise KeyboardInterrupt
        return pictures[-1]

    monkeypatch.setattr(Drawing, 'draw', interrupted)
    with pytest.raises(SystemExit) as end:
        run_program(PROGRAM, *model, video, '--out-filename', tmp_path / 'out.mp4', '--window', 8)
    assert end.value.code == 130
    with av.open(str(tmp_path / 'out.mp4')) as container:
        assert list(container.decode(video=0))


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_video_which_is_kept(model, video, tmp_path, number):
    """A stream that never ends: the server sends the video again and again."""
    with serve() as server:
        server.routes['/a.mp4'] = file(video.read_bytes())
        out = tmp_path / 'out.mp4'
        options = ['--out-filename', out, '--window', 8, '--inference-fps', 0]
        command = [sys.executable, ROOT / PROGRAM, *model, server.address('/a.mp4'), '--device', 'cpu', *options]
        process = subprocess.Popen(
            list(map(str, command)), stderr=subprocess.PIPE, text=True, env={**os.environ, 'PYTHONPATH': str(ROOT)}
        )
        again = (line for line in process.stderr if 'attempt 1 of' in line)
        assert next(again) and next(again)
        process.send_signal(number)
        process.stderr.read()
        assert process.wait(60) == 128 + number
    with av.open(str(out)) as container:
        assert list(container.decode(video=0))
    assert not [path for path in tmp_path.iterdir() if path.name.endswith('.part')]
