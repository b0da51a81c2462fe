"""Connecting again to a source that was lost, after pauses that grow."""

import time
from collections.abc import Callable, Iterator

from .frames import Connection, Source, SourceError, TimedFrame

LONGEST_PAUSE = 30.0
FIRST_PAUSE = 1.0


class Reconnecting:
    """The frames of a source over all its connections.

    Before the n-th attempt in a row is a pause of 1, 2, 4, ... and at most 30 seconds; a frame ends the row. Times are
    continued by the clock, so that a pause counts.

    Args:
        source: The source; a file is opened once.
        retries: Attempts in a row after the first.
        say: Takes a sentence for the user.
        wait: Waits for some seconds; returns whether to give up, as ``threading.Event.wait`` does.
        clock: Seconds.

    Attributes:
        fps: Nominal frames per second of the first connection; None if unknown.
        connections: Connections so far.
    """

    def __init__(
        self,
        source: Source,
        retries: int,
        say: Callable[[str], None],
        wait: Callable[[float], bool | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.source, self.retries, self.say, self.wait, self.clock = source, retries, say, wait, clock
        self.failures, self.connections = 0, 0
        self.connection: Connection | None = None
        self.fps: float | None = None
        self._begun: float | None = None  # when the first frame came
        self._given_up = False

    def start(self) -> None:
        """Open the first connection.

        Raises:
            SourceError: If the source cannot be opened in any attempt.
        """
        self.connection = self._connect()
        if self.connection is not None:
            self.fps = self.connection.fps

    def frames(self) -> Iterator[TimedFrame]:
        """The frames, until a file ends, or a stream has ended and cannot be reached again.

        Raises:
            SourceError: If it never has a frame, or a file fails.
        """
        if self.connection is None:
            self.start()
        while self.connection is not None:
            reason = f'{self.source.name} has ended'
            try:
                yield from self._of(self.connection)
            except SourceError as error:
                if not self.source.endless:
                    raise
                reason = str(error)
            finally:
                self.close()
            self.connection = self._again(reason) if self.source.endless else None
        if self._begun is None and not self._given_up:
            raise SourceError(f'{self.source.name} has no frames')

    def _of(self, connection: Connection) -> Iterator[TimedFrame]:
        """The frames of a connection, with times that continue those before."""
        shift: float | None = None
        for frame in connection.frames():
            first = shift is None
            if shift is None:
                now = self.clock()
                self._begun = now if self._begun is None else self._begun
                shift = now - self._begun - frame.time
            self.failures = 0
            yield TimedFrame(frame.time + shift, frame.picture, first)

    def _connect(self) -> Connection | None:
        """Open the source, trying again as often as allowed; None if told to give up."""
        while True:
            try:
                connection = self.source.open()
            except SourceError as error:
                if not self.source.endless or self.failures >= self.retries:
                    raise
                if not self._pause(str(error)):
                    return None
                continue
            self.connections += 1
            return connection

    def _again(self, reason: str) -> Connection | None:
        """A new connection; None if there is none, although there were frames, or if told to give up."""
        try:
            if self.failures >= self.retries:
                raise SourceError(reason)
            return self._connect() if self._pause(reason) else None
        except SourceError as error:
            if self._begun is None:
                raise
            self.say(f'{error}; no further attempt')
            return None

    def _pause(self, reason: str) -> bool:
        """Wait before the next attempt; returns whether to make it."""
        seconds = min(FIRST_PAUSE * 2**self.failures, LONGEST_PAUSE)
        self.failures += 1
        self.say(f'{reason}; attempt {self.failures} of {self.retries} in {seconds:g} s')
        self._given_up = bool(self.wait(seconds))
        return not self._given_up

    def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()
