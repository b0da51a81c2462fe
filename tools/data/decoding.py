"""Test decoding of videos. Runs in subprocesses, and so imports little."""

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from mmaction_vt.errors import InputError
from mmaction_vt.utils.file_kinds import display_path
from mmaction_vt.utils.video_files import check_video_file
from mmaction_vt.utils.video_formats import AV_OPTIONS

CUT_OFF = 0.9  # a video that ends before this share of the duration in its header is truncated
CHUNK = 8  # frames decoded at once


def decode_with_decord(path: str, thorough: bool) -> None:
    """Decode the first, the middle and the last frame of a video, or all, with decord.

    Raises:
        ValueError: If it cannot be decoded; the message has the reason.
    """
    import decord  # does not exist for every system

    path = check_file(path)
    try:
        with av.open(path, options=AV_OPTIONS) as container:
            declared, rotation = declared_seconds(container), first_rotation(container)
        if rotation % 180:
            raise ValueError(f'it is rotated by {rotation} degrees, which decord ignores: use resize_videos.py')
        reader = decord.VideoReader(path, num_threads=1)
        times = reader.get_frame_timestamp(np.arange(len(reader)))  # start and end of each frame in seconds
        # If a file was cut without re-encoding, decord also counts frames that are not shown.
        count = int(((times[:, 0] >= 0) | (times[:, 1] > 0)).sum())
        if count == 0:
            raise ValueError('there are no frames')
        chunks = [range(i, min(i + CHUNK, count)) for i in range(0, count, CHUNK)]
        for indices in chunks if thorough else [sorted({0, count // 2, count - 1})]:
            reader.get_batch(list(indices))
    except (decord.DECORDError, RuntimeError, AssertionError, IndexError, av.FFmpegError) as error:
        raise ValueError(_reason(error)) from error
    check_length(times[-1, 1] - max(times[0, 0], 0), declared)


def decode_with_pyav(path: str, thorough: bool) -> None:
    """Decode the first, the middle and the last frame of a video, or all, with PyAV.

    Raises:
        ValueError: If it cannot be decoded; the message has the reason.
    """
    path = check_file(path)
    try:
        with av.open(path, options=AV_OPTIONS) as container:
            stream = container.streams.best('video')
            if stream is None:
                raise ValueError('there is no video stream')
            declared, start = declared_seconds(container), stream.start_time or 0
            seconds = [] if thorough or declared is None else [declared / 2, declared]
            frame = _decode_to(container, stream, None if not seconds else start)
            for time in seconds:
                target = start + round(time / stream.time_base)
                container.seek(target, stream=stream)
                frame = _decode_to(container, stream, target)
            length = end_of(frame, stream) - start * stream.time_base
    except av.FFmpegError as error:
        raise ValueError(_reason(error)) from error
    check_length(float(length), declared)


def _decode_to(container: av.container.InputContainer, stream: av.VideoStream, target: int | None) -> av.VideoFrame:
    """The frame at a time, or the last one before it; None stands for the end.

    Raises:
        ValueError: If there is no frame.
    """
    frame = None
    for frame in container.decode(stream):
        if target is not None and frame.pts is not None and frame.pts >= target:
            break
    if frame is None:
        raise ValueError('there are no frames')
    return frame


def end_of(frame: av.VideoFrame, stream: av.VideoStream) -> Fraction:
    """End time of a frame, in seconds."""
    duration = max(frame.duration * stream.time_base, 1 / (stream.average_rate or Fraction(25)))
    return (frame.pts or 0) * stream.time_base + duration


def check_file(path: str) -> str:
    """Check that a file exists, is not empty, and is a video that refers to no other file.

    Returns:
        The path for a decoder.

    Raises:
        ValueError: If not.
    """
    if not os.path.lexists(path):
        raise ValueError('the file does not exist')
    if Path(path).is_file() and not Path(path).stat().st_size:
        raise ValueError('the file is empty')
    try:
        return check_video_file(path)
    except InputError as error:
        raise ValueError(str(error).removeprefix(f'the video {display_path(path)} ')) from error


def check_length(seconds: float, declared: float | None) -> None:
    """Check that a video is not much shorter than the duration in its header.

    Raises:
        ValueError: If it is.
    """
    if declared is not None and seconds < CUT_OFF * declared:
        raise ValueError(f'it is truncated: it ends after {seconds:.2f} of {declared:.2f} seconds')


def declared_seconds(container: av.container.InputContainer) -> float | None:
    """Duration of the video stream in the header; None if unknown."""
    stream = container.streams.best('video')
    if stream is None:
        return None
    if container.format.name == 'avi' and stream.frames and stream.average_rate:
        return float(stream.frames / stream.average_rate)  # the duration is that of the rest of a truncated file
    if stream.duration is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and len(container.streams) == 1:  # audio may be longer than video
        return container.duration / av.time_base
    return None


def first_rotation(container: av.container.InputContainer) -> int:
    """Rotation of the first frame in degrees; 0 if there is none."""
    stream = container.streams.best('video')
    frame = None if stream is None else next(container.decode(stream), None)
    return 0 if frame is None else rotation_of(frame)


def rotation_of(frame: av.VideoFrame) -> int:
    """Counter-clockwise rotation of a frame in degrees: 0, 90, 180 or 270."""
    if abs(frame.rotation) > 180:  # no rotation in the header
        return 0
    return round(frame.rotation / 90) * 90 % 360


def _reason(error: Exception) -> str:
    """The message of a decoder's error, without stack trace and source location."""
    if isinstance(error, av.FFmpegError):
        return error.strerror
    lines = str(error).strip().splitlines()
    return lines[0].rpartition('.cc:')[2].lstrip('0123456789: ') if lines else type(error).__name__
