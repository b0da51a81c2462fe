"""Frames of video files by decord 0.6, which has no packages for macOS and for ARM processors."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import cv2  # noqa: F401  before decord: if decord's zlib is loaded first, cv2 cannot read PNG
import numpy as np

from ..errors import InputError
from ..utils.video_files import undecodable, unreadable

try:
    from decord import DECORDError, VideoReader
except (ImportError, OSError):
    DECORDError, VideoReader = RuntimeError, None

# decord raises RuntimeError for a file that it cannot open, and AssertionError for one without frames.
DECORD_ERRORS = (DECORDError, RuntimeError, AssertionError, IndexError, UnicodeError)  # the last for names
Source = str | BytesIO
AT_ONCE = 32  # frames that decord and torchcodec decode in one call


def count_shown(video: Any) -> int:
    """Number of frames of a video that are shown; decord also counts those before a cut without re-encoding."""
    times = video.get_frame_timestamp(np.arange(len(video)))  # start and end of each frame in seconds
    return len(video) - int(((times[:, 0] < 0) & (times[:, 1] <= 0)).sum())


def evenly_spaced(num_frames: int, fps: float) -> np.ndarray:
    """Times of frames in seconds where only their rate is known; 30 frames per second if not even that."""
    return np.arange(num_frames) / (fps or 30.0)


def open_with_decord(source: Source, num_threads: int) -> Any:
    """Open a video with decord.

    Raises:
        InputError: If decord is not installed.
    """
    if VideoReader is None:
        raise InputError(
            "backend 'decord' needs the package decord, which is not installed and does not exist for every system: "
            "use 'pyav', the default of VideoToClips"
        )
    return VideoReader(source, num_threads=num_threads)


class DecordReader:
    """A video read by decord 0.6.

    A local file is read by its path: from memory, decord crashes (segmentation fault) on truncated AVI and WebM files.

    Args:
        source: A path, or a file in memory.
        name: Name of the video in messages.
        num_threads: Threads of the decoder; 0 for decord's default.

    Attributes:
        num_frames: Number of frames.
        fps: Frames per second.

    Raises:
        BrokenVideoError: If it cannot be opened or has no frames.
    """

    def __init__(self, source: Source, name: str, num_threads: int = 1) -> None:
        self.name = name
        try:
            self.video = open_with_decord(source, num_threads)
            self.num_frames = count_shown(self.video)
        except DECORD_ERRORS as error:
            raise unreadable(name) from error
        self.fps = self.video.get_avg_fps()

    def read(self, frames: np.ndarray) -> Iterator[np.ndarray]:
        """Yield frames (H, W, 3) in RGB, uint8.

        Args:
            frames: Their numbers, ascending and without repetition.

        Raises:
            BrokenVideoError: If one cannot be decoded.
        """
        try:
            for start in range(0, len(frames), AT_ONCE):
                yield from self.video.get_batch(frames[start : start + AT_ONCE]).asnumpy()
        except DECORD_ERRORS as error:
            raise undecodable(self.name, frames) from error

    def times(self) -> np.ndarray:
        """Presentation times of all frames in seconds, from 0."""
        times: np.ndarray = self.video.get_frame_timestamp(np.arange(self.num_frames))[:, 0]
        return times - times[0]

    def close(self) -> None:
        """Close the file and free the decoder."""
        del self.video
