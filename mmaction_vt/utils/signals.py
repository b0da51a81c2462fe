"""Signals that ask a program to end: it cleans up as after Ctrl-C, and the exit status names the signal."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ('SIGTERM', 'SIGHUP') if hasattr(signal, name))  # by system
SIGNALLED = 128  # added to the number of a signal in the exit status
AGAIN = 2.0  # seconds within which a signal that is sent again changes nothing, as timeout(1) and schedulers send it
LONGEST_CHAIN = 100  # of exceptions

_replaced: dict[int, float] = {}  # the signals that this process handles, and when each was received


class Stopped(KeyboardInterrupt):
    """A signal that ends the program.

    Args:
        number: The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def status_of(error: KeyboardInterrupt) -> int:
    """The exit status after Ctrl-C or a signal, as shells and schedulers expect it: 143 for SIGTERM."""
    return SIGNALLED + (error.number if isinstance(error, Stopped) else signal.SIGINT)


def interrupt_behind(error: BaseException) -> KeyboardInterrupt | None:
    """The interrupt that led to an exception, if one did: some libraries turn whatever is raised into their own."""
    seen: BaseException | None = error
    for _ in range(LONGEST_CHAIN):
        if seen is None or isinstance(seen, KeyboardInterrupt):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise ``Stopped`` in the block, unless they are ignored, as under nohup, or handled.

    A forked process does not inherit this: there they end it at once.
    """
    is_main = threading.current_thread() is threading.main_thread()
    ours = [number for number in SIGNALS if is_main and signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        _replaced[number] = -AGAIN
        signal.signal(number, _receive)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
            _replaced.pop(number, None)


def _receive(number: int, frame: FrameType | None) -> None:
    before, now = _replaced.get(number, -AGAIN), time.monotonic()
    _replaced[number] = now
    if now - before > AGAIN:
        raise Stopped(number)


def _reset() -> None:
    for number in _replaced:
        if signal.getsignal(number) is _receive:
            signal.signal(number, signal.SIG_DFL)
    _replaced.clear()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_reset)
