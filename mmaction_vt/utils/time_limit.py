"""A time limit for decoders, which can hang on corrupt files, in calls that nothing can interrupt.

A call runs in a thread of its own. If it exceeds the limit, its thread is abandoned, the video counts as broken, and
the next call gets another thread. The thread is kept between calls, so a call costs tens of microseconds more.
"""

import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from ..errors import BrokenVideoError, InputError
from .file_kinds import display_path

Result = TypeVar('Result')

VARIABLE = 'MMACTION_VT_VIDEO_TIMEOUT'
DEFAULT_SECONDS = 300.0

_local = threading.local()  # the thread that calls for this one
_abandoned: list[int] = []  # process IDs, one for each abandoned thread; a forked process inherits none of the threads


def video_timeout() -> float:
    """The time limit for reading a video in seconds, 0 for none: ``MMACTION_VT_VIDEO_TIMEOUT``, or else 300.

    Raises:
        InputError: If the environment variable is not a number from 0.
    """
    text = os.environ.get(VARIABLE, '')
    try:
        seconds = float(text) if text.strip() else DEFAULT_SECONDS
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= threading.TIMEOUT_MAX:
        raise InputError(f'{VARIABLE} must be a number of seconds, 0 for no limit, not {text!r}')
    return seconds


def call_in_time(function: Callable[[Any], Result], argument: object, name: str, seconds: float) -> Result:
    """Call a function that reads a video.

    Args:
        function: The function; it should release Python's lock while it decodes, as all back ends do.
        argument: Its argument.
        name: Name of the video.
        seconds: The time limit; 0 for none, in this thread.

    Raises:
        BrokenVideoError: If the call takes longer; its thread is abandoned.
    """
    if not seconds:
        return function(argument)
    caller = getattr(_local, 'caller', None)
    if caller is None or caller.process != os.getpid():
        caller = _local.caller = _Caller()
    try:
        succeeded, result = caller.call(function, argument, seconds)
    except Empty:
        _local.caller = None
        _abandoned.append(os.getpid())
        raise BrokenVideoError(
            f'the video {display_path(name)} was not read within {seconds:g} seconds; {VARIABLE} sets the limit'
        ) from None
    if not succeeded:
        raise result
    return result


def has_abandoned() -> bool:
    """Whether this process has abandoned a thread, which may still be decoding."""
    return os.getpid() in _abandoned


class _Caller:
    """A thread that makes one call at a time."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.calls: SimpleQueue[tuple[Callable[[Any], Any], Any]] = SimpleQueue()
        self.results: SimpleQueue[tuple[bool, Any]] = SimpleQueue()
        threading.Thread(target=self._run, args=(self.calls, self.results), name='decoder', daemon=True).start()

    def call(self, function: Callable[[Any], Any], argument: object, seconds: float) -> tuple[bool, Any]:
        self.calls.put((function, argument))
        return self.results.get(timeout=seconds)

    @staticmethod
    def _run(calls: SimpleQueue, results: SimpleQueue) -> None:
        while True:
            function, argument = calls.get()
            try:
                results.put((True, function(argument)))
            except BaseException as error:  # noqa: BLE001  raised in the thread that waits
                results.put((False, error))
            del function, argument
