"""Downsizing of videos. Runs in subprocesses, and so imports little."""

import shutil
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from decoding import check_file, check_length, declared_seconds, rotation_of

from mmaction_vt.utils.files import atomic_path
from mmaction_vt.utils.video_formats import AV_OPTIONS

KEY_FRAMES = 32  # distance of key frames: clips start anywhere, and decoding starts at the key frame before
TURNS = {0: (), 90: (('transpose', 'cclock'),), 270: (('transpose', 'clock'),), 180: (('hflip', None), ('vflip', None))}


def shrink(source: str, target: str, short_side: int, crf: int) -> str:
    """Downsize a video, without audio and upright; small videos are copied.

    Args:
        source: The video.
        target: The video to write, without its suffix, which is that of ``source`` or ``.mp4``.
        short_side: Maximum length of the shorter side in pixels, even.
        crf: Quality of libx264, from 0, lossless, to 51.

    Returns:
        ``resized`` or ``copied``.

    Raises:
        ValueError: If it is no video, refers to other files, has no video stream, or is truncated.
        FFmpegError: If it cannot be decoded.
        OSError: If the target cannot be written.
    """
    source = check_file(source)
    with av.open(source, options=AV_OPTIONS) as container:
        stream = container.streams.best('video')
        if stream is None:
            raise ValueError('there is no video stream')
        stream.codec_context.thread_count = 1
        frames = container.decode(stream)
        frame = next(frames, None)
        if frame is None:
            raise ValueError('there are no frames')
        # Decoders disagree about rotation in the header, so rotated videos are re-encoded even if they are small.
        copied = min(frame.width, frame.height) <= short_side and not rotation_of(frame)
        suffix = Path(source).suffix
        if not copied and suffix.lower() != '.mp4':
            suffix = '.mp4'
        final = Path(f'{target}{suffix}')
        with atomic_path(final) as part:
            if copied:
                shutil.copyfile(source, part)
            else:
                seconds = _encode(chain([frame], frames), stream, part, short_side, crf)
                check_length(seconds, declared_seconds(container))
    return 'copied' if copied else 'resized'


def _encode(frames: Iterator[av.VideoFrame], stream: av.VideoStream, path: Path, short_side: int, crf: int) -> float:
    """Encode frames with their own times, starting at 0; return the duration in seconds."""
    rate = stream.average_rate or Fraction(25)
    step = max(round(1 / (rate * stream.time_base)), 1)  # between frames without a time
    start, last = None, -1
    with av.open(str(path), 'w', format='mp4', container_options={'movflags': 'faststart'}) as output:
        for frame in _upright(frames, stream, short_side):
            if start is None:
                start = frame.pts or 0
                encoder = _add_encoder(output, stream, frame, crf)
            time = last + step if frame.pts is None else frame.pts - start
            last = frame.pts = max(time, last + 1)  # the encoder needs increasing times
            output.mux(encoder.encode(frame))
        output.mux(encoder.encode())
    return float((last + max(frame.duration, step)) * stream.time_base)


def _upright(frames: Iterator[av.VideoFrame], stream: av.VideoStream, short_side: int) -> Iterator[av.VideoFrame]:
    """Resized frames, upright, in yuv420p."""
    graph = None
    for frame in frames:
        if graph is None:
            graph = _build_graph(frame, stream, short_side)
        graph.vpush(frame)
        yield graph.vpull()


def _build_graph(frame: av.VideoFrame, stream: av.VideoStream, short_side: int) -> av.filter.Graph:
    """A filter graph for frames like this one; scaling comes first, so that all others see one size."""
    ratio = min(short_side / min(frame.width, frame.height), 1)
    width, height = (max(2 * round(ratio * side / 2), 2) for side in (frame.width, frame.height))
    graph = av.filter.Graph()
    graph.threads = 1
    turns = [graph.add(*turn) for turn in TURNS[rotation_of(frame)]]
    graph.link_nodes(
        graph.add_buffer(template=stream),
        graph.add('scale', f'{width}:{height}:flags=bicubic'),
        graph.add('format', 'yuv420p'),
        *turns,
        graph.add('buffersink'),
    ).configure()
    return graph


def _add_encoder(
    output: av.container.OutputContainer, source: av.VideoStream, frame: av.VideoFrame, crf: int
) -> av.VideoStream:
    """A stream for frames like this one, with the time base and colour space of the source."""
    encoder = output.add_stream('libx264', rate=source.average_rate or 25, options={'crf': str(crf)})
    context = encoder.codec_context
    context.width, context.height, context.pix_fmt = frame.width, frame.height, 'yuv420p'
    context.time_base = source.time_base
    context.gop_size = KEY_FRAMES
    context.thread_count = 1
    context.color_range, context.colorspace = frame.color_range, frame.colorspace
    context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc
    return encoder


def write_frames(frames: np.ndarray, path: Path, rate: float, crf: int) -> None:
    """Write frames as H.264 in mp4, atomically.

    Args:
        frames: (T, H, W, 3) in RGB, uint8, with even H and W.
        path: The video.
        rate: Frames per second.
        crf: Quality of libx264, from 0, lossless, to 51.
    """
    with atomic_path(path) as part, av.open(str(part), 'w', format='mp4') as container:
        # With macroblock trees, x264 gives other bits for the same small frames from run to run.
        options = {'preset': 'veryfast', 'crf': str(crf), 'x264-params': 'mbtree=0'}
        stream = container.add_stream('libx264', rate=Fraction(rate).limit_denominator(1000), options=options)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.gop_size = KEY_FRAMES
        stream.codec_context.thread_count = 1
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format='rgb24')))
        container.mux(stream.encode())
