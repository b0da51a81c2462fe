"""Clips as GIFs and videos."""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from ...utils.files import CLIP_SUFFIXES, check_suffix
from ...utils.outputs import write_output
from .predictions import COLOURS


def check_clip_name(path: str | Path) -> None:
    """Check that ``write_clip`` supports a file name.

    Raises:
        InputError: If it does not end in ``.gif`` or ``.mp4``.
    """
    check_suffix('the name of a clip', path, CLIP_SUFFIXES)


def check_picture_name(path: str | Path) -> None:
    """Check that a file name is that of a clip or a picture.

    Raises:
        InputError: If it does not end in ``.gif``, ``.mp4`` or ``.png``.
    """
    check_suffix('the name of a picture', path, (*CLIP_SUFFIXES, '.png'))


def write_clip(path: str | Path, frames: np.ndarray, fps: float) -> None:
    """Write frames as a looping GIF or an H.264 video.

    Args:
        path: A file name that ends in ``.gif`` or ``.mp4``.
        frames: (T, H, W, 3) in RGB, uint8.
        fps: Frames per second; GIFs have a resolution of 1/100 s and at most 50 frames per second.

    Raises:
        InputError: If the name has another suffix, or the file cannot be written; what was there before remains.
    """
    check_clip_name(path)
    write_output(path, (gif_bytes if Path(path).suffix.lower() == '.gif' else mp4_bytes)(frames, fps))


def write_picture(path: str | Path, frame: np.ndarray) -> None:
    """Write a frame as a PNG.

    Args:
        path: The file, which is replaced if it exists.
        frame: (H, W, 3) in RGB, uint8.

    Raises:
        InputError: If it cannot be written; what was there before remains.
    """
    write_output(path, picture_bytes(frame))


def picture_bytes(frame: np.ndarray) -> bytes:
    """A frame (H, W, 3) in RGB, uint8, as a PNG."""
    content = io.BytesIO()
    Image.fromarray(frame).save(content, 'PNG')
    return content.getvalue()


def gif_bytes(frames: np.ndarray, fps: float) -> bytes:
    """Frames (T, H, W, 3) in RGB, uint8, as a looping GIF."""
    content = io.BytesIO()
    images = [_reduce_colours(Image.fromarray(frame)) for frame in frames]
    duration = max(20, round(100 / fps) * 10)
    images[0].save(content, 'GIF', save_all=True, append_images=images[1:], duration=duration, loop=0, disposal=1)
    return content.getvalue()


def _reduce_colours(image: Image.Image) -> Image.Image:
    """Quantise to 256 colours, including those of text and bars, which are too small to be chosen otherwise."""
    own = image.quantize(256 - len(COLOURS), method=Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new('P', (1, 1))
    palette.putpalette([*own[: 3 * (256 - len(COLOURS))], *(part for colour in COLOURS for part in colour)])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def mp4_bytes(frames: np.ndarray, fps: float) -> bytes:
    """Frames (T, H, W, 3) in RGB, uint8, as an H.264 video of even height and width."""
    content = io.BytesIO()
    height, width = (size - size % 2 for size in frames.shape[1:3])
    with av.open(content, 'w', format='mp4') as container:
        stream = container.add_stream('libx264', rate=Fraction(fps).limit_denominator(1000))
        stream.height, stream.width, stream.pix_fmt = height, width, 'yuv420p'
        for frame in frames[:, :height, :width]:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format='rgb24')))
        container.mux(stream.encode())
    return content.getvalue()
