"""Reading videos piece by piece: what a model sees at once, and which part of the video it is."""

from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.dataset import Compose
from torch import Tensor

from ..apis.inferencer import Video, describe, source_of
from ..errors import check_one_of
from ..utils.frame_arrays import name_of_video
from ..utils.time_limit import call_in_time
from ..visualization.explain.model_input import check_views, pick_view

VIEWS = ('mean', 'all', 'middle')


class Piece(NamedTuple):
    """A part of a video, with one or several windows; a video that is read as by a test is one window.

    Attributes:
        video: The path of the video.
        views: The views of each window, (W, V, 3, T, H, W) in uint8; None if the video could not be read.
        spans: First frame and the frame after the last, of each window or of each view of the only one, (rows, 2); None
            if unknown.
        fps: Frames per second of the video; None if unknown.
        num_frames: Its number of frames; None if unknown.
        is_last: Whether it is the last piece of the video.
        error: Why the video could not be read; None if it could.
    """

    video: str
    views: Tensor | None
    spans: np.ndarray | None = None
    fps: float | None = None
    num_frames: int | None = None
    is_last: bool = True
    error: str | None = None


def broken_piece(video: str, error: str) -> Piece:
    """The last piece of a video that cannot be read."""
    return Piece(video, None, error=error)


def crashed_piece(video: Video) -> Piece:
    """The piece for a video whose process died."""
    name = name_of_video(video)
    text = f'the process that read {name} died: its decoder crashed, or memory or shared memory ran out'
    return broken_piece(name, text)


def read_clips(pipeline: Compose, views: str, timeout: float, video: Video) -> Piece:
    """Read a video with a test pipeline, as a single piece with one window.

    Args:
        pipeline: The test pipeline.
        views: ``middle`` to keep the middle view only.
        timeout: Time limit in seconds; 0 for none.
        video: The video.

    Returns:
        The piece, which has the error if the video cannot be read.
    """
    name = name_of_video(video)
    try:
        results = source_of(video)
        packed = call_in_time(pipeline, results, name, timeout)
        clips = check_views(packed['inputs'])
        spans = spans_of_views(results, len(clips))
        if views == 'middle':
            middle = len(clips) // 2
            clips, spans = pick_view(clips, middle), None if spans is None else spans[middle : middle + 1]
    except Exception as error:  # noqa: BLE001  whatever a decoder raises, other videos go on
        return broken_piece(name, describe(error))
    return Piece(name, clips[None], spans, results.get('avg_fps') or None, frames_of_video(results))


def frames_of_video(results: dict[str, Any]) -> int | None:
    """The number of frames of a video that a pipeline has read; None if it does not tell."""
    count = results.get('total_frames')
    return None if count is None else int(count)


def spans_of_views(results: dict[str, Any], num_views: int) -> np.ndarray | None:
    """First frame and the frame after the last of each view, (views, 2); None if the pipeline does not tell.

    Args:
        results: What a test pipeline has added its keys to; views are ordered by crop.
        num_views: Number of views.
    """
    numbers, length = np.ravel(results.get('frame_inds', ())), results.get('clip_len')
    if not len(numbers) or not length or len(numbers) % length:
        return None
    clips = numbers.reshape(-1, length) - results.get('start_index', 0)
    spans = np.stack((clips.min(1), clips.max(1) + 1), axis=1)
    return np.tile(spans, (num_views // len(spans), 1)) if num_views % len(spans) == 0 else None


def merge(pieces: list[Piece]) -> Piece:
    """Consecutive pieces of a video as one."""
    views = [piece.views for piece in pieces if piece.views is not None]
    spans = [piece.spans for piece in pieces if piece.spans is not None]
    return pieces[-1]._replace(views=torch.cat(views), spans=np.concatenate(spans) if spans else None)


def check_views_option(views: str | None, pool: str) -> str:
    """What happens to the views of a window: by default their ``mean``, and for maps ``all`` are kept.

    Raises:
        InputError: If the option is unknown.
    """
    if views is None:
        return 'all' if pool == 'map' else 'mean'
    check_one_of('views', views, VIEWS)
    return views
