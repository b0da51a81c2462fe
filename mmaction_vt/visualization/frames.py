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
    try:
        frames, own_fps = call_in_time(_decode, check_video_file(path), str(path), video_timeout())
    except (av.FFmpegError, IndexError, OSError) as error:
        raise InputError(f'cannot decode {path} ({error})') from error
    if not frames:
        raise InputError(f'{path} has no frames')
    step = max(own_fps / min(fps or own_fps, own_fps), len(frames) / most)
    indices = np.arange(0, len(frames), step).astype(int)
    return np.stack([frames[index] for index in indices]), own_fps / step


def _decode(path: str) -> tuple[list[np.ndarray], float]:
    """The frames of a video and their rate."""
    with av.open(path, options=AV_OPTIONS) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format='rgb24') for frame in container.decode(stream)]
        return frames, float(stream.average_rate or 25)
