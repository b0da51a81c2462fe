"""Frames from a video for a picture, and pictures into a GIF or a video."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from ...errors import InputError
from ...utils.files import CLIP_SUFFIXES, check_suffix
from .predictions import COLOURS


def read_clip(path: str | Path, fps: float | None = None, most: int = 60) -> tuple[np.ndarray, float]:
    """Frames of a video, thinned out for showing.

    Args:
        path: The video.
        fps: Frames per second that are wanted, at most the video's own. Default: its own.
        most: Most frames; of a longer video every second, third, ... one is taken, and it plays faster or coarser.

    Returns:
        Frames (T, H, W, 3) in RGB, uint8, and how many of them make a second.

    Raises:
        InputError: If the video cannot be decoded.
    """
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            own_fps = float(stream.average_rate or 25)
            frames = [frame.to_ndarray(format='rgb24') for frame in container.decode(stream)]
    except (av.FFmpegError, IndexError, OSError) as error:
        raise InputError(f'cannot decode {path} ({error})') from error
    if not frames:
        raise InputError(f'{path} holds no frames')
    step = max(own_fps / min(fps or own_fps, own_fps), len(frames) / most)
    indices = np.arange(0, len(frames), step).astype(int)
    return np.stack([frames[index] for index in indices]), own_fps / step


def check_clip_name(path: str | Path) -> None:
    """Refuse a file name that ``write_clip`` cannot write.

    Raises:
        InputError: If it ends neither in ``.gif`` nor in ``.mp4``.
    """
    check_suffix('the name of a clip', path, CLIP_SUFFIXES)


def check_picture_name(path: str | Path) -> None:
    """Refuse a file name that is neither a clip's nor a picture's.

    Raises:
        InputError: If it ends neither in ``.gif`` nor in ``.mp4`` nor in ``.png``.
    """
    check_suffix('the name of a picture', path, (*CLIP_SUFFIXES, '.png'))


def write_clip(path: str | Path, frames: np.ndarray, fps: float) -> None:
    """Write frames as a GIF that loops or as an H.264 video.

    Args:
        path: A name that ends in ``.gif`` or ``.mp4``.
        frames: (T, H, W, 3) in RGB, uint8.
        fps: Frames per second; a GIF counts hundredths of a second and has at most 50.
    """
    check_clip_name(path)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == '.gif':
        _write_gif(path, frames, fps)
    else:
        _write_mp4(path, frames, fps)


def _write_gif(path: Path, frames: np.ndarray, fps: float) -> None:
    images = [_reduce_colours(Image.fromarray(frame)) for frame in frames]
    duration = max(20, round(100 / fps) * 10)
    images[0].save(path, save_all=True, append_images=images[1:], duration=duration, loop=0, disposal=1)


def _reduce_colours(image: Image.Image) -> Image.Image:
    """A picture of 256 colours: its own, and those of text and bars, which are too small to get any."""
    own = image.quantize(256 - len(COLOURS), method=Image.Quantize.MEDIANCUT).getpalette()
    palette = Image.new('P', (1, 1))
    palette.putpalette([*own[: 3 * (256 - len(COLOURS))], *(part for colour in COLOURS for part in colour)])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _write_mp4(path: Path, frames: np.ndarray, fps: float) -> None:
    height, width = (size - size % 2 for size in frames.shape[1:3])
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=Fraction(fps).limit_denominator(1000))
        stream.height, stream.width, stream.pix_fmt = height, width, 'yuv420p'
        for frame in frames[:, :height, :width]:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format='rgb24')))
        container.mux(stream.encode())
