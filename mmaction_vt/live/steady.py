"""Frames of any rate as frames of a steady rate, which models are made for."""

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputError
from .frames import TimedFrame

LONGEST_GAP = 1.0  # seconds that are filled by repeating a frame
EARLY = 0.4  # of a period that a frame may be too early; a half would waver between the frames of twice the rate


class Sample(NamedTuple):
    """A frame of the steady rate.

    Attributes:
        number: Its number, from 0 and without gaps.
        time: Its time in seconds.
        picture: (H, W, 3) in RGB, uint8.
        restart: Whether frames before it are not continued by it.
    """

    number: int
    time: float
    picture: np.ndarray
    restart: bool


class SteadyRate:
    """Picks frames by their time stamps.

    Frame k of the steady rate is the first one whose time is at least (k - 0.4) / fps. One that comes too early is left
    out, and where frames are missing the last one is repeated. After more than a second without frames, and where times
    go back as far, nothing is repeated: a new row of frames begins.

    Args:
        fps: The steady rate.

    Raises:
        InputError: If it is not a positive number.
    """

    def __init__(self, fps: float) -> None:
        if not 0 < fps < math.inf:
            raise InputError(f'fps must be a positive number of frames per second, not {fps!r}')
        self.fps = float(fps)
        self.most_repeats = max(math.ceil(LONGEST_GAP * fps), 1)
        self.next_number = 0
        self._origin = 0.0  # when the row began
        self._base = 0  # number of its first frame
        self._last: TimedFrame | None = None

    def take(self, frame: TimedFrame) -> list[Sample]:
        """Samples that a frame completes: none, itself, or repeats of the last one and itself."""
        last = self._last
        number = self._base + math.floor((frame.time - self._origin) * self.fps + EARLY)
        behind = number - self.next_number  # frames that are missing
        if last is None or frame.first or behind > self.most_repeats or behind < -self.most_repeats:
            self._origin, self._base, self._last = frame.time, self.next_number, frame
            return [self._sample(frame.time, frame.picture, True)]
        if behind < 0:
            return []
        self._last = frame
        repeats = [
            self._sample(self._origin + (missing - self._base) / self.fps, last.picture, False)
            for missing in range(self.next_number, number)
        ]
        return [*repeats, self._sample(frame.time, frame.picture, False)]

    def _sample(self, time: float, picture: np.ndarray, restart: bool) -> Sample:
        number, self.next_number = self.next_number, self.next_number + 1
        return Sample(number, time, picture, restart)
