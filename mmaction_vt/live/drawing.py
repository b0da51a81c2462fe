"""The newest frame with the latest labels, as often as it is to be drawn."""

import time
from collections.abc import Callable

from .picture import LivePicture, Row
from .pipeline import Live, LivePrediction
from .screens import Screen


class Drawing:
    """Draws what a ``Live`` has captured and recognised.

    Args:
        live: What is drawn.
        screen: Where it is shown.
        fps: Most pictures per second.
        rows_of: The lines for a prediction.
        num_rows: Most of them.
        clock: Seconds.
    """

    def __init__(
        self,
        live: Live,
        screen: Screen,
        fps: float,
        rows_of: Callable[[LivePrediction], list[Row]],
        num_rows: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.live, self.screen, self.period, self.rows_of, self.num_rows = live, screen, 1 / fps, rows_of, num_rows
        self.clock = clock
        self.picture: LivePicture | None = None
        self.begun = 0.0

    def run(self) -> None:
        """Draw until the stream ends, or the screen is closed.

        Raises:
            InputError: If the stream fails.
        """
        due = self.clock()
        while self.live.take(max(due - self.clock(), 0)) is not None:
            if self.clock() < due:
                continue
            if not self.draw():
                return
            due = max(due + self.period, self.clock())
        self.draw()

    def draw(self) -> bool:
        """Draw once; returns whether to go on."""
        frame, latest = self.live.newest, self.live.latest
        if frame is None:
            return True
        if self.picture is None:
            self.picture, self.begun = LivePicture(frame.picture, self.num_rows), self.clock()
        note = f'{frame.time:.1f} s'
        if latest is not None and latest.lag is not None:
            note += f'   lag {latest.lag:.1f} s   dropped {latest.dropped}'
        drawn = self.picture.draw(frame.picture, None if latest is None else self.rows_of(latest), note)
        return self.screen.show(drawn, self.clock() - self.begun)
