"""Frames of video files, by decord, PyAV or torchcodec: equal frames for equal numbers.

A reader numbers the frames that are shown, from 0. If a file was cut without re-encoding, frames before the cut are
decoded but not shown. Rotation metadata is not applied.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from ..errors import BrokenVideoError, InputError, check_one_of
from ..utils.file_kinds import check_regular_file, display_path
from ..utils.video_files import check_video_bytes, check_video_file, undecodable, unreadable
from ..utils.video_formats import AV_OPTIONS
from .decord_reader import AT_ONCE, DecordReader, Source, evenly_spaced
from .stand_in import FPS, NUM_FRAMES, SIZES

MOST_PIXELS = 2**26  # of a frame, 8192 x 8192: a corrupt header can claim more than there is memory for


class Index(NamedTuple):
    """Presentation times of the frames of a video, in units of the stream's time base.

    Attributes:
        times: Of all frames, ascending.
        keys: Of key frames.
    """

    times: np.ndarray
    keys: np.ndarray


class PyAVReader:
    """A video read by PyAV; arguments, attributes and errors as for ``DecordReader``.

    The file is demultiplexed once for the times of its packets, so that a frame is found by its time, wherever a seek
    lands and whatever the frame rate. Frames that are neither requested nor referred to by others are not decoded.
    """

    def __init__(self, source: Source, name: str, num_threads: int = 1) -> None:
        self.name = name
        try:
            self.container = av.open(source, options=AV_OPTIONS)
            self.stream = self.container.streams.video[0]
            self.codec = self.stream.codec_context
            self.codec.options = dict(max_pixels=str(MOST_PIXELS))
            self.codec.thread_count = num_threads
            self.codec.thread_type = 'NONE' if num_threads == 1 else 'AUTO'
            self.index = self._index(source)
        except (av.FFmpegError, IndexError) as error:
            raise unreadable(name) from error
        self.num_frames = len(self.index.times)
        self.fps = float(self.stream.average_rate or 0)
        self.to_rgb = VideoReformatter()

    def _index(self, source: Source) -> Index:
        """The index; cached for files on disk, since data sets of segments open a video many times."""
        if not isinstance(source, str):
            return index_of(self.container, self.stream)
        about = Path(source).stat()
        key = (source, about.st_size, about.st_mtime_ns)
        if key not in _INDICES:
            if len(_INDICES) >= MOST_INDICES:
                _INDICES.clear()
            _INDICES[key] = index_of(self.container, self.stream)
        return _INDICES[key]

    def read(self, frames: np.ndarray) -> Iterator[np.ndarray]:
        times = self.index.times[frames]
        keys = np.searchsorted(self.index.keys, times, side='right') - 1  # last key frame before each
        jumps = np.flatnonzero(np.diff(keys) > 1) + 1  # where seeking skips a key frame
        try:
            for run, key in zip(np.split(times, jumps), keys[[0, *jumps]], strict=True):
                yield from self._decode(run.tolist(), int(self.index.keys[key]) if key >= 0 else None)
        except av.FFmpegError as error:
            raise undecodable(self.name, frames) from error

    def _decode(self, times: list[int], key: int | None) -> Iterator[np.ndarray]:
        """Decode the frames at some times, starting at a key frame, or at the start of the file."""
        self.container.seek(self._start if key is None else key, stream=self.stream)
        remaining = deque(times)
        requested = set(times)
        for packet in self.container.demux(self.stream):
            self.codec.skip_frame = 'DEFAULT' if packet.pts in requested else 'NONREF'
            for frame in self.codec.decode(packet if packet.size else None):
                if frame.pts is None or frame.pts < remaining[0]:
                    continue
                if frame.pts > remaining[0] and key is not None:  # the seek overshot
                    yield from self._decode(list(remaining), None)
                    return
                if frame.pts > remaining[0]:
                    raise undecodable(self.name, remaining)
                yield self.to_rgb.reformat(frame, format='rgb24', threads=1).to_ndarray()
                remaining.popleft()
                if not remaining:
                    return
        raise undecodable(self.name, remaining)

    def times(self) -> np.ndarray:
        times: np.ndarray = (self.index.times - self.index.times[0]) * float(self.stream.time_base or 0)
        return times

    @property
    def _start(self) -> int:
        return min(int(self.index.times[0]), self.stream.start_time or 0)

    def close(self) -> None:
        self.container.close()


MOST_INDICES = 4096
_INDICES: dict[tuple, Index] = {}


def index_of(container: av.container.InputContainer, stream: av.VideoStream) -> Index:
    """The index of a stream, from its packets, without decoding."""
    packets = [
        (packet.pts, packet.is_keyframe)
        for packet in container.demux(stream)
        if packet.pts is not None and packet.size and not packet.is_discard
    ]
    times = np.array(sorted(time for time, _ in packets), dtype=np.int64)
    keys = np.array(sorted(time for time, is_key in packets if is_key), dtype=np.int64)
    return Index(times, keys)


class TorchCodecReader:
    """A video read by torchcodec, which needs FFmpeg's libraries; otherwise like ``DecordReader``.

    Raises:
        InputError: If torchcodec or FFmpeg's libraries are not installed.
    """

    def __init__(self, source: Source, name: str, num_threads: int = 1) -> None:
        try:
            from torchcodec.decoders import VideoDecoder
        except (ImportError, RuntimeError, OSError) as error:
            raise InputError(
                "backend 'torchcodec' needs the package torchcodec and FFmpeg's libraries (pip install torchcodec, and "
                "Debian's package ffmpeg)"
            ) from error
        self.name = name
        try:
            content = source.getvalue() if isinstance(source, BytesIO) else source
            self.video = VideoDecoder(content, dimension_order='NHWC', num_ffmpeg_threads=num_threads)
        except (RuntimeError, ValueError) as error:
            raise unreadable(name) from error
        self.num_frames = len(self.video)
        self.fps = float(self.video.metadata.average_fps or 0)

    def read(self, frames: np.ndarray) -> Iterator[np.ndarray]:
        try:
            for start in range(0, len(frames), AT_ONCE):
                yield from self.video.get_frames_at(frames[start : start + AT_ONCE].tolist()).data.numpy()
        except (RuntimeError, IndexError) as error:
            raise undecodable(self.name, frames) from error

    def times(self) -> np.ndarray:
        return evenly_spaced(self.num_frames, self.fps)

    def close(self) -> None:
        del self.video


class BlankReader:
    """Ten seconds of black frames, in place of a broken video.

    Args:
        size: Height and width.
    """

    name, num_frames, fps = 'a blank video', NUM_FRAMES, float(FPS)

    def __init__(self, size: tuple[int, int] = SIZES[0]) -> None:
        self.size = size

    def read(self, frames: np.ndarray) -> Iterator[np.ndarray]:
        for _ in frames:
            yield np.zeros((*self.size, 3), np.uint8)

    def times(self) -> np.ndarray:
        return evenly_spaced(self.num_frames, self.fps)

    def close(self) -> None:
        """Nothing to close."""


class ArrayReader:
    """Frames (T, H, W, 3) in memory, in place of a video."""

    name, fps = 'frames', 30.0

    def __init__(self, frames: np.ndarray) -> None:
        self.frames, self.num_frames = frames, len(frames)

    def read(self, frames: np.ndarray) -> Iterator[np.ndarray]:
        yield from self.frames[frames]

    def times(self) -> np.ndarray:
        return evenly_spaced(self.num_frames, self.fps)

    def close(self) -> None:
        """Nothing to close."""


class FolderReader:
    """A folder of frames, in place of a video.

    Args:
        folder: The folder.
        template: File name of a frame, such as ``img_{:05}.jpg``, with its number.
        num_frames: Number of frames.
        fps: Frames per second; 0 if unknown.
    """

    def __init__(self, folder: str, template: str, num_frames: int, fps: float) -> None:
        self.name, self.template, self.num_frames, self.fps = folder, template, num_frames, fps

    def read(self, frames: np.ndarray) -> Iterator[np.ndarray]:
        for number in frames:
            yield read_picture(self.path_of(number))

    def path_of(self, number: int) -> Path:
        return Path(self.name) / self.template.format(number)

    def times(self) -> np.ndarray:
        return evenly_spaced(self.num_frames, self.fps)

    def close(self) -> None:
        """Nothing to close."""


class PathsReader(FolderReader):
    """Frames whose file names have no pattern, in place of a video.

    Args:
        folder: Name of the video in messages.
        paths: Path of each frame.
        fps: Frames per second; 0 if unknown.
    """

    def __init__(self, folder: str, paths: Sequence[str], fps: float) -> None:
        self.name, self.paths, self.num_frames, self.fps = folder, paths, len(paths), fps

    def path_of(self, number: int) -> Path:
        return Path(self.paths[number])


def read_picture(path: Path) -> np.ndarray:
    """A frame (H, W, 3) in RGB, uint8.

    Raises:
        BrokenVideoError: If it does not exist or cannot be read.
    """
    try:
        check_regular_file('the frame', path)
        content = np.fromfile(path, np.uint8)
        frame = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    except InputError as error:
        raise BrokenVideoError(str(error)) from error
    except (OSError, cv2.error) as error:
        raise BrokenVideoError(f'the frame {display_path(path)} cannot be read: {error}') from error
    if frame is None:
        raise BrokenVideoError(f'the frame {display_path(path)} is not an image')
    return cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


Reader = DecordReader | PyAVReader | TorchCodecReader | BlankReader | ArrayReader | FolderReader
DEFAULT_BACKEND = 'pyav'  # the fastest: see benchmarks/RESULTS.md
READERS: dict[str, Callable[[Source, str, int], Reader]] = {
    'decord': DecordReader,
    'pyav': PyAVReader,
    'torchcodec': TorchCodecReader,
}


def open_video(source: Source, backend: str = DEFAULT_BACKEND, num_threads: int = 1, name: str | None = None) -> Reader:
    """Open a video.

    Args:
        source: A path, or a file in memory.
        backend: One of ``READERS``.
        num_threads: Threads of the decoder.
        name: Name of the video in messages. Default: the path.

    Raises:
        InputError: If there is no such file or backend.
        BrokenVideoError: If it is not a regular file, refers to other files, cannot be opened, or has no frames.
    """
    check_one_of('backend', backend, READERS)
    name = name or str(source)
    if isinstance(source, BytesIO):
        check_video_bytes(source, name)
    else:
        try:
            source = check_video_file(source)
        except BrokenVideoError:
            raise
        except InputError as error:
            raise InputError(
                f'the video {display_path(name)} does not exist; its path comes from data_prefix of the config and the '
                'annotation file'
            ) from error
    reader = READERS[backend](source, name, num_threads)
    if not reader.num_frames:
        raise BrokenVideoError(f'the video {display_path(name)} has no frames')
    return reader
