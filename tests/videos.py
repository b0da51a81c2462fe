"""Small videos for tests."""

from pathlib import Path

import av
import numpy as np


def write_frames(path: Path, frames: np.ndarray, fps: int = 30, **options) -> Path:
    """Write frames (T, H, W, 3) in RGB, uint8, as H.264, and return the path.

    Args:
        path: The file; its suffix says which container.
        frames: The pictures; height and width are even.
        fps: Frames a second.
        **options: Options of the container, such as ``movflags='faststart'``.
    """
    with av.open(str(path), 'w', options=options) as container:
        stream = container.add_stream('libx264', rate=fps)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.gop_size = 8
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format='rgb24')))
        container.mux(stream.encode())
    return path


def write_video(path: Path, num_frames: int = 24, fps: int = 30, size: tuple[int, int] = (64, 48), **options) -> Path:
    """Write a video whose frame i is noise around the value 5 * i, and return its path.

    Args:
        path: The file; its suffix says which container.
        num_frames: Number of frames; fewer than 50.
        fps: Frames a second.
        size: Width and height.
        **options: Options of the container.
    """
    noise = np.random.default_rng(0).integers(-4, 5, (num_frames, size[1], size[0], 3))
    values = 5 * np.arange(num_frames)[:, None, None, None]
    return write_frames(path, (values + noise).clip(0, 255).astype(np.uint8), fps, **options)


def cut_without_encoding(source: Path, target: Path, num_frames: int) -> Path:
    """Copy a video without its first frames, as stream copying does: they stay in the file and are not shown."""
    with av.open(str(source)) as old, av.open(str(target), 'w', options={'avoid_negative_ts': 'disabled'}) as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        shift = int(num_frames / (stream.time_base * stream.average_rate))
        for packet in old.demux(stream):
            if packet.dts is None:
                continue
            packet.pts -= shift
            packet.dts -= shift
            packet.stream = copy
            new.mux(packet)
    return target
