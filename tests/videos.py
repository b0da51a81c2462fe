"""Small videos for tests."""

from pathlib import Path

import av
import numpy as np


def write_video(path: Path, num_frames: int = 24, fps: int = 30, size: tuple[int, int] = (64, 48), **options) -> Path:
    """Write a video whose frame i is noise around the value 5 * i, and return its path.

    Args:
        path: The file; its suffix says which container.
        num_frames: Number of frames; fewer than 50.
        fps: Frames a second.
        size: Width and height.
        **options: Options of the container, such as ``movflags='faststart'``.
    """
    noise = np.random.default_rng(0)
    with av.open(str(path), 'w', options=options) as container:
        stream = container.add_stream('libx264', rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.gop_size = 8
        for i in range(num_frames):
            image = (5 * i + noise.integers(-4, 5, (size[1], size[0], 3))).clip(0, 255).astype(np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format='rgb24')):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


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
