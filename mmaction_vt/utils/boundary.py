"""The boundary of every program: whatever escapes from it ends in one sentence.

``cli.run`` is the boundary; ``program_start`` covers what fails before it is reached.
"""

import atexit
import contextlib
import json
import os
import sys
import time
from argparse import ArgumentParser
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import NoReturn, TextIO

from ..errors import InputError
from .failures import Failure, explain
from .one_line import one_line
from .signals import SIGNALLED, interrupt_behind, status_of

OPTION = '--traceback'
VARIABLE = 'MMACTION_VT_TRACEBACK'
ERROR_FILE = 'TORCHELASTIC_ERROR_FILE'  # PyTorch's protocol: where a process writes why it failed
LOADING = 'loading packages ...'
LAUNCHED = 'MMACTION_VT_LAUNCHED'  # set by our launchers, which print the sentence of the process that failed first


def wants_traceback() -> bool:
    """Whether the whole traceback is to be printed before the sentence."""
    return os.environ.get(VARIABLE, '0') not in ('', '0') or OPTION in sys.argv[1:]


def end(error: BaseException) -> NoReturn:
    """End the program because of an exception.

    The sentence is the last line of the standard error stream, unless a launcher prints it for all its processes.

    Args:
        error: The exception.

    Raises:
        SystemExit: Always.
    """
    if isinstance(error, SystemExit):
        if not error.code:  # --help
            try:
                finish_output()
            except OSError as full:
                end(full)
        raise error
    if isinstance(error, BrokenPipeError):
        _discard(sys.stdout)
    interrupt = interrupt_behind(error)
    if interrupt is not None:
        raise SystemExit(status_of(interrupt))
    failure = explain(error)
    if wants_traceback():
        import traceback

        traceback.print_exception(error)
    else:
        atexit.register(_end_quietly)
    if _hand_over(failure):
        raise SystemExit(1)
    raise SystemExit(f'error: {failure.sentence}')


def refuse(parser: ArgumentParser, message: str) -> NoReturn:
    """End the program because of its arguments, as ``ArgumentParser.error`` does, with a message of one line.

    Raises:
        InputError: If a launcher prints the message for all its processes.
        SystemExit: Otherwise.
    """
    message += hint_for(parser, message)
    if is_launched():
        raise InputError(f'{message} (see {parser.prog} --help)')
    ArgumentParser.error(parser, one_line(message))


def hint_for(parser: ArgumentParser, message: str) -> str:
    """The option that an unknown one resembles, as words that follow the message, or nothing."""
    words = message.removeprefix('unrecognized arguments: ').split() if 'unrecognized arguments: ' in message else []
    unknown = next((word.partition('=')[0] for word in words if word.startswith('--')), '')
    close = get_close_matches(unknown, parser._option_string_actions, n=1)
    return f' (did you mean {close[0]}?)' if close else ''


def is_launched() -> bool:
    """Whether a launcher of ours prints the sentence."""
    return os.environ.get(LAUNCHED) == '1' and bool(os.environ.get(ERROR_FILE))


def finish_output() -> None:
    """Write what is buffered, so that a full disk or a closed pipe is noticed.

    Raises:
        OSError: If it cannot be written.
    """
    try:
        if sys.stdout is not None and not sys.stdout.closed:
            sys.stdout.flush()
    except OSError as error:
        _discard(sys.stdout)
        if error.filename is None:
            error.filename = 'the standard output'
        raise


def tolerate_any_text() -> None:
    """Print what the terminal's encoding lacks as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, 'reconfigure'):
            stream.reconfigure(errors='backslashreplace')


def install() -> None:
    """Make what fails outside of ``cli.run`` end in one sentence too."""
    sys.excepthook = _hook


def say_loading() -> None:
    """Say on a terminal that packages are being loaded, until ``finish_loading``."""
    if 'multiprocessing.spawn' in sys.modules and '__mp_main__' in sys.modules:  # a process started by a program
        return
    if sys.stderr is not None and sys.stderr.isatty():
        print(LOADING, end='\r', file=sys.stderr, flush=True)


def finish_loading() -> None:
    """Remove what ``say_loading`` printed."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(' ' * len(LOADING), end='\r', file=sys.stderr, flush=True)  # not all terminals know escapes


def _hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    try:
        end(error)
    except SystemExit as ending:
        if isinstance(ending.code, str):
            print(ending.code, file=sys.stderr, flush=True)
        if isinstance(ending.code, int) and ending.code > SIGNALLED:  # a hook cannot set the status, which is 1
            sys.stderr.flush()
            os._exit(ending.code)


def _hand_over(failure: Failure) -> bool:
    """Tell a launcher why this process failed; returns whether it prints the sentence."""
    path = os.environ.get(ERROR_FILE)
    if not path:
        return False
    extra = dict(timestamp=str(int(time.time())), py_callstack=failure.sentence, secondary=failure.secondary)
    try:
        Path(path).write_text(
            json.dumps(dict(message=dict(message=failure.sentence, extraInfo=extra))), encoding='utf-8'
        )
    except OSError:
        return False
    return is_launched()


def _end_quietly() -> None:
    """Let what falls apart while the interpreter ends not hide the sentence."""
    sys.unraisablehook = lambda _: None


def _discard(stream: TextIO) -> None:
    """Let what a stream still has buffered go to nowhere, since the interpreter would try to write it at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
