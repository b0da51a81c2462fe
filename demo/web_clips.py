"""What the model saw of the last video of each open page: kept in memory for a while, for its visitor to draw.

A page is known by its stream, which the gate derives from the visitor's token: no request names another's clip.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from torch import Tensor
from web_refusals import TOO_MANY, RefusedError

from mmaction_vt.apis.predictions import Guess
from mmaction_vt.errors import InputError
from mmaction_vt.visualization.explain.model_input import DEFAULT_FPS

MOST_OF_A_CLIENT = 4  # clips, and questions that wait
MOST_BYTES = 256 * 2**20  # of all clips
KEEP = 600  # seconds since it was last drawn


class Seen(NamedTuple):
    """The clip of a video, in uint8 (1, 3, T, H, W), the best class, the video's name, and frames per second."""

    view: Tensor
    best: Guess
    name: str
    fps: float = DEFAULT_FPS


@dataclass
class Kept:
    """A clip, the address of its visitor, and when it was last used."""

    seen: Seen
    client: str
    since: float = field(default_factory=time.monotonic)


class Clips:
    """All clips, and the pages that wait for something else than the answer to an upload."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept: dict[str, Kept] = {}
        self.asked: dict[str, str] = {}  # the client of each page that waits
        self.busy: set[str] = set()

    def ask(self, stream: str, client: str) -> None:
        """Note that a page waits.

        Raises:
            RefusedError: If it does already, or too many of the client do.
        """
        with self.lock:
            if stream in self.asked:
                raise RefusedError(TOO_MANY, 'One at a time, please: wait for the picture that was asked for.')
            if list(self.asked.values()).count(client) >= MOST_OF_A_CLIENT:
                raise RefusedError(TOO_MANY, 'Too many of your pages are waiting. Please wait for their results.')
            self.asked[stream] = client

    @contextmanager
    def answering(self, stream: str) -> Iterator[str]:
        """Answer what a page has asked for; yields the address of its visitor.

        Raises:
            InputError: If it has not asked, or no longer waits.
        """
        with self.lock:
            client = self.asked.get(stream)
            if client is None or stream in self.busy:
                raise InputError('Nobody waits for this. Please ask again.')
            self.busy.add(stream)
        try:
            yield client
        finally:
            with self.lock:
                self.busy.discard(stream)
                self.asked.pop(stream, None)

    def forget_question(self, stream: str) -> None:
        """A page no longer waits; what is being answered is finished."""
        with self.lock:
            if stream not in self.busy:
                self.asked.pop(stream, None)

    def keep(self, stream: str, client: str, seen: Seen) -> None:
        """Keep a page's clip instead of its last one, and forget the oldest of those that are too many."""
        with self.lock:
            self.kept.pop(stream, None)
            self.kept[stream] = Kept(seen, client)
            own = [name for name, kept in self.kept.items() if kept.client == client]
            for name in own[:-MOST_OF_A_CLIENT]:
                del self.kept[name]
            while len(self.kept) > 1 and sum(kept.seen.view.nbytes for kept in self.kept.values()) > MOST_BYTES:
                del self.kept[next(iter(self.kept))]

    def forget(self, stream: str) -> None:
        """Forget the clip of a page."""
        with self.lock:
            self.kept.pop(stream, None)

    def of(self, stream: str) -> Seen:
        """The clip of a page.

        Raises:
            InputError: If it has none, or no longer.
        """
        with self.lock:
            kept = self.kept.get(stream)
            if kept is None:
                raise InputError('There is no video to draw, or it was deleted after a while. Please choose one above.')
            kept.since = time.monotonic()
            return kept.seen

    def remove_old(self, age: float = KEEP) -> None:
        """Forget clips that were not used for some seconds."""
        with self.lock:
            for stream, kept in list(self.kept.items()):
                if time.monotonic() - kept.since > age:
                    del self.kept[stream]
