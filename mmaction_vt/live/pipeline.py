"""Capture, model and drawing, each in a thread of its own."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ..apis.window_prediction import WindowPrediction
from .frames import TimedFrame
from .mailbox import Mailbox
from .newest_window import CutSample, NewestWindow
from .pace import in_real_time
from .reconnect import Reconnecting
from .steady import SteadyRate

MOST_RESULTS = 64  # that nobody has taken
JOIN_SECONDS = 2.0  # to wait for a thread; one that hangs in a decoder or a model ends with the process


class LivePrediction(NamedTuple):
    """A prediction, and how far it is behind.

    Attributes:
        window: The window.
        lag: Seconds from its last frame to the newest captured one; None for a source that waits for the model.
        dropped: Frames that were dropped so far, since the model had not taken them.
        skipped: Windows that were skipped so far, since a newer one was complete.
    """

    window: WindowPrediction
    lag: float | None
    dropped: int
    skipped: int

    def to_dict(self, k: int = 5) -> dict[str, Any]:
        """Times, frames, the k best classes of each classifier, lag and counts, as JSON can store them."""
        return {**self.window.to_dict(k), 'lag': self.lag, 'dropped': self.dropped, 'skipped': self.skipped}


class Live:
    """A source, a recognizer, and the threads in which they run.

    One thread captures: it picks frames of a steady rate, crops them for the model and puts them into a queue as long
    as a window and a stride. The other lets the recognizer score the newest complete window. Whoever draws takes
    ``newest`` and ``latest``.

    Args:
        source: The frames.
        recognizer: A ``StreamRecognizer``, whose ``fps`` is the steady rate.
        live: Whether the newest window comes first: if the model is too slow, windows are skipped. Otherwise the source
            waits for the model, and each window is scored.
        paced: Whether frames come at the pace of their time stamps.
        average: Number of latest windows whose scores are averaged.
        most_per_second: Most windows to score in a second, if ``live``; 0 for no limit.
        clock: Seconds.

    Attributes:
        newest: The newest frame that was captured; None before the first.
        latest: The last prediction; None before the first.
        results: Predictions, in order.
        stop: Ends both threads when it is set.
    """

    def __init__(
        self,
        source: Reconnecting,
        recognizer: Any,
        live: bool = True,
        paced: bool = False,
        average: int = 1,
        most_per_second: float = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.source, self.recognizer, self.live, self.paced, self.clock = source, recognizer, live, paced, clock
        self.pause = 1 / most_per_second if live and most_per_second else 0.0
        self.windows = NewestWindow(recognizer, skip=live, average=average)
        self.steady = SteadyRate(recognizer.fps)
        self.samples: Mailbox[CutSample] = Mailbox(recognizer.window + recognizer.stride, newest=live)
        self.results: Mailbox[LivePrediction] = Mailbox(MOST_RESULTS, newest=live)
        self.newest: TimedFrame | None = None
        self.latest: LivePrediction | None = None
        self.stop = threading.Event()
        self._captured = -1
        self._failure: BaseException | None = None
        self._threads = [
            threading.Thread(target=self._run, args=(work, box), name=name, daemon=True)
            for name, work, box in (('capture', self._capture, self.samples), ('model', self._recognise, self.results))
        ]

    def start(self) -> None:
        """Start both threads."""
        for thread in self._threads:
            thread.start()

    def take(self, timeout: float | None = None) -> list[LivePrediction] | None:
        """Predictions that have come since the last call; None at the end.

        Args:
            timeout: Seconds to wait for one.

        Raises:
            BaseException: What ended one of the threads.
        """
        found = self.results.take(timeout)
        if found is None and self._failure is not None:
            raise self._failure
        return found

    def close(self) -> None:
        """End both threads."""
        self.stop.set()
        self.samples.close(discard=True)
        self.results.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(JOIN_SECONDS)

    def _run(self, work: Callable[[], None], box: Mailbox) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  raised in the thread that takes the predictions
            self._failure = self._failure or error
        finally:
            box.close()

    def _capture(self) -> None:
        frames = self.source.frames()
        try:
            for frame in in_real_time(frames, self.clock, self.stop.wait) if self.paced else frames:
                if self.stop.is_set():
                    return
                self.newest = frame
                for sample in self._cut(frame):
                    self._captured = sample.number
                    self.samples.put(sample)
        finally:
            frames.close()  # type: ignore[attr-defined]

    def _cut(self, frame: TimedFrame) -> Iterator[CutSample]:
        """The samples that a frame completes; each picture is cropped once."""
        picture: np.ndarray | None = None
        crops: Any = None
        for sample in self.steady.take(frame):
            if sample.picture is not picture:
                picture, crops = sample.picture, self.recognizer.cut(sample.picture)
            yield CutSample(sample.number, sample.time, crops, sample.restart)

    def _recognise(self) -> None:
        while (samples := self.samples.take()) is not None:
            begun = self.clock()
            found = self.windows.feed(samples)
            self._report(found)
            left = self.pause - (self.clock() - begun)
            if found and left > 0:
                self.stop.wait(left)
        if not self.stop.is_set() and self._failure is None:
            self._report(self.windows.finish())

    def _report(self, found: list[WindowPrediction]) -> None:
        for window in found:
            lag = (self._captured - window.last_frame) / self.recognizer.fps if self.live else None
            self.latest = LivePrediction(window, lag, self.samples.dropped, self.windows.skipped)
            self.results.put(self.latest)
