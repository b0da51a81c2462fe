"""What the live demo takes frames from: files, network streams and cameras, behind one interface."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from ..errors import InputError


class SourceError(InputError):
    """A source that cannot be opened, or that has stopped to send frames."""


class TimedFrame(NamedTuple):
    """A frame.

    Attributes:
        time: Seconds, from the first frame of the source.
        picture: (H, W, 3) in RGB, uint8.
        first: Whether it is the first one of a connection.
    """

    time: float
    picture: np.ndarray
    first: bool = False


class Connection(Protocol):
    """A source that was opened.

    Attributes:
        fps: Its nominal frames per second; None if unknown.
    """

    fps: float | None

    def frames(self) -> Iterator[TimedFrame]:
        """The frames, with times in seconds from any origin.

        Raises:
            SourceError: If the source fails.
        """

    def close(self) -> None:
        """Close it."""


class Source(Protocol):
    """Where frames come from.

    Attributes:
        name: For messages, without passwords.
        endless: Whether an end is a lost connection, as of a camera, and not the end, as of a file.
    """

    name: str
    endless: bool

    def open(self) -> Connection:
        """Open it.

        Raises:
            SourceError: If it cannot be opened.
        """
