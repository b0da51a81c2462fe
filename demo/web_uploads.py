"""The uploads of the web page: each belongs to the visitor who sent it, under a name that nobody else knows.

A visitor names an upload by a random identifier and never by a path. Only paths that were made here are read or
deleted, so that no request can name another file.
"""

import errno
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from web_refusals import BAD_REQUEST, NO_ROOM, NOT_FOUND, TOO_LARGE, TOO_MANY, RefusedError

from mmaction_vt.errors import InputError

MOST_OF_A_CLIENT = 8  # uploads that wait or are being received
MOST = 32
UNASKED = 300  # seconds; the page asks at once
LONGEST_NAME = 200  # of a file, in characters
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(eq=False)
class Upload:
    """A file of a visitor.

    Args:
        path: Where it lies.
        owner: The visitor.
        client: The visitor's address.
        name: The name that the visitor gave it.
        stream: Where the visitor expects the answer, once asked for.
        complete: Whether it has been received.
        busy: Whether it is being processed.
        since: When it was received or asked for.
    """

    path: Path
    owner: str
    client: str
    name: str = 'video'
    stream: str | None = None
    complete: bool = False
    busy: bool = False
    since: float = field(default_factory=time.monotonic)


class Uploads:
    """All uploads.

    Args:
        folder: Where they lie.
        most_bytes: Maximum size of a file.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self.lock = threading.Lock()
        self.by_name: dict[str, Upload] = {}

    def add(self, owner: str, client: str) -> Upload:
        """Reserve a file.

        Raises:
            RefusedError: If too many wait.
        """
        with self.lock:
            if sum(upload.client == client for upload in self.by_name.values()) >= MOST_OF_A_CLIENT:
                raise RefusedError(TOO_MANY, 'Too many of your videos are waiting. Please wait for their results.')
            if len(self.by_name) >= MOST:
                raise RefusedError(TOO_MANY, 'Too many videos are waiting. Please try again later.')
            name = secrets.token_urlsafe(16)
            upload = self.by_name[name] = Upload(self.folder / name, owner, client)
        return upload

    async def write(self, upload: Upload, chunks: AsyncIterator[bytes]) -> None:
        """Write the content of a file.

        Raises:
            RefusedError: If it is too large, or the disk is full.
        """
        size = 0
        try:
            with upload.path.open('xb') as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > self.most_bytes:
                        raise self.too_large()
                    file.write(chunk)
        except OSError as error:
            if error.errno in DISK_FULL:
                raise RefusedError(NO_ROOM, 'The server has no room for this video. Please try again later.') from error
            raise
        upload.since, upload.complete = time.monotonic(), True

    def too_large(self) -> RefusedError:
        """What is said of a file that is larger than accepted."""
        most = self.most_bytes / 2**20
        return RefusedError(TOO_LARGE, f'This video exceeds the maximum allowed size of {most:.3g} MB.')

    def claim(self, name: object, owner: str, stream: str) -> Upload:
        """The upload that its owner wants to be processed, once.

        Raises:
            RefusedError: If the owner has no such upload, or it is being processed.
        """
        if not isinstance(name, str):
            raise RefusedError(BAD_REQUEST, 'A video is named by the identifier that its upload returned.')
        with self.lock:
            upload = self.by_name.get(name)
            if upload is None or upload.owner != owner or not upload.complete or upload.stream is not None:
                raise RefusedError(NOT_FOUND, 'This video has been deleted. Please upload it again.')
            upload.stream, upload.since = stream, time.monotonic()
            return upload

    @contextmanager
    def processing(self, path: str) -> Iterator[Upload]:
        """Process an upload, which is deleted afterwards.

        Raises:
            InputError: If the path is not that of an upload.
        """
        with self.lock:
            upload = self.by_name.get(Path(path).name)
            if upload is None or str(upload.path) != path or upload.busy:
                raise InputError('This video has been deleted. Please upload it again.')
            upload.busy = True
        try:
            yield upload
        finally:
            self.remove(upload)

    def remove(self, upload: Upload) -> None:
        """Delete an upload, and nothing else."""
        with self.lock:
            self.by_name.pop(upload.path.name, None)
            upload.path.unlink(missing_ok=True)

    def abandon(self, stream: str) -> None:
        """Delete uploads whose visitor no longer waits for an answer."""
        for upload in list(self.by_name.values()):
            if upload.stream == stream and not upload.busy:
                self.remove(upload)

    def expected(self, stream: str) -> bool:
        """Whether an upload is to be answered there."""
        return any(upload.stream == stream for upload in list(self.by_name.values()))

    def remove_old(self, age: float) -> None:
        """Delete uploads that have waited for some seconds, and sooner those that nobody asked about."""
        for upload in list(self.by_name.values()):
            most = age if upload.stream is not None else min(age, UNASKED)
            if upload.complete and not upload.busy and time.monotonic() - upload.since > most:
                self.remove(upload)


def shown_name(name: str | None) -> str:
    """A visitor's file name without folders, control characters and changes of direction."""
    last = (name or '').replace('\\', '/').rpartition('/')[2]
    return ''.join(filter(str.isprintable, last)).strip()[:LONGEST_NAME] or 'video'
