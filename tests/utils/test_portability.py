"""What macOS and Windows lack is not needed, as far as Linux can tell."""

import ast
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mmaction_vt.models.layers.attention_approximations import segment_means, segment_weights
from mmaction_vt.utils import process_pool, systems
from mmaction_vt.utils.systems import open_itself, process_exists, read_at, signals, try_lock, write_at
from mmaction_vt.utils.video_files import check_local_video

ROOT = Path(__file__).parents[2]
FOLDERS = ('mmaction_vt', 'tools', 'demo')


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != 'linux', reason='makes Linux into another system')
def test_another_system(tmp_path, video):
    """Imports, models, files, work dirs and videos without fork, locks and POSIX signals; open files cannot move."""
    command = [sys.executable, Path(__file__).with_name('other_system.py'), tmp_path, video]
    environment = {**os.environ, 'OMP_NUM_THREADS': '1'}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'modules' in done.stdout


def calls_for_text(tree):
    """The calls by which a module opens, reads or writes text, or starts a program and reads its text."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, 'id', '')
        options = {keyword.arg: keyword.value for keyword in node.keywords}
        modes = ' '.join(map(ast.unparse, (*node.args, *options.values())))
        owner = ast.unparse(node.func)
        if name in ('read_text', 'write_text') and owner not in ('read_text', 'text_files.read_text'):
            yield node, options
        elif name == 'open' and (owner == 'open' or owner.endswith(('path.open', 'part.open')) or 'Path(' in owner):
            if not re.search("'[arwx+]*b", modes):
                yield node, options
        elif options.keys() & {'text', 'universal_newlines'}:
            yield node, options


def test_text_is_utf8_on_every_system():
    paths = [ROOT / 'setup.py', *(path for name in FOLDERS for path in (ROOT / name).rglob('*.py'))]
    missing = [
        f'{path.relative_to(ROOT)}, line {node.lineno}: {ast.unparse(node)}'
        for path in paths
        if '.mim' not in path.parts
        for node, options in calls_for_text(ast.parse(path.read_text(encoding='utf-8')))
        if not options.keys() & {'encoding', None} and ast.unparse(node.func) != 'distribution.read_text'
    ]
    assert not missing


def test_drives_are_no_protocols(monkeypatch):
    monkeypatch.setattr(os.path, 'splitdrive', lambda path: (path[:2], path[2:]) if path[1:2] == ':' else ('', path))
    assert check_local_video(r'C:\videos\a.mp4') == r'C:\videos\a.mp4'
    assert check_local_video('concat:a.mp4') == './concat:a.mp4'


def test_signals_that_a_system_lacks():
    assert [number.name for number in signals('SIGINT', 'SIGNONE', 'SIGTERM')] == ['SIGINT', 'SIGTERM']


def test_a_link_is_not_followed_without_the_flag(tmp_path, monkeypatch):
    (tmp_path / 'link').symlink_to(tmp_path / 'target')
    monkeypatch.delattr(os, 'O_NOFOLLOW', raising=False)
    with pytest.raises(OSError, match='link'):
        open_itself(tmp_path / 'link', os.O_RDWR | os.O_CREAT)
    assert not (tmp_path / 'target').exists()


@pytest.mark.parametrize('has_positions', [True, False])
def test_bytes_at_an_offset(tmp_path, monkeypatch, has_positions):
    if not has_positions:
        monkeypatch.delattr(os, 'pread', raising=False)
        monkeypatch.delattr(os, 'pwrite', raising=False)
    descriptor = open_itself(tmp_path / 'file', os.O_RDWR | os.O_CREAT)
    assert write_at(descriptor, b'abc', 2) == 3
    assert read_at(descriptor, 10, 1) == b'\0abc'
    os.close(descriptor)


def test_no_locks_without_a_module_for_them(tmp_path, monkeypatch):
    descriptor = open_itself(tmp_path / 'file', os.O_RDWR | os.O_CREAT)
    assert try_lock(descriptor) is True
    monkeypatch.setitem(sys.modules, 'fcntl', None)
    assert try_lock(descriptor) is False
    os.close(descriptor)


def test_processes_that_exist():
    ended = subprocess.Popen([sys.executable, '-c', ''])
    ended.wait()
    assert process_exists(os.getpid()) and not process_exists(ended.pid)


def test_what_cannot_be_sent_is_called_here(monkeypatch, caplog):
    monkeypatch.setattr(process_pool, 'start_method', lambda: 'spawn')
    here = os.getpid()
    answers = process_pool.call_in_order(lambda item: (item, os.getpid()), range(3), 2, on_crash=str)
    assert list(answers) == [(item, here) for item in range(3)]
    assert 'read by one process' in caplog.text


@pytest.mark.parametrize(('platform', 'method'), [('darwin', 'spawn'), ('linux', 'fork')])
def test_macos_does_not_fork(monkeypatch, platform, method):
    monkeypatch.setattr(systems.sys, 'platform', platform)
    assert systems.start_method() == method


def test_data_sets_can_be_sent(tiny_config):
    """Data loaders on macOS and Windows send their data set to each of their processes."""
    from mmengine.config import Config
    from mmengine.registry import init_default_scope

    from mmaction_vt.registry import DATASETS

    init_default_scope('mmaction')
    data_set = DATASETS.build(Config.fromfile(tiny_config).test_dataloader.dataset)
    sent = pickle.loads(pickle.dumps(data_set))
    assert torch.equal(sent[0]['inputs'], data_set[0]['inputs'])


@pytest.mark.parametrize(('length', 'count'), [(196, 128), (9, 4), (8, 4)])
def test_means_without_adaptive_pooling(length, count):
    """Apple's GPU pools segments of equal length only."""
    tokens = torch.randn(2, 3, length, 5)
    torch.testing.assert_close(segment_weights(length, count) @ tokens, segment_means(tokens, count))
