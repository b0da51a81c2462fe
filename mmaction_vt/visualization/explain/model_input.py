"""Model inputs: the clips of a video as in testing."""

import copy
import logging
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.logging import print_log
from PIL import Image
from torch import Tensor, nn

from ...errors import InputError
from ...utils.file_kinds import check_regular_file, display_path
from ...utils.files import FRAME_SUFFIXES
from ...utils.frame_arrays import name_of_video
from ...utils.time_limit import call_in_time, video_timeout
from ...utils.video_files import check_local_video

DEFAULT_FPS, MAX_FPS = 8.0, 50.0
FRAME_WIDTH = 256  # of what is drawn on, at least, in pixels
MAX_SCALE = 8  # of what is drawn on, relative to what the model sees


class View(NamedTuple):
    """One view of a video, for a model and to draw on.

    Attributes:
        clip: What the model sees, (1, 3, T, H, W) in uint8.
        frames: The same in finer pixels, (T, H', W', 3) in RGB, uint8.
        fps: Frames per second that keep the video's own time.
    """

    clip: Tensor
    frames: np.ndarray
    fps: float


def read_view(
    config: Config,
    source: str | Path | np.ndarray,
    view: int | None = None,
    width: int = FRAME_WIDTH,
    timeout: float | None = None,
) -> View:
    """Read one view of a video; other arguments and errors are those of ``read_timed_views``.

    Args:
        view: The view, from 0. Default: the middle one.
        width: The frames to draw on have at least this width in pixels, and are enlarged by up to ``MAX_SCALE``.

    Raises:
        InputError: If there is no such view.
    """
    views, rate = read_timed_views(config, source, timeout=timeout)
    clip = pick_view(views, view)
    scale = min(-(-width // clip.shape[-1]), MAX_SCALE)
    fine = clip if scale == 1 else pick_view(read_timed_views(config, source, scale, timeout)[0], view)
    return View(clip, as_frames(fine), playing_rate(rate))


def playing_rate(rate: float | None) -> float:
    """The frame rate at which sampled frames are played, for their rate in the video, or None if it is unknown."""
    return min(rate or DEFAULT_FPS, MAX_FPS)


def read_views(config: Config, source: str | Path) -> Tensor:
    """All views of a video, from the config's test pipeline; arguments and errors are those of ``read_timed_views``.

    Returns:
        (views, 3, T, H, W) in uint8, in RGB.
    """
    return read_timed_views(config, source)[0]


def read_timed_views(
    config: Config, source: str | Path | np.ndarray, scale: int = 1, timeout: float | None = None
) -> tuple[Tensor, float | None]:
    """All views of a video, from the config's test pipeline, and how fast their frames follow each other.

    Args:
        config: A config with ``test_pipeline``.
        source: A video, a folder of frames, in the order of their names, or frames (T, H, W, 3) in RGB, uint8.
        scale: Enlarges what ``VideoToClips`` returns: the same views with ``scale`` times as many pixels along height
            and width, for drawing.
        timeout: Time limit in seconds, 0 for none. Default: ``video_timeout()``.

    Returns:
        (views, 3, T, H, W) in uint8, in RGB, and the mean number of sampled frames per second of the video, or None
        if the source has no frame rate.

    Raises:
        InputError: If there is no test pipeline, or the source cannot be read.
    """
    if 'test_pipeline' not in config:
        raise InputError('the config has no test_pipeline to read a video with')
    steps = copy.deepcopy(list(config.test_pipeline))
    _enlarge(steps, scale)
    name = name_of_video(source)
    results: dict[str, Any]
    if isinstance(source, np.ndarray) or Path(source).is_dir():
        frames = source if isinstance(source, np.ndarray) else read_frames(Path(source))
        results = dict(array=frames, total_frames=len(frames), modality='RGB', start_index=0, label=-1)
        kept = []
        for step in steps:
            kind = step['type'].rpartition('.')[2]
            if kind.endswith('Decode'):
                kept.append(dict(type='ArrayDecode'))
            elif not kind.endswith('Init'):
                kept.append(step)
        steps = kept
    else:
        results = dict(filename=check_local_video(str(source)), modality='RGB', start_index=0, label=-1)
    timeout = video_timeout() if timeout is None else timeout
    results = call_in_time(Compose(steps[:-1]), results, name, timeout)
    frames, clip_len = results.get('total_frames', 0), results.get('clip_len', 0)
    if frames < clip_len and scale == 1:
        text = f'{name} has {frames} frames, fewer than the {clip_len} of a clip: frames are repeated'
        print_log(text, 'current', logging.WARNING)
    return check_views(Compose(steps[-1:])(results)['inputs']), sampled_rate(results)


def _enlarge(steps: list[dict], scale: int) -> None:
    """Multiply the lengths in a pipeline's ``VideoToClips``."""
    for step in steps:
        if step['type'].rpartition('.')[2] == 'VideoToClips':
            for key in ('size', 'short_side'):
                sides = step.get(key)
                if sides:
                    step[key] = sides * scale if isinstance(sides, int) else [side * scale for side in sides]


def sampled_rate(results: dict[str, Any]) -> float | None:
    """Frames of the first clip per second of the video."""
    numbers, fps = np.ravel(results.get('frame_inds', ()))[: results.get('clip_len', 0)], results.get('avg_fps')
    if not fps or len(numbers) < 2 or numbers[-1] <= numbers[0]:
        return None
    return float(fps * (len(numbers) - 1) / (numbers[-1] - numbers[0]))


def check_views(views: Tensor) -> Tensor:
    """Check the shape of views (views, 3, T, H, W), and return them.

    Raises:
        InputError: If they have another shape.
    """
    if views.ndim != 5:
        raise InputError(f'the test pipeline returns inputs of shape {tuple(views.shape)}, not (views, 3, T, H, W)')
    return views


def read_frames(folder: Path) -> np.ndarray:
    """The pictures of a folder, (T, H, W, 3) in RGB.

    Raises:
        InputError: If there are none, or their sizes differ.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in FRAME_SUFFIXES)
    if not paths:
        raise InputError(f'folder {folder} has no frames ({", ".join(FRAME_SUFFIXES)})')
    frames = [read_picture(path) for path in paths]
    if len({frame.shape for frame in frames}) > 1:
        raise InputError(f'the frames in {folder} have different sizes')
    return np.stack(frames)


def read_picture(path: Path) -> np.ndarray:
    """A picture (H, W, 3) in RGB.

    Raises:
        InputError: If it cannot be read.
    """
    check_regular_file('the frame', path)
    try:
        return np.asarray(Image.open(path).convert('RGB'))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f'the frame {display_path(path)} is not an image: {error}') from error


def pick_view(views: Tensor, view: int | None) -> Tensor:
    """One view (1, 3, T, H, W). Default: the middle one.

    Raises:
        InputError: If there is no such view.
    """
    view = len(views) // 2 if view is None else view
    if not 0 <= view < len(views):
        raise InputError(f'view {view} is not one of the {len(views)} views of the test pipeline, numbered from 0')
    return views[view : view + 1]


def prepare(model: nn.Module, views: Tensor) -> Tensor:
    """Views (N, 3, T, H, W) in uint8, normalised and on the model's device."""
    batch = pseudo_collate([dict(inputs=view[None], data_samples=None) for view in views])
    batch['data_samples'] = None
    device = next(model.parameters()).device
    preprocessor: Any = model.data_preprocessor
    return preprocessor.to(device)(batch)['inputs'].flatten(0, 1)


def as_frames(view: Tensor) -> np.ndarray:
    """One view (1, 3, T, H, W) as frames (T, H, W, 3) in uint8."""
    return view[0].permute(1, 2, 3, 0).to(torch.uint8).cpu().numpy()
