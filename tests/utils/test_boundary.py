"""What escapes from a program ends in one sentence: what was done, what happened, and whose fault it is."""

import errno
import json
import os
import signal
from argparse import ArgumentParser
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from mmaction_vt.cli import run
from mmaction_vt.errors import InputError, doing
from mmaction_vt.utils.failures import explain
from mmaction_vt.utils.files import atomic_path
from mmaction_vt.utils.one_line import one_line


@pytest.fixture
def end(monkeypatch):
    """Run a program that raises an exception, and return what it exits with."""

    def run_it(error, *options):
        def main(args):
            with doing('reading a.txt'):
                raise error

        monkeypatch.setattr('sys.argv', ['program', *options])
        with pytest.raises(SystemExit) as ending:
            run(main, ArgumentParser(prog='program'))
        return ending.value.code

    return run_it


def test_expected_sentences_stay_and_have_one_line(end):
    assert end(InputError('a.txt, line 3: no label')) == 'error: a.txt, line 3: no label'
    assert end(InputError('a\nb\x1b[31m\u2028c')) == 'error: a b\\x1b[31m c'
    assert len(end(InputError('x' * 10**6))) < 2100


def test_anything_else_says_what_was_done_and_where_to_look(end, capsys):
    sentence = end(KeyError('x'))
    assert sentence.startswith("error: while reading a.txt: KeyError: 'x'; raised by ") and __file__ in sentence
    assert '--traceback' in sentence and 'Traceback' not in capsys.readouterr().err
    assert end(KeyError('x'), '--traceback') == sentence
    assert 'Traceback (most recent call last)' in capsys.readouterr().err


def test_an_environment_variable_prints_the_traceback(end, capsys, monkeypatch):
    monkeypatch.setenv('MMACTION_VT_TRACEBACK', '1')
    end(InputError('a'))
    assert 'Traceback (most recent call last)' in capsys.readouterr().err


def test_an_error_of_our_own_code_is_called_a_bug():
    with pytest.raises(TypeError) as caught:
        one_line(None)
    error = caught.value.with_traceback(caught.value.__traceback__.tb_next)  # without this file
    assert 'this is a bug: please report it' in explain(error).sentence


@pytest.mark.parametrize(
    ('error', 'text'),
    [
        (OSError(errno.ENOENT, 'No such file', 'b.txt'), 'b.txt: No such file'),
        (OSError(errno.ENOSPC, 'No space left on device', 'b.txt'), 'b.txt cannot be written: No space left'),
        (OSError(errno.EMFILE, 'Too many open files', 'b.txt'), 'ulimit -n'),
        (MemoryError(), 'not enough memory'),
        (torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 2 GiB'), 'the GPU is out of memory'),
        (
            RuntimeError('DataLoader worker (pid 5) is killed by signal: Killed. '),
            'was killed, mostly for lack of memory',
        ),
        (RuntimeError('DataLoader worker (pid(s) 5, 6) exited unexpectedly'), 'exited unexpectedly'),
        (RuntimeError('DataLoader worker (pid 5) is killed by signal: Bus error. It is possible'), 'shared memory'),
        (RuntimeError('unable to write to file </torch_5_1>: No space left on device (28)'), 'shared memory'),
        (RuntimeError('No CUDA GPUs are available'), 'the GPU cannot be used'),
        (ModuleNotFoundError("No module named 'gradio'", name='gradio'), 'pip install gradio'),
        (RecursionError('maximum recursion depth'), 'nested too deeply'),
        (UnicodeDecodeError('utf-8', b'\xff', 0, 1, 'invalid'), 'not UTF-8'),
        (ConnectionResetError(errno.ECONNRESET, 'Connection reset by peer'), 'to another process was lost'),
    ],
)
def test_failures_of_the_machine_have_sentences_of_their_own(end, error, text):
    sentence = end(error)
    assert text in sentence and 'bug' not in sentence and '\n' not in sentence


class Broken(Dataset):
    def __init__(self, error):
        self.error = error

    def __len__(self):
        return 1

    def __getitem__(self, index):
        raise self.error


@pytest.mark.parametrize(
    ('error', 'text'),
    [
        (ZeroDivisionError('two\nlines'), 'ZeroDivisionError: two lines; '),
        (MemoryError('3 GiB'), 'not enough memory'),
        (InputError('a sentence'), 'a sentence'),
    ],
)
def test_errors_of_a_loaders_process_are_short(error, text):
    with pytest.raises(type(error)) as caught:
        next(iter(DataLoader(Broken(error), num_workers=1)))
    sentence = explain(caught.value).sentence
    assert text in sentence and 'Traceback' not in sentence


def test_a_launcher_gets_the_sentence(end, tmp_path, monkeypatch):
    """PyTorch's protocol, and who lost another process is not the one to blame."""
    path = tmp_path / 'error.json'
    monkeypatch.setenv('TORCHELASTIC_ERROR_FILE', str(path))
    assert end(InputError('a sentence')) == 'error: a sentence'
    monkeypatch.setenv('MMACTION_VT_LAUNCHED', '1')
    assert end(InputError('a sentence')) == 1
    message = json.loads(path.read_text())['message']
    assert message['message'] == 'a sentence' and not message['extraInfo']['secondary']
    assert end(ConnectionResetError(errno.ECONNRESET, 'reset')) == 1
    assert json.loads(path.read_text())['message']['extraInfo']['secondary']


def test_a_full_output_is_noticed(monkeypatch):
    with Path('/dev/full').open('w') as full:
        monkeypatch.setattr('sys.stdout', full)
        monkeypatch.setattr('sys.argv', ['program'])
        with pytest.raises(SystemExit, match='error: the standard output cannot be written: No space left'):
            run(lambda args: full.write('x'), ArgumentParser())
        monkeypatch.undo()


def test_interrupts_end_quietly(end):
    assert end(KeyboardInterrupt()) == 130
    assert end(SystemExit(3)) == 3


def test_an_interrupt_that_a_library_turns_into_its_own_error_ends_quietly(end):
    error = SyntaxError('cannot be formatted')
    error.__context__ = KeyboardInterrupt()
    assert end(error) == 130


def test_arguments_are_refused_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr('sys.argv', ['program', 'two\nlines', os.fsdecode(b'\xff')])
    with pytest.raises(SystemExit, match='2'):
        run(print, ArgumentParser(prog='program'))
    assert capsys.readouterr().err.splitlines()[-1].startswith('program: error: unrecognized arguments: two lines')


def test_an_unknown_option_has_a_hint(monkeypatch, capsys):
    parser = ArgumentParser(prog='program')
    parser.add_argument('--work-dir')
    monkeypatch.setattr('sys.argv', ['program', '--worc-dir=x', '--else'])
    with pytest.raises(SystemExit, match='2'):
        run(print, parser)
    assert capsys.readouterr().err.endswith('unrecognized arguments: --worc-dir=x --else (did you mean --work-dir?)\n')


@pytest.fixture
def stop(monkeypatch, tmp_path):
    """Run a program that gets a signal while it writes a file; returns its exit status and what is left."""

    def run_it(number):
        def main(args):
            with atomic_path(tmp_path / 'a.txt') as part:
                part.write_text('half')
                os.kill(os.getpid(), number)
                part.write_text('whole')

        monkeypatch.setattr('sys.argv', ['program'])
        status = 0
        try:
            run(main, ArgumentParser(prog='program'))
        except SystemExit as ending:
            status = ending.code
        return status, sorted(path.name for path in tmp_path.iterdir())

    return run_it


@pytest.mark.parametrize(('number', 'status'), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_end_a_program_as_an_interrupt_does(stop, number, status):
    before = signal.signal(number, signal.SIG_DFL)  # ignored if the tests run under nohup
    try:
        assert stop(number) == (status, [])
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_a_signal_sent_twice_does_not_disturb_the_cleaning_up(monkeypatch, tmp_path):
    def main(args):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            (tmp_path / 'cleaned').touch()

    monkeypatch.setattr('sys.argv', ['program'])
    with pytest.raises(SystemExit, match='143'):
        run(main, ArgumentParser())
    assert (tmp_path / 'cleaned').exists()


def test_ignored_signals_stay_ignored(stop):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        assert stop(signal.SIGHUP) == (0, ['a.txt'])
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def test_signals_end_forked_processes_at_once(monkeypatch):
    def main(args):
        number = os.fork()
        if number == 0:
            os.kill(os.getpid(), signal.SIGTERM)
            os._exit(3)
        assert os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]) == -signal.SIGTERM

    monkeypatch.setattr('sys.argv', ['program'])
    run(main, ArgumentParser())
