"""tools/predict.py, and that its scores are those of tools/test.py."""

import csv
import json
import shutil

import pytest
import torch

from mmaction_vt import init_recognizer
from mmaction_vt.apis import inferencer

PREDICT = 'tools/predict.py'


@pytest.fixture
def model(tiny_config, tmp_path):
    """The arguments for a config and a checkpoint with random weights."""
    torch.manual_seed(0)
    model = init_recognizer(tiny_config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'model.pth')
    return [tiny_config, tmp_path / 'model.pth']


@pytest.fixture
def folder(tiny_data, tmp_path):
    """Three videos with odd names, one in a folder below, and two that are broken."""
    folder = tmp_path / 'some videos'
    (folder / 'below').mkdir(parents=True)
    shutil.copy(tiny_data / '0.mp4', folder / 'new\nline, "comma".mp4')
    shutil.copy(tiny_data / '1.mp4', folder / 'ünïcödé 视频.mp4')
    shutil.copy(tiny_data / '2.mp4', folder / 'below' / '2.mp4')
    (folder / 'zero.mp4').touch()
    (folder / 'text.mp4').write_text('no video')
    return folder


def read_csv(path):
    with path.open(newline='', encoding='utf-8') as file:
        return {row['video']: row for row in csv.DictReader(file)}


def test_scores_are_those_of_a_test(model, run_program, tiny_data, tmp_path):
    run_program('tools/test.py', *model, '--out', tmp_path / 'test.json')
    run_program(PREDICT, *model, tiny_data / 'list.txt', '--root', tiny_data, '--out', tmp_path / 'out.json',
                '--batch-size', 2, '--workers', 1)  # fmt: skip
    expected = json.loads((tmp_path / 'test.json').read_text())['videos']
    rows = json.loads((tmp_path / 'out.json').read_text())
    assert [row['video'] for row in rows] == [video['video'] for video in expected]
    for row, video in zip(rows, expected, strict=True):
        assert row['top'][0]['class'] == video['predicted']
        assert {best['class']: best['score'] for best in row['top']} == pytest.approx(
            dict(enumerate(video['scores'])), abs=1e-6
        )


def test_a_folder_with_broken_videos(model, run_program, folder, tmp_path):
    (tmp_path / 'labels.txt').write_text('dark\nbright\n')
    out = run_program(PREDICT, *model, folder, '--out', tmp_path / 'out.csv', '--label-file', tmp_path / 'labels.txt',
                      '--workers', 0)  # fmt: skip
    assert 'out.csv: 3 videos' in out and '2 could not be read; the reasons are in ' in out
    rows = read_csv(tmp_path / 'out.csv')
    assert len(rows) == 5 and str(folder / 'new\nline, "comma".mp4') in rows
    assert rows[str(folder / 'ünïcödé 视频.mp4')]['label_1'] in ('dark', 'bright')
    for name in ('zero.mp4', 'text.mp4'):
        row = rows[str(folder / name)]
        assert 'cannot be read' in row['error'] and not row['class_1']


def test_going_on(model, run_program, folder, tiny_data, tmp_path):
    out = tmp_path / 'out.csv'
    arguments = [PREDICT, *model, folder, '--out', out, '--workers', 0]
    run_program(*arguments)
    lines = out.read_bytes().splitlines(keepends=True)
    assert 'exists: --resume' in run_program(*arguments, fails=True)
    shutil.copy(tiny_data / '3.mp4', folder / 'zero.mp4')  # mended
    said = run_program(*arguments, '--resume')
    assert '3 of 5 videos are already in' in said and 'out.csv: 4 videos' in said and '1 could not be read' in said
    rows = read_csv(out)
    assert len(rows) == 5 and not rows[str(folder / 'zero.mp4')]['error']
    assert out.read_bytes().splitlines(keepends=True)[: len(lines) - 2] == [
        line for line in lines if b'cannot' not in line
    ]


def test_an_interrupt_loses_nothing(model, run_program, folder, tmp_path, monkeypatch, capsys):
    read, calls = inferencer.read_video, []

    def interrupt_at_the_third(pipeline, one_view, timeout, video):
        calls.append(video)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return read(pipeline, one_view, timeout, video)

    monkeypatch.setattr(inferencer, 'read_video', interrupt_at_the_third)
    with pytest.raises(SystemExit) as end:
        run_program(PREDICT, *model, folder, '--out', tmp_path / 'out.json', '--workers', 0)
    assert end.value.code == 130 and 'resume with --resume' in capsys.readouterr().err
    assert [row['video'] for row in json.loads((tmp_path / 'out.json').read_text())] == calls[:2]


def test_bad_input(model, run_program, folder, tmp_path):
    def fails(*inputs, out='out.csv', **options):
        extra = [part for name, value in options.items() for part in (f'--{name.replace("_", "-")}', value)]
        return run_program(PREDICT, *model, *inputs, '--out', tmp_path / out, '--workers', 0, *extra, fails=True)

    assert 'none of the 1 videos could be read' in fails(folder / 'zero.mp4')
    assert len(read_csv(tmp_path / 'out.csv')) == 1
    assert 'does not exist: give videos, folders' in fails(tmp_path / 'nowhere', out='a.csv')
    (tmp_path / 'empty').mkdir()
    assert 'no videos found' in fails(tmp_path / 'empty', out='a.csv')
    assert 'end in .csv or .json' in fails(folder, out='a.txt')
    assert 'fp16 needs a GPU' in fails(folder, out='a.csv', amp='fp16')
    assert 'device cuda:99 cannot be used' in fails(folder, out='a.csv', device='cuda:99')
    (tmp_path / 'labels.txt').write_text('one\ntwo\nthree\n')
    assert 'got 3 class names' in fails(folder, out='a.csv', label_file=tmp_path / 'labels.txt')
    assert not (tmp_path / 'a.csv').exists()
