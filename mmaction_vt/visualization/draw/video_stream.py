"""Videos that are written frame by frame, in flat memory."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from PIL import Image

from ...utils.outputs import output_path

TICKS = 90_000  # of the time base, in a second


def write_frames(path: str | Path, frames: Iterable[tuple[float, np.ndarray]], fps: float) -> int:
    """Write frames as an H.264 video without sound, as they come; only a few are in memory.

    Args:
        path: The ``.mp4``, which is replaced if it exists.
        frames: When each frame is shown, in seconds, ascending, and the frame (H, W, 3) in RGB, uint8. The first one
            says the size, from which a last odd row or column is cut off; others are resized to it.
        fps: Nominal frame rate; the times of the frames are kept as they are.

    Returns:
        The number of frames.

    Raises:
        InputError: If it cannot be written; what was there before remains.
    """
    count = 0
    with output_path(path) as part, av.open(str(part), 'w', format='mp4') as container:
        stream = container.add_stream('libx264', rate=Fraction(fps).limit_denominator(1001))
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.time_base = Fraction(1, TICKS)
        to_yuv = VideoReformatter()
        previous = -1
        for time, frame in frames:
            if not count:
                stream.height, stream.width = (side - side % 2 for side in frame.shape[:2])
            picture = av.VideoFrame.from_ndarray(fitted(frame, stream.height, stream.width), format='rgb24')
            picture = to_yuv.reformat(picture, format='yuv420p', threads=1)
            previous = picture.pts = max(round(time * TICKS), previous + 1)
            picture.time_base = Fraction(1, TICKS)
            container.mux(stream.encode(picture))
            count += 1
        container.mux(stream.encode())
    return count


def fitted(frame: np.ndarray, height: int, width: int) -> np.ndarray:
    """A frame of a size: cut if a row or a column is too many, else resized."""
    if not (0 <= frame.shape[0] - height <= 1 and 0 <= frame.shape[1] - width <= 1):
        frame = np.asarray(Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC))
    return np.ascontiguousarray(frame[:height, :width])
