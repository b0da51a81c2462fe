import importlib
import os
import signal
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORK = """
import os, signal, sys, time
from pathlib import Path

def work(number, folder):
    print('not an answer')
    if number == 3:
        os.kill(os.getpid(), signal.SIGSEGV)
    if number == 4:
        os._exit(7)
    if number == 5:
        raise KeyError('five\\nlines')
    if number == 6:
        time.sleep(60)
    if number == 7 and not (Path(folder) / 'seen').exists():
        (Path(folder) / 'seen').touch()
        os._exit(1)
    return [number, os.getpid()]
"""


@pytest.fixture
def processes(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / 'tools' / 'data')
    return importlib.import_module('processes')


@pytest.fixture
def module(monkeypatch, tmp_path):
    def module(name, text):
        (tmp_path / f'{name}.py').write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return module


def test_a_call_that_crashes_ends_alone(processes, module, tmp_path):
    work = module('work_that_crashes', WORK).work
    calls = [(number, str(tmp_path)) for number in range(9)]
    answers = {answer.call[0]: answer for answer in processes.call_in_processes(work, calls, workers=2, timeout=2)}
    assert sorted(answers) == list(range(9))
    assert {number: answer.fault for number, answer in answers.items() if answer.fault} == {
        3: 'the process crashed (SIGSEGV)',
        4: 'the process crashed (status 7)',
        5: "KeyError: 'five\\nlines'",
        6: 'no answer within 2 seconds',
    }
    for number in (0, 1, 2, 7, 8):  # 7 crashes the first time only: it could have been what came before
        assert answers[number].result[0] == number and answers[number].result[1] != os.getpid()


def test_says_why_a_process_does_not_start(processes, module, monkeypatch, tmp_path):
    work = module('work_that_is_gone', WORK).work
    (tmp_path / 'work_that_is_gone.py').write_text('import no_such_module_anywhere')
    with pytest.raises(RuntimeError, match=r'does not start.*no_such_module_anywhere'):
        list(processes.call_in_processes(work, [(1, ''), (2, '')], workers=1))


def test_processes_end_with_the_iteration(processes, module, tmp_path):
    work = module('work_that_ends', WORK).work
    answers = processes.call_in_processes(work, [(number, '') for number in (1, 2, 6, 6)], workers=1)
    pid = next(answers).result[1]
    assert next(answers).result == [2, pid]
    start = time.monotonic()
    answers.close()  # as an interrupt does
    assert time.monotonic() - start < 5
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def test_nothing_to_call(processes, module):
    assert list(processes.call_in_processes(os.path.exists, [], workers=4)) == []
