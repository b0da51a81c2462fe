"""On a full disk programs end with a sentence, and what they would have replaced is still there."""

import errno
import json
import os
import runpy
from pathlib import Path

import pytest

from mmaction_vt.utils import files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def full_disk(monkeypatch):
    """Make the disk full when the results are written."""

    def refuse(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return lambda: monkeypatch.setattr(files.os, 'fsync', refuse)


@pytest.fixture
def good(tiny_config, tmp_path, monkeypatch):
    """A folder with a config, a checkpoint, a report and a log."""
    monkeypatch.syspath_prepend(str(ROOT / 'tests'))
    monkeypatch.chdir(tmp_path)
    make_good = runpy.run_path(str(ROOT / 'tests' / 'hostile' / 'good.py'))['make_good']
    return make_good(tmp_path / 'good')


PROGRAMS = {
    'demo.gif': ('demo/demo.py', '{config}', '{checkpoint}', '{video}', '--out-filename', '{out}'),
    'demo.mp4': ('demo/demo.py', '{config}', '{checkpoint}', '{video}', '--out-filename', '{out}'),
    'map.png': ('demo/demo_gradcam.py', '{config}', '{checkpoint}', '{video}', '--out-filename', '{out}'),
    'ours.pth': ('tools/convert_checkpoint.py', '{checkpoint}', '{out}'),
    'report.json': ('tools/test.py', '{config}', '{checkpoint}', '--out', '{out}'),
    'predictions.json': ('tools/predict.py', '{config}', '{checkpoint}', '{video}', '--workers', '0', '--out', '{out}'),
    'curves.png': ('tools/analysis/draw_curves.py', '{log}', '{out}'),
    'list.txt': ('tools/data/diving48.py', '{json}', '{videos}', '{out}'),
}


def arguments(name, good, tmp_path):
    (tmp_path / 'videos.json').write_text(json.dumps([dict(vid_name='0', label=0)]))
    log = tmp_path / 'log' / '20260101_000000' / 'vis_data' / 'scalars.json'
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps(dict(loss=2.0, lr=0.1, epoch=1, iter=1, step=1)) + '\n')
    os.chdir(good.folder)
    return [
        part.format(
            out=tmp_path / name,
            log=tmp_path / 'log',
            json=tmp_path / 'videos.json',
            videos=good.videos_dir,
            config=good.config,
            checkpoint=good.checkpoint,
            video=good.video,
        )
        for part in PROGRAMS[name]
    ]


@pytest.mark.parametrize('name', PROGRAMS)
def test_what_was_there_is_kept(name, good, run_program, tmp_path, full_disk):
    program, *args = arguments(name, good, tmp_path)
    overwrite = [] if program == 'tools/test.py' else ['--overwrite']
    run_program(program, *args)
    before = (tmp_path / name).read_bytes()
    assert before
    if overwrite:
        assert 'exists: --' in run_program(program, *args, fails=True)
    full_disk()
    message = run_program(program, *args, *overwrite, fails=True)
    assert f'{name} cannot be written: No space left on device' in message
    assert (tmp_path / name).read_bytes() == before and not list(tmp_path.glob('*.part'))


def test_a_hugging_face_folder_is_kept_as_a_whole(good, run_program, tmp_path, full_disk):
    os.chdir(good.folder)
    args = ['tools/convert_checkpoint.py', good.checkpoint, tmp_path / 'hf', '--to', 'huggingface', '--num-heads', 2]
    run_program(*args)
    before = {path.name: path.read_bytes() for path in (tmp_path / 'hf').iterdir()}
    assert sorted(before) == ['config.json', 'model.safetensors']
    assert 'is not empty: --overwrite replaces it' in run_program(*args, fails=True)
    run_program(*args, '--overwrite')
    full_disk()
    assert 'No space left on device' in run_program(*args, '--overwrite', fails=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / 'hf').iterdir()} == before
    assert not list(tmp_path.glob('.*'))
