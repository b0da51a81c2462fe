"""The live tab of the web page: frames of visitors' cameras, in memory only, and the latest answer to each visitor.

Frames are JPEG files of a browser's camera, limited in size, rate and number. A model is shared with the rest of the
page: it scores one window at a time, for one visitor after the other, and always the newest.
"""

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image
from web_refusals import BAD_REQUEST, BUSY, TOO_LARGE, TOO_MANY, RefusedError

from mmaction_vt.apis import WindowPrediction
from mmaction_vt.live import CutSample, Mailbox, NewestWindow, SteadyRate, TimedFrame

MOST_BYTES = 256 * 1024  # of a frame
MOST_SIZE = (1280, 720)
MOST_SESSIONS = 4
MOST_OF_A_CLIENT = 2
IDLE = 15  # seconds without a frame, after which a session ends
WAITING = '<p>Waiting for the first frames …</p>'


@dataclass(eq=False)
class Session:
    """The camera of a visitor.

    Args:
        client: The visitor's address.
        recognizer: A ``StreamRecognizer`` of its own, with the shared model.
        since: When the last frame came.
    """

    client: str
    recognizer: Any
    since: float
    html: str = WAITING
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.steady = SteadyRate(self.recognizer.fps)
        self.windows = NewestWindow(self.recognizer)
        self.samples: Mailbox[CutSample] = Mailbox(self.recognizer.window + self.recognizer.stride, newest=True)

    def take(self, frame: TimedFrame) -> None:
        """Queue what a frame completes of the steady rate."""
        with self.lock:
            self.since = frame.time
            for sample in self.steady.take(frame):
                crops = self.recognizer.cut(sample.picture)
                self.samples.put(CutSample(sample.number, sample.time, crops, sample.restart))


class LiveSessions:
    """All cameras.

    Args:
        recognizer: Makes a ``StreamRecognizer``.
        show: HTML of a prediction.
        model: Held while the model is used.
        clock: Seconds.
    """

    def __init__(
        self,
        recognizer: Callable[[], Any],
        show: Callable[[WindowPrediction], str],
        model: threading.Lock,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.recognizer, self.show, self.model, self.clock = recognizer, show, model, clock
        self.lock = threading.Lock()
        self.sessions: dict[str, Session] = {}
        self.pending = threading.Event()

    def push(self, visitor: str, client: str, content: bytes) -> dict[str, str]:
        """Take a frame of a visitor's camera; returns the latest answer.

        Raises:
            RefusedError: If it is not such a frame, or there are too many cameras.
        """
        picture = read_frame(content)
        session = self.of(visitor, client)
        session.take(TimedFrame(self.clock(), picture))
        self.pending.set()
        return dict(html=session.html)

    def of(self, visitor: str, client: str) -> Session:
        """The session of a visitor.

        Raises:
            RefusedError: If there are too many.
        """
        with self.lock:
            self._remove_idle()
            if visitor in self.sessions:
                return self.sessions[visitor]
            if sum(session.client == client for session in self.sessions.values()) >= MOST_OF_A_CLIENT:
                raise RefusedError(TOO_MANY, 'Too many of your cameras are on. Please stop another.')
            if len(self.sessions) >= MOST_SESSIONS:
                raise RefusedError(BUSY, 'Too many cameras are on. Please try again later.')
            session = self.sessions[visitor] = Session(client, self.recognizer(), self.clock())
            return session

    def work(self) -> None:
        """Score the newest window of each visitor once."""
        with self.lock:
            self._remove_idle()
            sessions = list(self.sessions.values())
        for session in sessions:
            samples = session.samples.take(0)
            if samples:
                with self.model:
                    found = session.windows.feed(samples)
                if found:
                    session.html = self.show(found[-1])

    def run(self, stop: threading.Event) -> None:
        """Work until stopped."""
        while not stop.is_set():
            if self.pending.wait(1):
                self.pending.clear()
            self.work()

    def _remove_idle(self) -> None:
        for visitor, session in list(self.sessions.items()):
            if self.clock() - session.since > IDLE:
                del self.sessions[visitor]


def read_frame(content: bytes) -> np.ndarray:
    """A JPEG file as a frame (H, W, 3) in RGB, uint8; its size is checked before it is decoded.

    Raises:
        RefusedError: If it is none, or too large.
    """
    try:
        with Image.open(io.BytesIO(content), formats=('JPEG',)) as image:
            width, height = image.size
            if width * height > MOST_SIZE[0] * MOST_SIZE[1]:
                raise too_many_pixels()
            return np.array(image.convert('RGB'))
    except Image.DecompressionBombError as error:
        raise too_many_pixels() from error
    except (OSError, ValueError, SyntaxError) as error:
        raise RefusedError(BAD_REQUEST, 'A frame of the camera is a JPEG file.') from error


def too_many_pixels() -> RefusedError:
    """What is said of a frame that is larger than accepted."""
    return RefusedError(TOO_LARGE, f'A frame of the camera has more than {MOST_SIZE[0]} x {MOST_SIZE[1]} pixels.')
