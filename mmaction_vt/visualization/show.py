"""Clips, predictions and maps as moving pictures in a notebook."""

import base64
import html
import os
import sys
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from PIL import Image
from torch import Tensor

from ..errors import InputError
from ..utils.frame_arrays import frames_of
from .draw.clips import gif_bytes, picture_bytes, write_clip
from .draw.overlay import contact_sheet, draw_overlay
from .draw.predictions import draw_predictions
from .explain.activation_maps import ActivationMaps
from .explain.explanation import Explanation, fit_maps
from .frames import read_clip, subsample

FPS = 12.0  # of a video; at most
MAX_FRAMES = 60
LEAST_FPS = 4.0  # long videos are faster than life
WIDTH = 400  # in pixels
ALPHA = 0.6  # opacity of maps
SHEET_WIDTH = 800  # of the still picture, where moving ones are not shown


@runtime_checkable
class Scored(Protocol):
    """A prediction: the path of a video, and its best classes."""

    @property
    def video(self) -> str:
        """The path."""

    def rows(self, k: int = 5) -> list[tuple[str, float]]:
        """Names and probabilities of the best classes."""


class Shown:
    """A moving picture that notebooks display.

    Args:
        frames: (T, H, W, 3) in RGB, uint8.
        fps: Frames per second.
        title: What it shows, for those who cannot see it.
    """

    def __init__(self, frames: np.ndarray, fps: float, title: str) -> None:
        self.frames, self.fps, self.title = frames, fps, title
        self._displayed_in: int | None = None  # the cell that ``show`` has displayed it in

    def save(self, path: str | Path) -> None:
        """Write the picture to a file that ends in ``.gif`` or ``.mp4``.

        Raises:
            InputError: If the file has another suffix or cannot be written.
        """
        write_clip(path, self.frames, self.fps)

    def display(self) -> bool:
        """Display the picture below the running cell of a notebook; False if there is none."""
        shell = running_shell()
        if shell is None:
            return False
        self._displayed_in = shell.execution_count
        png = base64.b64encode(self._repr_png_()).decode()
        shown = {'text/plain': repr(self), 'text/html': self._repr_html_(), 'image/png': png}
        sys.modules['IPython'].display.display(shown, raw=True)
        return True

    def _ipython_display_(self) -> None:
        """What IPython calls for the value of a cell: nothing is displayed twice."""
        cell, self._displayed_in = self._displayed_in, None
        if cell is None or cell != getattr(running_shell(), 'execution_count', None):
            self.display()
            self._displayed_in = None

    def _repr_html_(self) -> str:
        data = base64.b64encode(gif_bytes(self.frames, self.fps)).decode()
        return f'<img src="data:image/gif;base64,{data}" alt="{html.escape(self.title)}">'

    def _repr_png_(self) -> bytes:
        sheet = Image.fromarray(contact_sheet(self.frames, columns=4, most=4))
        sheet.thumbnail((SHEET_WIDTH, SHEET_WIDTH))
        return picture_bytes(np.asarray(sheet))

    def __repr__(self) -> str:
        count, height, width, _ = self.frames.shape
        return f'Shown({self.title}: {count} frames of {width} x {height} pixels, {self.fps:.3g} per second)'


def show(what: Any, result: Any = None, fps: float | None = None, width: int = WIDTH) -> Shown:
    """Display a video, a prediction or a map below the running cell of a notebook.

    Args:
        what: A ``Prediction``, an ``Explanation``, the path of a video, frames (T, H, W, 3) in RGB, uint8, as an array
            or a tensor, or one view (1, 3, T, H, W), uint8.
        result: With a video, what a model says about it: a ``Prediction``, or the map of each frame, as
            ``ActivationMaps`` or (T, H, W).
        fps: Frames per second. Default: 12 for frames, for a video its own, at most 12; for an ``Explanation`` those
            that keep the video's own time. At most 60 frames are shown; a long video is sped up.
        width: Width of the picture in pixels.

    Returns:
        The picture, which displays itself where it is the value of a cell, too, and is written by ``save('a.gif')``.
        Without a notebook nothing is displayed.

    Raises:
        InputError: If ``what`` is something else, the video cannot be read, the frames of a prediction are unknown, or
            the maps do not belong to the frames.

    Example:
        >>> recognise = VideoInferencer('config.py', 'model.pth')  # doctest: +SKIP
        >>> show(recognise('a.mp4'))  # doctest: +SKIP
        >>> show(recognise.explain('a.mp4', method='gradcam'))  # doctest: +SKIP
    """
    if width < 16:
        raise InputError(f'width must be at least 16 pixels, not {width}')
    if fps is not None and not 0 < fps <= 50:
        raise InputError(f'fps must be above 0 and at most 50, not {fps}')
    shown = draw(what, result, fps, width)
    shown.display()
    return shown


def draw(what: Any, result: Any, fps: float | None, width: int) -> Shown:
    """The picture of what ``show`` is given."""
    if isinstance(what, (Explanation, Scored)):
        if result is not None:
            raise InputError(f'with {what!r} nothing else is drawn: show(video, ...) draws what belongs to a video')
        if isinstance(what, Scored) and not os.path.lexists(what.video):
            raise InputError(f'{what.video} does not exist: give the video, too, as in show(video, prediction)')
        what, result = (what.video if isinstance(what, Scored) else None), what
    if isinstance(result, Explanation):
        return draw_explanation(result, fps, width)
    is_prediction = isinstance(result, Scored)
    frames, rate, title = frames_to_show(what, fps, keep_all=result is not None and not is_prediction)
    if is_prediction:
        return draw_prediction(frames, result, rate, width, title)
    if result is not None:
        frames = draw_overlay(frames, fit_maps(maps_of(result, frames), frames), alpha=ALPHA)
        title = f'{title} with a map'
    return Shown(resize_frames(frames, width), rate, title)


def draw_explanation(explanation: Explanation, fps: float | None, width: int) -> Shown:
    """A clip with its map, and the class and its probability below."""
    frames = draw_overlay(explanation.frames, explanation.maps, alpha=ALPHA)
    drawn = draw_predictions(frames, [explanation.label], [explanation.score], width)
    return Shown(drawn, fps or explanation.fps, f'{explanation.method} of {explanation.label}')


def draw_prediction(frames: np.ndarray, prediction: Scored, fps: float, width: int, title: str) -> Shown:
    """A video with its best classes below.

    Raises:
        InputError: If the prediction has none.
    """
    rows = getattr(prediction, 'answer', prediction.rows)()
    if not rows:
        raise InputError(f'{prediction!r} has no scores')
    labels, scores = [label for label, _ in rows], [score for _, score in rows]
    return Shown(draw_predictions(frames, labels, scores, width), fps, f'{title}, {labels[0]}')


def frames_to_show(video: Any, fps: float | None, keep_all: bool) -> tuple[np.ndarray, float, str]:
    """The frames of a video, their rate and a title.

    Raises:
        InputError: If it is not a video, or cannot be read.
    """
    if isinstance(video, (str, Path)):
        frames, rate = read_clip(video, fps or FPS, MAX_FRAMES)
        title = Path(video).name
    elif isinstance(video, (np.ndarray, Tensor)):
        frames, rate, title = frames_or_view(video), fps or FPS, 'a clip'
        if not keep_all:
            frames, rate = subsample(frames, rate, MAX_FRAMES)
    else:
        kind = type(video).__name__
        raise InputError(
            f'expected a prediction, an explanation, the path of a video or frames (T, H, W, 3); got {kind}'
        )
    return frames, max(rate, LEAST_FPS) if fps is None else rate, title


def frames_or_view(video: np.ndarray | Tensor) -> np.ndarray:
    """Frames (T, H, W, 3) of an array, a tensor, or a view (1, 3, T, H, W).

    Raises:
        InputError: If it has another shape or type.
    """
    if isinstance(video, Tensor) and video.ndim == 5 and video.shape[:2] == (1, 3):
        video = video[0].permute(1, 2, 3, 0)
    return frames_of(video)


def maps_of(result: Any, frames: np.ndarray) -> Tensor:
    """Maps (1, T, H, W) for frames (T, H', W', 3).

    Raises:
        InputError: If it is not a map of each frame.
    """
    maps = result.maps if isinstance(result, ActivationMaps) else result
    if not isinstance(maps, (np.ndarray, Tensor)):
        raise InputError(f'expected a prediction or maps (T, H, W) with a video; got {type(result).__name__}')
    shape = tuple(maps.shape)
    maps = Tensor(maps) if isinstance(maps, np.ndarray) else maps
    maps = maps[None] if maps.ndim == 3 else maps
    if maps.ndim != 4 or len(maps) != 1 or maps.shape[1] != len(frames):
        raise InputError(
            f'maps {shape} are not one for each of {len(frames)} frames: give the clip that the model saw, or use '
            'VideoInferencer.explain'
        )
    return maps


def resize_frames(frames: np.ndarray, width: int) -> np.ndarray:
    """Frames with another width and the same aspect ratio."""
    size = (width, max(round(frames.shape[1] * width / frames.shape[2]), 1))
    return np.stack([np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC)) for frame in frames])


def running_shell() -> Any:
    """IPython's shell, or None if it does not run."""
    ipython = sys.modules.get('IPython')
    return ipython.get_ipython() if ipython is not None else None
