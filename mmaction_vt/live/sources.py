"""What a user gives as a source."""

import re

from ..errors import InputError
from .addresses import is_address
from .camera import Camera
from .decoded import TIMEOUT, NetworkStream, VideoFile
from .frames import Source

MOST_CAMERAS = 64
NUMBER = re.compile('[0-9]{1,9}')


def source_of(text: str, timeout: float = TIMEOUT, ends: bool = False) -> Source:
    """A camera for a number, a network stream for an address, and a file for anything else.

    Args:
        text: Such as ``0``, ``rtsp://192.168.1.5/stream`` or ``video.mp4``.
        timeout: Seconds without anything from a server, after which a connection counts as lost.
        ends: Whether the end of a network stream is the end, as of a video on a web server.

    Raises:
        InputError: If it is none of these.

    Example:
        >>> source_of('0').name, source_of('http://user:secret@localhost:8080/a.ts?token=1').name
        ('camera 0', 'http://localhost:8080/a.ts')
    """
    if NUMBER.fullmatch(text):
        if int(text) >= MOST_CAMERAS:
            raise InputError(f'cameras are numbered from 0 to {MOST_CAMERAS - 1}, not {text}')
        return Camera(int(text))
    return NetworkStream(text, timeout, not ends) if is_address(text) else VideoFile(text)
