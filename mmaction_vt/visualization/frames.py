"""Frames of a video to draw on."""

from pathlib import Path

import av
import numpy as np

from ..errors import InputError
from ..utils.time_limit import call_in_time, video_timeout
from ..utils.video_files import check_video_file
from ..utils.video_formats import AV_OPTIONS


def read_clip(path: str | Path, fps: float | None = None, most: int = 60) -> tuple[np.ndarray, float]:
    """Frames of a video, subsampled for display.

    Args:
        path: The video.
        fps: Frames per second, at most the video's own. Default: its own.
        most: Maximum number of frames; longer videos are subsampled further.

    Returns:
        Frames (T, H, W, 3) in RGB, uint8, and their frame rate.

    Raises:
        InputError: If the video cannot be decoded.
    """

    def decode(name: str) -> tuple[list[np.ndarray], float]:
        return _decode(name, fps, most)

    try:
        frames, rate = call_in_time(decode, check_video_file(path), str(path), video_timeout())
    except (av.FFmpegError, IndexError, OSError) as error:
        raise InputError(f'cannot decode {path} ({error})') from error
    if not frames:
        raise InputError(f'{path} has no frames')
    return np.stack(frames), rate


def subsample(frames: np.ndarray, fps: float, most: int) -> tuple[np.ndarray, float]:
    """At most ``most`` frames, evenly spaced, and their frame rate."""
    step = max(1.0, len(frames) / most)
    return frames[np.arange(0, len(frames), step).astype(int)], fps / step


def _decode(path: str, fps: float | None, most: int) -> tuple[list[np.ndarray], float]:
    """Frames of a video and their rate; the others are not kept, since a long video fits no memory."""
    with av.open(path, options=AV_OPTIONS) as container:
        count = sum(1 for packet in container.demux(container.streams.video[0]) if packet.size)
    with av.open(path, options=AV_OPTIONS) as container:
        stream = container.streams.video[0]
        own_fps = float(stream.average_rate or 25)
        step = max(own_fps / min(fps or own_fps, own_fps), count / most)
        wanted = set(np.arange(0, count, step).astype(int).tolist())
        decoded = enumerate(container.decode(stream))
        return [frame.to_ndarray(format='rgb24') for index, frame in decoded if index in wanted], own_fps / step
