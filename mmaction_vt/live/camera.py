"""Cameras of this machine, by OpenCV."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import cv2

from .frames import SourceError, TimedFrame


class Camera:
    """A camera, as a ``Source``.

    Args:
        index: Its number, from 0.
        capture: Opens it: OpenCV's ``VideoCapture``, or what stands in for it.
        clock: Seconds; frames are given the time at which they arrive.
    """

    endless = True

    def __init__(
        self, index: int, capture: Callable[[int], Any] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.index, self.capture, self.clock = index, capture or cv2.VideoCapture, clock
        self.name = f'camera {index}'

    def open(self) -> 'CameraConnection':
        """Open it.

        Raises:
            SourceError: If there is no such camera, or another program uses it.
        """
        try:
            device = self.capture(self.index)
        except cv2.error as error:
            raise SourceError(f'{self.name} cannot be opened: OpenCV has no support for cameras here') from error
        if not device.isOpened():
            device.release()
            raise SourceError(
                f'{self.name} cannot be opened: there is none with this number, or another program uses it'
            )
        return CameraConnection(self.name, device, self.clock)


class CameraConnection:
    """A camera that was opened, as a ``Connection``.

    Args:
        name: Name of the camera.
        device: OpenCV's ``VideoCapture``.
        clock: Seconds.
    """

    def __init__(self, name: str, device: Any, clock: Callable[[], float]) -> None:
        self.name, self.device, self.clock = name, device, clock
        self.fps = plausible_rate(device.get(cv2.CAP_PROP_FPS))

    def frames(self) -> Iterator[TimedFrame]:
        """The frames, until the camera has none.

        Raises:
            SourceError: If OpenCV fails.
        """
        while True:
            try:
                succeeded, picture = self.device.read()
            except cv2.error as error:
                raise SourceError(f'{self.name} has failed') from error
            if not succeeded:
                return
            yield TimedFrame(self.clock(), cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))

    def close(self) -> None:
        """Release the camera."""
        self.device.release()


def plausible_rate(fps: float | None) -> float | None:
    """A frame rate as a source states it; None if it cannot be one, as the 90000 of some transport streams."""
    return float(fps) if fps and 1 <= fps <= 240 else None
