"""Where pictures of a live stream go: a window, or a video file."""

import os
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import av
import cv2
import numpy as np

from ..errors import InputError
from ..utils.systems import LINUX

TITLE = 'mmaction_vt'
KEYS_TO_END = (27, ord('q'), ord('Q'))  # Escape
TICKS = 1000  # of a video's time base, in a second
NO_WINDOW = 'use --headless, which prints JSON lines, or --out-filename, which writes a video'


class Screen(Protocol):
    """What shows pictures."""

    def show(self, picture: np.ndarray, time: float) -> bool:
        """Show a picture (H, W, 3) in RGB at a time in seconds; returns False to end."""

    def close(self) -> None:
        """End."""


class Window:
    """A window of OpenCV.

    Raises:
        InputError: If there is no display, or OpenCV was built without windows.
    """

    def __init__(self) -> None:
        # Some builds of OpenCV end the process without one.
        if LINUX and not any(os.environ.get(name) for name in ('DISPLAY', 'WAYLAND_DISPLAY')):
            raise InputError(f'there is no display to open a window on: {NO_WINDOW}')
        try:
            cv2.namedWindow(TITLE)
        except cv2.error as error:
            raise InputError(f'this OpenCV was built without windows (opencv-python-headless): {NO_WINDOW}') from error

    def show(self, picture: np.ndarray, time: float) -> bool:
        """Show a picture until the next one; returns False once Escape or Q was pressed."""
        cv2.imshow(TITLE, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        return cv2.waitKey(1) & 0xFF not in KEYS_TO_END

    def close(self) -> None:
        """Close the window."""
        cv2.destroyAllWindows()


class Recording:
    """An H.264 video in MP4, whose pictures are shown at the times that they are given.

    Args:
        path: The file, which is replaced if it exists.
        fps: Nominal frames per second.

    Attributes:
        last: Time of the last picture in ticks; -1 before the first.

    Raises:
        OSError: If it cannot be written.
    """

    def __init__(self, path: Path, fps: float) -> None:
        self.container = av.open(str(path), 'w', format='mp4')
        self.fps, self.last = fps, -1
        self.stream: Any = None

    def show(self, picture: np.ndarray, time: float) -> bool:
        """Add a picture; all have the even height and width of the first one."""
        if self.stream is None:
            self.stream = self.container.add_stream('libx264', rate=Fraction(self.fps).limit_denominator(1000))
            self.stream.height, self.stream.width = picture.shape[:2]
            self.stream.pix_fmt = 'yuv420p'
            self.stream.codec_context.time_base = Fraction(1, TICKS)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format='rgb24')
        self.last = frame.pts = max(round(time * TICKS), self.last + 1)
        frame.time_base = Fraction(1, TICKS)
        self.container.mux(self.stream.encode(frame))
        return True

    def close(self) -> None:
        """Write what is left."""
        if self.stream is not None:
            self.container.mux(self.stream.encode())
        self.container.close()
