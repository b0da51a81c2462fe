"""Windows of a video one after the other: frames are decoded once, in order, and forgotten."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..datasets.video_readers import Reader
from ..utils.time_limit import call_in_time
from .every_nth import EveryNth
from .windows import Span


def frames_in_time(reader: Reader | EveryNth, numbers: np.ndarray, timeout: float) -> Iterator[tuple[int, np.ndarray]]:
    """Frames of a video and their numbers, in order.

    Args:
        reader: The video.
        numbers: Numbers of the frames, ascending.
        timeout: Time limit for each frame in seconds; 0 for none.

    Raises:
        BrokenVideoError: If a frame cannot be decoded, or not in time.
    """
    frames = reader.read(numbers)

    def next_frame(_: None) -> np.ndarray | None:
        return next(frames, None)

    for number in numbers.tolist():
        frame = call_in_time(next_frame, None, reader.name, timeout)
        if frame is None:
            return
        yield number, frame


def frames_of_windows(spans: Iterable[Span], offsets: np.ndarray, total: int) -> np.ndarray:
    """Numbers of the frames that windows need, ascending.

    Args:
        spans: The windows.
        offsets: Frames that a test takes from a window, from 0.
        total: Frames of the video.
    """
    needed = np.zeros(total, bool)
    for span in spans:
        needed[span.start + offsets.reshape(-1)] = True
    return np.flatnonzero(needed)


def complete_windows(
    frames: Iterable[tuple[int, np.ndarray]], spans: list[Span], offsets: np.ndarray, take: Callable[[int, Any], None]
) -> Iterator[Span]:
    """Windows as soon as their last frame has been taken.

    Args:
        frames: Frames and their numbers, in order; all that ``frames_of_windows`` lists.
        spans: The windows, in order.
        offsets: Frames that a test takes from a window, from 0.
        take: What takes a frame.
    """
    last, upcoming = int(offsets.max()), iter(spans)
    span = next(upcoming, None)
    for number, frame in frames:
        take(number, frame)
        while span is not None and span.start + last <= number:
            yield span
            span = next(upcoming, None)
