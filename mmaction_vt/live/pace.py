"""Files played as if they were live."""

from collections.abc import Callable, Iterable, Iterator

from .frames import TimedFrame
from .steady import LONGEST_GAP


def in_real_time(
    frames: Iterable[TimedFrame], clock: Callable[[], float], wait: Callable[[float], object]
) -> Iterator[TimedFrame]:
    """Frames at the pace of their time stamps; where these jump, the next frame comes at once.

    Args:
        frames: The frames.
        clock: Seconds.
        wait: Waits for some seconds.
    """
    offset: float | None = None  # of the clock from the time stamps
    last = 0.0
    for frame in frames:
        if offset is None or not -LONGEST_GAP <= frame.time - last <= LONGEST_GAP:
            offset = clock() - frame.time
        last = frame.time
        left = frame.time + offset - clock()
        if left > 0:
            wait(left)
        yield frame
