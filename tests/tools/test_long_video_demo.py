"""demo/long_video_demo.py on videos that the tests make."""

import csv
import json
import pickle
from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from conftest import ROOT
from PIL import Image
from tiny_models import tiny_config_text
from videos import write_frames

from mmaction_vt import init_recognizer
from mmaction_vt.segments import Segment, WindowFile, f1_score
from mmaction_vt.visualization.draw import video_stream

DEMO = 'demo/long_video_demo.py'
QUICKSTART = ROOT / 'configs' / 'recognition' / 'quickstart'
TRAINED = ROOT / 'tests' / 'data' / 'trained'
SUFFIXES = ('.json', '.csv', '.vtt', '.edl', '.png', '.mp4')


def quickstart(name):
    return [QUICKSTART / f'{name}.py', TRAINED / f'{name}.pth', '--device', 'cpu']


@pytest.fixture
def model(tiny_config, tmp_path):
    torch.save({'state_dict': init_recognizer(tiny_config).state_dict()}, tmp_path / 'model.pth')
    (tmp_path / 'labels.txt').write_text('standing still\nmoving\n')
    return [tiny_config, tmp_path / 'model.pth']


@pytest.fixture
def outputs(tmp_path):
    return [tmp_path / f'out{suffix}' for suffix in SUFFIXES]


def scores_of(path):
    head, *rows = map(json.loads, path.read_text().splitlines())
    return np.array([row['class'] for row in rows], np.float32), head


def write_lossless(path, frames):
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('ffv1', rate=25)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], 'bgr0'
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24').reformat(format='bgr0')))
        container.mux(stream.encode())


def decoded(path):
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)])


def write_jumping(path, num_frames=60, at=30, seconds=20):
    """A video whose time stamps jump, 25 frames a second."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=25)
        stream.height, stream.width, stream.pix_fmt = 48, 64, 'yuv420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(num_frames):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 4 * number, np.uint8), format='rgb24')
            frame.pts, frame.time_base = 40 * number + (1000 * seconds if number >= at else 0), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def test_writes_every_kind_of_file(model, video, outputs, run_program, tmp_path):
    labels = ['--label-file', tmp_path / 'labels.txt']
    out = run_program(DEMO, *model, video, '--threshold', 0.1, *labels, '--out-filename', *outputs)
    found = json.loads(outputs[0].read_text())
    rows = list(csv.DictReader(outputs[1].open()))
    assert found['segments'] and len(rows) == len(found['segments'])
    assert {row['label'] for row in rows} <= {'standing still', 'moving'}
    assert float(rows[0]['start']) == 0 and float(rows[-1]['end']) == pytest.approx(40 / 25)
    assert outputs[2].read_text().startswith('WEBVTT') and outputs[3].read_text().startswith('TITLE: square')
    assert rows[0]['label'] in out and rows[0]['label'] in outputs[2].read_text()
    with Image.open(outputs[4]) as picture:
        assert picture.width > 800
    assert found['windows'][-1]['last_frame'] == 39 and len(found['windows'][0]['class']) == 2


def test_the_annotated_video_has_the_frames_size_and_times_of_the_source(model, video, run_program, tmp_path):
    run_program(DEMO, *model, video, '--out-filename', tmp_path / 'out.mp4', '--threshold', 0, '--input-step', 2)
    with av.open(str(video)) as old, av.open(str(tmp_path / 'out.mp4')) as new:
        first, second = old.streams.video[0], new.streams.video[0]
        assert (first.width, first.height, first.average_rate) == (second.width, second.height, second.average_rate)
        times = [
            [float(frame.pts * frame.time_base) for frame in container.decode(video=0)] for container in (old, new)
        ]
    np.testing.assert_allclose(*times, atol=1e-3)
    changes = np.abs(decoded(video).astype(int) - decoded(tmp_path / 'out.mp4')).mean((0, 2, 3))
    assert changes[:20].max() < 6 < changes[-12:].min()  # labels are in the lower part


def test_same_scores_as_the_test_of_the_frames_of_each_window(model, tmp_path, run_program):
    frames = np.random.default_rng(0).integers(0, 256, (30, 48, 64, 3)).astype(np.uint8)
    write_lossless(tmp_path / 'long.mkv', frames)
    np.testing.assert_array_equal(decoded(tmp_path / 'long.mkv'), frames)
    arguments = ['--window', 8, '--stride', 0.5, '--batch-size', 3, '--out-filename', tmp_path / 'out.json']
    run_program(DEMO, *model, tmp_path / 'long.mkv', *arguments)
    windows = json.loads((tmp_path / 'out.json').read_text())['windows']
    assert len(windows) == 7 and windows[-1]['last_frame'] == 29
    for number, window in enumerate(windows):
        write_lossless(tmp_path / f'{number}.mkv', frames[window['first_frame'] : window['last_frame'] + 1])
    (tmp_path / 'list.txt').write_text(''.join(f'{number}.mkv 0\n' for number in range(len(windows))))
    config = tmp_path / 'test.py'
    config.write_text(tiny_config_text(f'{tmp_path}/list.txt', str(tmp_path), str(tmp_path / 'work_dir')))
    run_program('tools/test.py', config, model[1], '--out', tmp_path / 'test.pkl')
    videos = pickle.loads((tmp_path / 'test.pkl').read_bytes())['videos']
    expected = np.array([np.asarray(video['scores']) for video in videos])
    np.testing.assert_allclose(scores_of(tmp_path / 'out.windows.jsonl')[0], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize('done', [7, *(pytest.param(done, marks=pytest.mark.slow) for done in (1, 11))])
def test_resumed_as_if_never_interrupted(done, run_program, tmp_path, monkeypatch, capsys):
    """Also where windows share embedded tubelets, whose sums depend on how many are embedded at once."""
    frames = np.random.default_rng(0).integers(0, 256, (70, 64, 64, 3)).astype(np.uint8)
    source = write_frames(tmp_path / 'noise.mp4', frames, fps=16)
    arguments = [*quickstart('vivit_fe_moving_shapes'), source, '--batch-size', 3, '--stride', 0.25, '--threshold', 0]
    whole, stopped = ([tmp_path / f'{name}{suffix}' for suffix in ('.json', '.csv', '.mp4')] for name in ('a', 'b'))
    drawn = []
    monkeypatch.setattr(video_stream, 'fitted', lambda frame, *_: (drawn.append(frame), frame)[1])
    run_program(DEMO, *arguments, '--out-filename', *whole)
    add = WindowFile.add

    def interrupt(self, scores):
        if self.count == done:
            raise KeyboardInterrupt
        add(self, scores)

    monkeypatch.setattr(WindowFile, 'add', interrupt)
    with pytest.raises(SystemExit) as end:
        run_program(DEMO, *arguments, '--out-filename', *stopped)
    assert end.value.code == 130 and 'resume with --resume' in capsys.readouterr().err
    assert len(scores_of(tmp_path / 'b.windows.jsonl')[0]) == done and not any(path.exists() for path in stopped)
    monkeypatch.setattr(WindowFile, 'add', add)
    run_program(DEMO, *arguments, '--out-filename', *stopped, '--resume')
    assert (tmp_path / 'a.windows.jsonl').read_bytes() == (tmp_path / 'b.windows.jsonl').read_bytes()
    assert all(first.read_bytes() == second.read_bytes() for first, second in zip(whole[:2], stopped[:2], strict=True))
    assert len(drawn) == 140 and np.array_equal(drawn[:70], drawn[70:])  # x264 may spend other bits on equal frames


def test_resume_writes_other_segments_from_the_same_scores(model, video, run_program, tmp_path, monkeypatch):
    arguments = [*model, video, '--out-filename', tmp_path / 'out.json']
    run_program(DEMO, *arguments, '--threshold', 0)
    first = json.loads((tmp_path / 'out.json').read_text())
    monkeypatch.setattr(WindowFile, 'add', None)
    out = run_program(DEMO, *arguments, tmp_path / 'out.csv', '--threshold', 1, '--resume')
    second = json.loads((tmp_path / 'out.json').read_text())
    assert first['segments'] and not second['segments'] and first['windows'] == second['windows']
    assert 'no segment: no score reaches the threshold' in out and (tmp_path / 'out.csv').exists()


def test_without_a_segment_all_files_are_written(model, video, outputs, run_program):
    run_program(DEMO, *model, video, '--threshold', 1, '--out-filename', *outputs)
    assert all(path.stat().st_size for path in outputs)
    assert outputs[1].read_text().count('\n') == 1


def test_a_window_that_is_longer_than_the_video(model, video, run_program, tmp_path):
    run_program(DEMO, *model, video, '--window', 100, '--out-filename', tmp_path / 'out.json')
    (window,) = json.loads((tmp_path / 'out.json').read_text())['windows']
    assert (window['first_frame'], window['last_frame']) == (0, 39)


def test_time_stamps_that_jump(model, outputs, run_program, tmp_path):
    write_jumping(tmp_path / 'jump.mp4')
    run_program(DEMO, *model, tmp_path / 'jump.mp4', '--threshold', 0, '--out-filename', *outputs)
    segments = json.loads(outputs[0].read_text())['segments']
    assert segments[0]['start'] == 0 and segments[-1]['end'] == pytest.approx(22.4)
    assert not any(row['start'] < 10 < row['end'] for row in segments)
    with av.open(str(outputs[-1])) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert len(times) == 60 and times[30] - times[29] == pytest.approx(20.04, abs=1e-3)


def test_a_truncated_video_gives_what_can_be_read(model, outputs, run_program, tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (80, 48, 64, 3)).astype(np.uint8)
    source = write_frames(tmp_path / 'whole.mp4', frames, fps=25, movflags='faststart')
    cut = tmp_path / 'cut.mp4'
    cut.write_bytes(source.read_bytes()[: source.stat().st_size * 6 // 10])
    message = run_program(DEMO, *model, cut, '--threshold', 0, '--out-filename', *outputs, fails=True)
    assert 'cut.mp4' in message and 'the results until 0:0' in message and str(outputs[0]) in message
    windows = json.loads(outputs[0].read_text())['windows']
    assert 20 < windows[-1]['last_frame'] < 60
    assert 20 < len(decoded(outputs[-1])) < 60
    files = [path.read_bytes() for path in outputs[:4]]
    run_program(DEMO, *model, cut, '--threshold', 0, '--out-filename', *outputs, '--resume', fails=True)
    assert [path.read_bytes() for path in outputs[:4]] == files


def test_bad_input(model, video, run_program, tmp_path):
    def fails(*arguments, names=('out.json',)):
        paths = [tmp_path / name for name in names]
        return run_program(DEMO, *model, video, *arguments, '--out-filename', *paths, fails=True)

    assert 'must end in .json or .csv' in fails(names=['out.avi'])
    assert '--out-filename names no file' in run_program(DEMO, *model, video, fails=True)
    assert 'needed too' in fails(names=['out.json', 'out.json'])
    (tmp_path / 'out.json').write_text('mine')
    assert '--resume continues it, --overwrite replaces it' in fails()
    assert (tmp_path / 'out.json').read_text() == 'mine'
    run_program(DEMO, *model, video, '--out-filename', tmp_path / 'out.json', '--overwrite')
    assert 'stride is 1, not 2' in fails('--stride', 0.5, '--resume')
    (tmp_path / 'broken.mp4').write_bytes(b'no video')
    assert 'broken.mp4' in run_program(DEMO, *model, tmp_path / 'broken.mp4', '--out-filename', 'a.csv', fails=True)


def test_the_command_line_of_mmaction2(model, video, run_program, tmp_path):
    run_program(DEMO, *model, video, tmp_path / 'labels.txt', tmp_path / 'out.csv', '--threshold', 0.01,
                '--input-step', 1, '--stride', 0, '--device', 'cpu')  # fmt: skip
    assert 'standing still' in (tmp_path / 'out.csv').read_text() or 'moving' in (tmp_path / 'out.csv').read_text()


def f1_on_shapes(run_program, tmp_path, seconds):
    source = tmp_path / 'shapes.mp4'
    run_program('tools/data/long_shapes.py', source, '--seconds', seconds)
    run_program(DEMO, *quickstart('dualformer_moving_shapes'), source, '--change-cost', 1, '--min-duration', 1,
                '--out-filename', tmp_path / 'found.json')  # fmt: skip
    found, truth = (
        [Segment(row['start'], row['end'], row['label'], row['class_index'], row.get('score', 1)) for row in rows]
        for rows in (
            json.loads(path.read_text())['segments'] for path in (tmp_path / 'found.json', source.with_suffix('.json'))
        )
    )
    assert truth[-1].end == seconds
    return f1_score(found, truth, 0.5)


@pytest.mark.slow
def test_segments_of_moving_shapes(run_program, tmp_path):
    assert f1_on_shapes(run_program, tmp_path, 40) >= 0.85  # of 8 actions one may be missed


@pytest.mark.slow
def test_segments_of_ten_minutes_of_moving_shapes(run_program, tmp_path):
    assert f1_on_shapes(run_program, tmp_path, 600) >= 0.95
