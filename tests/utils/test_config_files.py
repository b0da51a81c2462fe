"""Every config file that cannot be read is a sentence with file and line; what can be read is read as mmengine does."""

import os
from itertools import pairwise

import pytest
from conftest import ROOT
from mmengine.config import Config

from mmaction_vt.errors import InputError
from mmaction_vt.utils import config_files
from mmaction_vt.utils.config import load_config

# Seven lists, each with ten times the list before.
ALIASES = 'a: &a [1]\n' + '\n'.join(f'{c}: &{c} [{",".join([f"*{b}"] * 10)}]' for b, c in pairwise('abcdefgh'))
BAD = {
    'syntax.py': ('x = 1\nmodel = dict(\n', r'syntax.py, line 2: SyntaxError'),
    'raises.py': ('x = 1\ny = 1 / 0\n', r'raises.py, line 2: ZeroDivisionError'),
    'exits.py': ('import sys\nsys.exit(0)\n', r'exits.py, line 2: SystemExit'),
    'own.py': ('class Own(BaseException): pass\nraise Own("a\\nb")\n', r'own.py, line 2: Own: a b'),
    'deep.py': ('def f(): return f()\nx = f()\n', r'line 1: RecursionError'),
    'nested.py': ('x = ' + '(' * 300 + '1' + ')' * 300, r'nested parentheses'),
    'endless.py': ('while True: pass\n', r'has run for 1 seconds'),
    'itself.py': ('x = []\nx.append(x)\n', r'RecursionError'),
    'circle.py': ('_base_ = "./other.py"\n', r'its own base: circle.py -> other.py -> circle.py'),
    'no_base.py': ('_base_ = "./nowhere.py"\n', r'nowhere.py does not exist'),
    'numbered.py': ('_base_ = 5\n', r'_base_ must be a path'),
    'modules.py': ('custom_imports = dict(imports=["no_such_module"])\n', r'custom_imports .* no_such_module'),
    'empty.py': ('', r'is empty'),
    'null.py': ('x = 1\0', r'null bytes'),
    'latin.py': (b'# a\nx = "\xe9"\n', r'line 2, is not UTF-8'),
    'list.json': ('[1, 2]', r'at its root, not list'),
    'cut.json': ('{"model": ', r'cut.json cannot be read: .*line 1'),
    'number.yaml': ('3', r'at its root, not int'),
    'broken.yaml': ('a: [1\nb: }', r'line 2'),
    'aliases.yaml': (ALIASES, r'counting each alias'),
    'text.txt': ('x = 1', r'must end in .py'),
}


@pytest.mark.parametrize('name', BAD)
def test_a_bad_file_is_a_sentence(name, tmp_path, monkeypatch):
    monkeypatch.setattr(config_files, 'TIME_LIMIT', 1)
    content, words = BAD[name]
    (tmp_path / 'other.py').write_text('_base_ = ["circle.py"]\n')
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=words) as error:
        load_config(tmp_path / name)
    assert '\n' not in str(error.value) and name in str(error.value)


def test_kinds_of_files(tmp_path):
    os.mkfifo(tmp_path / 'pipe.py')
    (tmp_path / 'zero.py').symlink_to('/dev/zero')
    (tmp_path / 'gone.py').symlink_to('nowhere.py')
    for name, words in (('pipe.py', 'a pipe'), ('zero.py', 'a device'), ('gone.py', 'not exist'), ('.', 'a folder')):
        with pytest.raises(InputError, match=words):
            load_config(tmp_path / name)
    with pytest.raises(InputError, match='does not exist'):
        load_config('a' * 5000 + '.py')


@pytest.mark.parametrize('start', [b'', b'\xef\xbb\xbf'])
def test_byte_order_mark_and_line_ends_of_windows(start, tmp_path):
    (tmp_path / 'base.py').write_bytes(start + b'x = 1\r\n\r\n')
    (tmp_path / 'config.py').write_bytes(start + b"_base_ = 'base.py'\r\ny = _base_.x + 1\r\n")
    assert load_config(tmp_path / 'config.py').to_dict() == dict(x=1, y=2)


def test_same_as_mmengine():
    path = ROOT / 'configs' / 'recognition' / 'quickstart' / 'dualformer_tokenlabel_moving_shapes.py'
    ours, theirs = load_config(path), Config.fromfile(path)
    assert ours.pretty_text == theirs.pretty_text and ours.filename == theirs.filename
