"""Files and network streams, by PyAV: decoded in order, without an index."""

import errno
import time
from collections.abc import Callable, Iterator
from typing import Any

import av
from av.video.reformatter import VideoReformatter

from ..datasets.video_readers import MOST_PIXELS
from ..utils.file_kinds import display_path
from ..utils.video_files import check_video_file, unreadable
from ..utils.video_formats import AV_OPTIONS
from .addresses import WITHOUT_TIMES, check_address, options_for
from .camera import plausible_rate
from .frames import SourceError, TimedFrame

MOST_BROKEN = 250  # packets in a row that cannot be decoded; a stream that is joined late lacks its first key frame
TIMEOUT = 10.0  # seconds without anything from a server


class VideoFile:
    """A file, as a ``Source``.

    Args:
        path: The file.

    Raises:
        InputError: If it does not exist, is not a video, or refers to other files.
    """

    endless = False

    def __init__(self, path: str) -> None:
        self.path, self.name = check_video_file(path), display_path(path)

    def open(self) -> 'DecodedConnection':
        """Open it.

        Raises:
            BrokenVideoError: If it cannot be decoded.
        """
        try:
            return DecodedConnection(av.open(self.path, options=AV_OPTIONS), self.name)
        except (av.FFmpegError, IndexError) as error:
            raise unreadable(self.name) from error


class NetworkStream:
    """A stream from an address, as a ``Source``.

    Args:
        address: See ``addresses.PROTOCOLS``.
        timeout: Seconds without anything, after which the connection counts as lost.
        endless: Whether its end is a lost connection.

    Raises:
        InputError: If the protocol is not accepted.
    """

    def __init__(self, address: str, timeout: float = TIMEOUT, endless: bool = True) -> None:
        self.name = check_address(address)
        self.address, self.timeout, self.endless = address, timeout, endless

    def open(self) -> 'DecodedConnection':
        """Connect.

        Raises:
            SourceError: If it cannot be reached, sends nothing in time, or sends no video.
        """
        begun = time.monotonic()
        try:
            container = av.open(self.address, options=options_for(self.address), timeout=self.timeout)
            return DecodedConnection(container, self.name, self.timeout)
        except IndexError as error:
            raise SourceError(f'{self.name} has no video') from error
        except (av.FFmpegError, OSError, ValueError) as error:
            is_silent = time.monotonic() - begun >= self.timeout  # RTSP reports another error
            given = TimeoutError() if is_silent else error
            raise SourceError(describe(given, self.name, self.timeout)) from error


class DecodedConnection:
    """A file or a stream that was opened, as a ``Connection``.

    Args:
        container: PyAV's.
        name: For messages.
        timeout: Of a stream.
        clock: Seconds, for formats without time stamps.

    Raises:
        IndexError: If it has no video.
    """

    def __init__(
        self, container: Any, name: str, timeout: float = TIMEOUT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.container, self.name, self.timeout, self.clock = container, name, timeout, clock
        try:
            self.stream = container.streams.video[0]
        except IndexError:
            container.close()
            raise
        self.has_times = container.format.name not in WITHOUT_TIMES
        self.fps = plausible_rate(self.stream.average_rate) if self.has_times else None
        self.codec = self.stream.codec_context
        self.codec.options = dict(max_pixels=str(MOST_PIXELS))
        self.codec.thread_type = 'SLICE'  # threads for whole frames would hold frames back

    def frames(self) -> Iterator[TimedFrame]:
        """The frames; those that are damaged are left out.

        Raises:
            SourceError: If the stream fails, sends nothing in time, or cannot be decoded.
        """
        to_rgb, broken = VideoReformatter(), 0
        for packet in self._packets():
            try:
                decoded = self.codec.decode(packet)
            except av.InvalidDataError as error:
                broken += 1
                if broken > MOST_BROKEN:
                    raise SourceError(f'{self.name} cannot be decoded: its data is damaged') from error
                continue
            broken = 0 if decoded else broken
            for frame in decoded:
                yield TimedFrame(self._time_of(frame), to_rgb.reformat(frame, format='rgb24').to_ndarray())

    def _packets(self) -> Iterator[Any]:
        """The packets of the video, and None at the end, for the frames that the decoder still has."""
        try:
            for packet in self.container.demux(self.stream):
                if packet.size:
                    yield packet
        except av.InvalidDataError as error:
            raise SourceError(f'{self.name} cannot be decoded: its data is damaged') from error
        except (av.FFmpegError, OSError) as error:
            # HTTP without a length ends so for FFmpeg, as a lost connection does.
            if error.errno != errno.EIO:
                raise SourceError(describe(error, self.name, self.timeout)) from error
        yield None

    def _time_of(self, frame: Any) -> float:
        if not self.has_times or frame.pts is None:
            return self.clock()
        return float(frame.pts * self.stream.time_base)

    def close(self) -> None:
        """Close the connection."""
        self.container.close()


def describe(error: Exception, name: str, timeout: float) -> str:
    """A sentence about a failure of FFmpeg, without the address, which may have a password."""
    if isinstance(error, (av.error.ExitError, TimeoutError)):
        return f'{name} has sent nothing for {timeout:g} seconds'
    if isinstance(error, (av.InvalidDataError, ValueError)) or getattr(error, 'errno', None) == errno.EIO:
        return f'{name} sends no stream of an accepted format (playlists, as of HLS and DASH, are not followed)'
    reason = str(getattr(error, 'strerror', None) or type(error).__name__)
    return f'{name} cannot be read: {reason[:1].lower()}{reason[1:]}'
