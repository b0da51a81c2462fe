"""The answer of the web page: the best classes as bars, and a clip with the activation map of the first.

The answer is a single piece of HTML that includes the clip, so that no file has to be deleted later.
"""

import base64
import logging
import re
import tempfile
from html import escape
from pathlib import Path
from typing import NamedTuple

import av

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.predictions import CLASS, Guess, Prediction, name_of
from mmaction_vt.datasets.video_readers import index_of
from mmaction_vt.errors import BrokenVideoError, InputError
from mmaction_vt.utils.time_limit import call_in_time
from mmaction_vt.utils.video_files import check_video_file
from mmaction_vt.visualization import clip_maps, draw_overlay, write_clip
from mmaction_vt.visualization.explain.methods import describe_layer
from mmaction_vt.visualization.explain.model_input import as_frames, pick_view, prepare

# FFmpeg also reads playlists, which refer to other files and addresses: uploads must have one of these formats.
FORMATS = dict(
    format_whitelist='mov,mp4,matroska,webm,avi,mpeg,mpegts,flv,asf,ogg',
    protocol_whitelist='file',
)
SERVER_PATH = re.compile(r'(?<![\w.:/])/[\w.-]+/')  # in a message
MOST_PIXELS = (4096, 2304)
MEASURE_SECONDS = 30  # to read the packets of a video
MEGABYTE = 2**20  # as Gradio counts
TOP_K = 5
FPS = 8
WIDTH = 256  # of a frame, in pixels


class Limits(NamedTuple):
    """Maximum size of a video in megabytes, and duration in seconds."""

    megabytes: float
    seconds: float


def answer(infer: VideoInferencer, path: str | Path, name: str, method: str, limits: Limits) -> str:
    """HTML with the prediction for a video, or an error.

    Args:
        infer: The model.
        path: The video.
        name: Its original file name.
        method: One of ``mmaction_vt.visualization.explain.methods.METHODS``.
        limits: Limits of size and duration.
    """
    try:
        check_limits(path, name, limits)
        sample = infer.read(path)
        if sample.error is not None:
            raise InputError(sample.error)
        (prediction,) = infer.classify([sample])
        return show(infer, prediction, name, show_clip(infer, prediction, sample.packed['inputs'], method))
    except InputError as error:
        text = str(error).replace(str(path), name)
        if not SERVER_PATH.search(text.replace(name, '')):
            return show_error(text)
        logging.getLogger(__name__).exception('A video could not be processed')
    except Exception:  # the page keeps running, and does not show details
        logging.getLogger(__name__).exception('A video could not be processed')
    return show_error(f'{name} could not be processed. See the terminal where this page was started.')


def check_limits(path: str | Path, name: str, limits: Limits) -> None:
    """Check the size of a file and the duration of the video, by its packets and not by its header.

    Raises:
        InputError: If a limit is exceeded, or the file is not a video.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'{name} has been deleted. Please upload it again.')
    if path.stat().st_size > limits.megabytes * MEGABYTE:
        size = path.stat().st_size / MEGABYTE
        raise InputError(
            f'{name} has {size:.1f} MB, but at most {limits.megabytes:g} MB are accepted. Please upload a part of it.'
        )
    try:
        width, height, seconds = call_in_time(measure, check_video_file(path), name, MEASURE_SECONDS)
    except (av.FFmpegError, IndexError, BrokenVideoError) as error:
        raise BrokenVideoError(f'{name} cannot be read: it is truncated, corrupt or not a video.') from error
    if seconds > limits.seconds:
        raise InputError(
            f'{name} is {seconds:.1f} seconds long, but at most {limits.seconds:g} are accepted. '
            'Please upload a part of it.'
        )
    if width * height > MOST_PIXELS[0] * MOST_PIXELS[1]:
        most = ' x '.join(map(str, MOST_PIXELS))
        raise InputError(f'{name} has {width} x {height} pixels, but at most {most} are accepted. Please downsize it.')


def measure(path: str) -> tuple[int, int, float]:
    """Width and height in pixels and duration in seconds of a video."""
    with av.open(path, options=FORMATS) as container:
        stream = container.streams.video[0]
        times = index_of(container, stream).times
        seconds = float((times[-1] - times[0]) * stream.time_base) + 1 / float(stream.average_rate or 25)
        return stream.width, stream.height, seconds


def show_clip(infer: VideoInferencer, prediction: Prediction, views: object, method: str) -> str:
    """A figure with the middle view, beside its activation map for the best class."""
    if set(prediction.scores) != {CLASS}:
        return '<p>There is no activation map for models with several classifiers.</p>'
    best = infer.best(prediction, 1)[CLASS][0]
    view = pick_view(views, None)
    try:
        maps = clip_maps(infer.model, prepare(infer.model, view), method, category=best.class_index).maps
    except InputError as error:
        return f'<p>There is no activation map: {escape(str(error))}.</p>'
    frames = draw_overlay(as_frames(view), maps[0].cpu().numpy(), alpha=0.6, beside=True)
    layer = describe_layer(infer.model, method, None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'clip.mp4'
        write_clip(path, enlarge(frames), FPS)
        data = base64.b64encode(path.read_bytes()).decode()
    label = escape(name_of(best))
    return (
        f'<figure><video src="data:video/mp4;base64,{data}" autoplay loop muted playsinline controls '
        f'aria-label="The clip as the model saw it, beside the same clip with evidence for {label} in bright '
        f'colours"></video><figcaption>Left: the model input. Right: evidence for <b>{label}</b>, brighter is '
        f'stronger ({escape(method)}, {escape(layer)}).</figcaption></figure>'
    )


def enlarge(frames: object) -> object:
    """Frames (T, H, 2 W, 3) with each half at least ``WIDTH`` wide, by repeating pixels."""
    times = max(-(-2 * WIDTH // frames.shape[2]), 1)
    return frames.repeat(times, axis=1).repeat(times, axis=2)


def show(infer: VideoInferencer, prediction: Prediction, name: str, clip: str) -> str:
    tables = [
        show_bars(task, guesses, several=len(infer.classes) > 1)
        for task, guesses in infer.best(prediction, TOP_K).items()
    ]
    return f'<section class="answer" role="status"><h2>{escape(name)}</h2>{"".join(tables)}{clip}</section>'


def show_bars(task: str, guesses: list[Guess], several: bool) -> str:
    """A table of labels, bars and scores."""
    rows = []
    for guess in guesses:
        percent = f'{100 * guess.score:.1f} %'
        width = 100 * min(max(guess.score, 0.0), 1.0)
        rows.append(
            f'<tr><th scope="row">{escape(name_of(guess))}</th><td class="bar" aria-hidden="true">'
            f'<div><span style="width: {width:.1f}%"></span></div></td><td class="score">{percent}</td></tr>'
        )
    title = f'Best {task}s' if several else f'The {len(guesses)} most likely actions'
    return f'<table><caption>{escape(title)}</caption><tbody>{"".join(rows)}</tbody></table>'


def show_error(text: str) -> str:
    return f'<section class="answer error" role="alert"><p>{escape(text)}</p></section>'
