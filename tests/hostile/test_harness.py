"""The harness recognises each outcome, with programs that are made for it."""

import sys
import time
from pathlib import Path

import forked_programs
import pytest

from hostile import harness
from hostile.case import Case
from hostile.harness import run_cases, try_case
from hostile.outcome import TRACEBACK, digest

PROGRAMS = {
    'clear': "import sys; sys.exit('error: the list is empty')",
    'argparse': "from argparse import ArgumentParser; ArgumentParser().parse_args(['--wrong'])",
    'accepted': 'print(1)',
    'traceback': "raise KeyError('a')",
    'logged': "import sys, traceback as t\ntry: 1 / 0\nexcept Exception: t.print_exc()\nsys.exit('error: a')",
    'killed': 'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)',
    'nothing': 'import sys; sys.exit(3)',
    'hang': 'import time; time.sleep(60)',
    'shell': "import subprocess; subprocess.run(['sleep', '60'])",
    'detached': "import subprocess as s, sys; s.Popen(['sleep', '60'], start_new_session=True); sys.exit('error: a')",
    'changed': "import sys; open('old.txt', 'w').close(); sys.exit('error: no room')",
    'gone': "import os, sys; os.unlink('list.txt'); sys.exit('error: no room')",
    'part': "import sys; open('new.txt.part', 'w').close(); sys.exit('error: no room')",
    'forbidden': "import sys; sys.exit('error: ' + str(open('forbidden.txt')))",
    'memory': 'bytearray(2 ** 40)',
}


class Files:
    """Good files that take no model to make."""

    def names(self):
        return ('list.txt',)

    def copy_to(self, folder):
        (folder / 'list.txt').write_text('a.mp4 0\n')


def make(folder):
    (folder / 'old.txt').write_text('old')
    (folder / 'forbidden.txt').touch(mode=0)


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    monkeypatch.setattr(forked_programs, 'ROOT', tmp_path)
    monkeypatch.setattr(harness, 'GRACE_SECONDS', 0.3)
    monkeypatch.setattr(sys, 'excepthook', sys.__excepthook__)  # these programs have no boundary
    for name, text in PROGRAMS.items():
        (tmp_path / f'{name}.py').write_text(text)

    def run(name, **options):
        case = Case(name, (f'{name}.py',), make, **{'seconds': 2, **options})
        return try_case('fake', case, Files())

    return run


@pytest.mark.parametrize(
    ('name', 'outcome', 'why'),
    [
        ('clear', 'clear', 'error: the list is empty'),
        ('argparse', 'clear', 'error: unrecognized arguments'),
        ('accepted', 'silent', 'exit status 0'),
        ('traceback', 'traceback', "KeyError: 'a'"),
        ('logged', 'traceback', 'error: a'),
        ('killed', 'traceback', 'signal 11'),
        ('nothing', 'traceback', 'status 3 without a sentence'),
        ('hang', 'hang', 'still there after'),
        ('shell', 'hang', 'still there after'),
        ('detached', 'hang', 'sleep'),
        ('changed', 'loss', 'changed: old.txt'),
        ('gone', 'loss', 'gone: list.txt'),
        ('part', 'loss', 'new.txt.part'),
        ('forbidden', 'traceback', 'PermissionError'),
        ('memory', 'traceback', 'MemoryError'),
    ],
)
def test_outcome(attempt, name, outcome, why):
    result = attempt(name, keep=('old.txt',), seconds=0.5 if 'there' in why else 20)
    assert (result.outcome, why in result.why) == (outcome, True), result


def test_nothing_is_left_of_a_hang(attempt):
    attempt('shell', seconds=0.5)
    time.sleep(0.1)
    commands = [path for path in Path('/proc').glob('[0-9]*') if _command(path) == ['sleep', '60']]
    assert commands == []


def _command(process):
    try:
        return (process / 'cmdline').read_bytes().decode().split('\0')[:-1]
    except OSError:
        return []


def test_what_may_succeed_is_accepted_unless_its_check_finds_something(attempt):
    assert attempt('accepted', must_fail=False).outcome == 'accepted'
    wrong = attempt('accepted', must_fail=False, check=lambda folder, text: f'printed {text.strip()}')
    assert (wrong.outcome, wrong.why) == ('silent', 'printed 1')
    assert attempt('accepted', must_fail=False, check=lambda folder, text: 'loss of it').outcome == 'loss'


def test_a_traceback_that_was_asked_for_is_none(attempt):
    case = Case('asked', ('logged.py', '--traceback'), seconds=20)
    assert try_case('fake', case, Files()).outcome == 'clear'
    assert TRACEBACK.search('a\nTraceback (most recent call last):\n')


def test_a_case_whose_files_cannot_be_made_is_invalid(attempt):
    case = Case('invalid', ('clear.py',), lambda folder: 1 / 0)
    result = try_case('fake', case, Files())
    assert result.outcome == 'invalid' and 'ZeroDivisionError' in result.why


def test_cases_run_side_by_side_and_each_is_reported_once(attempt):
    cases = [('fake', Case(str(index), (f'{name}.py',), make, seconds=20)) for index, name in enumerate(['clear'] * 5)]
    results = []
    run_cases(iter(cases), Files(), 2, results.append)
    assert sorted(result.name for result in results) == [str(index) for index in range(5)]
    assert {result.outcome for result in results} == {'clear'}


def test_a_folders_digest_is_that_of_its_content(tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a' / 'b.txt').write_text('1')
    first = digest(tmp_path / 'a')
    (tmp_path / 'a' / 'b.txt').write_text('2')
    assert digest(tmp_path / 'a') != first
    assert digest(tmp_path / 'c') is None
