"""Which frames of a long video a sliding window needs: those that the test pipeline would take from it alone."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from mmengine.dataset import Compose

from ..datasets.transforms import VideoToClips
from ..errors import InputError

LONG = 2**20  # frames of a video that is longer than any clip
DEFAULT_FPS = 30.0  # for sources without a frame rate, as in the samplers


class Span(NamedTuple):
    """Frames ``start`` to ``stop`` - 1 of a video.

    Attributes:
        start: First frame.
        stop: The frame after the last.
    """

    start: int
    stop: int


def clips_step(pipeline: Compose) -> VideoToClips:
    """The ``VideoToClips`` of a test pipeline, by which windows are read.

    Raises:
        InputError: If the pipeline does not consist of it and ``PackActionInputs``.
    """
    steps = pipeline.transforms
    names = [type(step).__name__ for step in steps]
    if names != ['VideoToClips', 'PackActionInputs'] or steps[0].format != 'NCTHW':
        raise InputError(
            f'windows are read by a test pipeline of mmaction_vt.VideoToClips and PackActionInputs; this one has '
            f'{", ".join(names)}'
        )
    return steps[0]


def natural_length(sampling: Any, fps: float) -> int:
    """Frames of the video from the first to the last of a clip.

    Args:
        sampling: A sampler, such as ``SampleFrames``.
        fps: Frame rate of the video.

    Returns:
        The extent of one clip; for a sampler that spreads its frames over a whole video, two frames for each of them.
    """
    if getattr(sampling, 'frame_interval', None) is None:
        return 2 * int(sampling.clip_len)
    first = clip_offsets(sampling, LONG, fps)[0]
    return int(first.max() - first.min()) + 1


def window_length(window: int | None, config: Any, sampling: Any, fps: float) -> int:
    """Frames of a window: those that are given, or else the config's ``window``, or what a clip spans.

    Args:
        window: What is given.
        config: The config.
        sampling: The sampler of its test pipeline.
        fps: Frame rate of the video.

    Raises:
        InputError: If it is not a positive integer.
    """
    given = config.get('window') if window is None else window
    length = natural_length(sampling, fps) if given is None else given
    check_frames('window', length)
    return int(length)


def clip_offsets(sampling: Any, length: int, fps: float) -> np.ndarray:
    """Frames that a test takes from a video of ``length`` frames, (clips, T), from 0.

    Clips that are all the same, as where a window is as long as a clip, count once: their mean is the one's.
    """
    results = sampling(dict(total_frames=length, avg_fps=fps, start_index=0, modality='RGB'))
    frames = np.asarray(results['frame_inds']).reshape(-1)
    clips = frames.reshape(-1, results.get('clip_len') or len(frames))
    return clips[:1] if (clips == clips[:1]).all() else clips


def spans_of(length: int, stride: int, total: int) -> Iterator[Span]:
    """Windows of a video of ``total`` frames: one every ``stride`` frames, and one that ends with the last frame.

    A video that is shorter than a window is one window.
    """
    start = 0
    while start + length <= total:
        yield Span(start, start + length)
        start += stride
    covered = start - stride + length if start else 0
    if covered < total:
        yield Span(max(total - length, 0), total)


def check_frames(name: str, value: int) -> None:
    """Check a number of frames, such as the stride of windows.

    Raises:
        InputError: If it is not a positive integer.
    """
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
        raise InputError(f'{name} must be a positive number of frames, not {value!r}')


def check_times(times: np.ndarray, fps: float) -> list[str]:
    """Sentences about time stamps that jump by more than a second and ten frames, the first three.

    Args:
        times: Presentation times of the frames in seconds.
        fps: Frame rate.
    """
    allowed = 1 + 10 / (fps or DEFAULT_FPS)
    jumps = np.flatnonzero(np.diff(times) > allowed)
    return [
        f'time stamps jump from {times[frame]:.2f} to {times[frame + 1]:.2f} seconds after frame {frame}'
        for frame in jumps[:3]
    ]
