"""Sliding windows of videos as pieces: each frame is decoded once, and only those of a window are in memory."""

from collections.abc import Generator, Iterable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from mmengine.dataset import Compose

from ..apis.inferencer import Video, describe, source_of
from ..datasets.transforms import VideoToClips
from ..datasets.video_readers import Reader
from ..errors import InputError
from ..streaming.frame_store import FrameStore
from ..streaming.scored_video import complete_windows, frames_of_windows
from ..streaming.windows import Span, clip_offsets, clips_step, natural_length, spans_of
from ..utils.frame_arrays import name_of_video
from ..utils.process_pool import call_in_order
from ..utils.time_limit import call_in_time
from .pieces import Piece, broken_piece, crashed_piece, merge

AT_ONCE = 32  # windows that a process reads in one call


class Windows(NamedTuple):
    """How videos are cut into windows.

    Attributes:
        pipeline: A test pipeline of ``VideoToClips`` and ``PackActionInputs``.
        length: Frames of a window. None: those that a clip of the pipeline spans.
        stride: Frames between the starts of two windows. None: ``length``.
        views: ``middle`` to keep the middle view of each window only.
        one_clip: Whether a window must be one clip, whose frames have an order.
        timeout: Time limit for reading a piece in seconds; 0 for none.
    """

    pipeline: Compose
    length: int | None = None
    stride: int | None = None
    views: str = 'mean'
    one_clip: bool = False
    timeout: float = 0

    def spans(self, reader: Reader, step: VideoToClips) -> list[Span]:
        """The windows of a video."""
        length = self.length or natural_length(step.sampling, reader.fps)
        return list(spans_of(length, self.stride or length, reader.num_frames))

    def offsets(self, span: Span, fps: float, step: VideoToClips) -> np.ndarray:
        """Frames that a window takes, (clips, T), from its start.

        If it must be one clip, the middle one stands for clips that start less than two frames of a clip apart.

        Raises:
            InputError: If it must be one clip, and is several.
        """
        offsets = clip_offsets(step.sampling, span.stop - span.start, fps)
        if not self.one_clip:
            return offsets
        if np.ptp(offsets[:, 0]) >= max(np.diff(offsets[0], append=0).max(), 1):
            raise InputError(
                f'a window of {span.stop - span.start} frames has {len(offsets)} clips, one after the other: frames '
                f'have features of their own in windows of {natural_length(step.sampling, fps)} frames, as without '
                '--window'
            )
        return offsets[len(offsets) // 2 :][:1]


class Task(NamedTuple):
    """Windows of a video that one process reads.

    Attributes:
        video: The video.
        first: The first window, from 0.
        stop: The window after the last; None for all.
        error: Why the video cannot be read; None if it can.
    """

    video: Video
    first: int = 0
    stop: int | None = None
    error: str | None = None


def read_windows(windows: Windows, videos: Iterable[Video], workers: int = 0) -> Iterator[Piece]:
    """The pieces of videos, in order.

    Without other processes a piece is a window, and each frame is decoded once. Processes read ``AT_ONCE`` windows at a
    time, of one video or of several; frames that two of these parts share are decoded twice.

    Args:
        windows: How videos are cut.
        videos: The videos.
        workers: Number of processes; 0 reads in this one.
    """
    if not workers:
        for video in videos:
            yield from pieces_of(windows, Task(video))
        return
    counts = call_in_order(partial(count_windows, windows), videos, 1, on_crash=crashed_count)
    tasks = (task for count in counts for task in split(*count))
    yield from call_in_order(partial(read_part, windows), tasks, workers, on_crash=crashed_part)


def split(video: Video, count: int, error: str | None) -> Iterator[Task]:
    """The tasks of a video with ``count`` windows."""
    if error is not None:
        yield Task(video, error=error)
    for first in range(0, count, AT_ONCE):
        yield Task(video, first, min(first + AT_ONCE, count))


def count_windows(windows: Windows, video: Video) -> tuple[Video, int, str | None]:
    """The video, its number of windows, and why it cannot be read."""

    def count(video: Video) -> int:
        step = clips_step(windows.pipeline)
        reader = step.open(source_of(video))
        try:
            return len(windows.spans(reader, step))
        finally:
            reader.close()

    try:
        return video, call_in_time(count, video, name_of_video(video), windows.timeout), None
    except Exception as error:  # noqa: BLE001  whatever a decoder raises, other videos go on
        return video, 0, describe(error)


def crashed_count(video: Video) -> tuple[Video, int, str | None]:
    return video, 0, crashed_piece(video).error


def read_part(windows: Windows, task: Task) -> Piece:
    """The windows of a task as one piece."""
    pieces = list(pieces_of(windows, task))
    return pieces[-1] if pieces[-1].error is not None else merge(pieces)


def crashed_part(task: Task) -> Piece:
    return crashed_piece(task.video)


def pieces_of(windows: Windows, task: Task) -> Iterator[Piece]:
    """The windows of a task, each as a piece; if the video cannot be read, the last one has the error."""
    name = name_of_video(task.video)
    if task.error is not None:
        yield broken_piece(name, task.error)
        return
    pieces = decode(windows, task)
    try:
        while (piece := call_in_time(next_of, pieces, name, windows.timeout)) is not None:
            yield piece
    except GeneratorExit:
        pieces.close()
        raise
    except Exception as error:  # noqa: BLE001  whatever a decoder raises, other videos go on
        yield broken_piece(name, describe(error))


def next_of(pieces: Iterator[Piece]) -> Piece | None:
    return next(pieces, None)


def decode(windows: Windows, task: Task) -> Generator[Piece, None, None]:
    """The windows of a task, each as a piece.

    Raises:
        InputError: If the video cannot be read.
    """
    step = clips_step(windows.pipeline)
    reader = step.open(source_of(task.video))
    try:
        all_spans = windows.spans(reader, step)
        spans = all_spans[task.first : task.stop]
        offsets = windows.offsets(spans[0], reader.fps, step)
        numbers = frames_of_windows(spans, offsets, reader.num_frames)
        frames = zip(numbers.tolist(), reader.read(numbers), strict=True)
        store = FrameStore(step.geometry)
        found = complete_windows(frames, spans, offsets, store.add)
        for index, span in enumerate(found, start=task.first + 1):
            store.drop_before(span.start)
            pixels = pixels_of(store, span.start + offsets, windows.views)
            yield Piece(
                name_of_video(task.video), pixels, np.array([span]), reader.fps or None, reader.num_frames,
                index == len(all_spans),
            )  # fmt: skip
    finally:
        reader.close()


def pixels_of(store: FrameStore, clips: np.ndarray, views: str) -> torch.Tensor:
    """The views of a window, ordered by crop, (1, V, 3, T, H, W) in uint8.

    Args:
        store: The frames.
        clips: Their numbers in each clip of the window, (clips, T).
        views: ``middle`` for the middle one only.
    """
    frames = np.stack([store.get(crop, clip) for crop, clip in store.views(clips, views == 'middle')])
    return torch.from_numpy(frames).permute(0, 4, 1, 2, 3)[None]
