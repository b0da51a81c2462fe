"""The answers of the web page: the best classes as bars, with a figure for the first; or a figure by another method.

An answer is a single piece of HTML that includes its clip, so that no file has to be deleted later.
"""

import logging
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

import av
from web_clips import Seen
from web_figure import TITLES, draw

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.inferencer import Sample
from mmaction_vt.apis.predictions import CLASS, NONE_OF_THESE, Guess, Prediction, name_of
from mmaction_vt.datasets.video_readers import index_of
from mmaction_vt.errors import BrokenVideoError, InputError
from mmaction_vt.utils.time_limit import call_in_time
from mmaction_vt.utils.video_files import check_video_file
from mmaction_vt.visualization.explain.model_input import pick_view, playing_rate

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


class Limits(NamedTuple):
    """Maximum size of a video in megabytes, and duration in seconds."""

    megabytes: float
    seconds: float


class Answer(NamedTuple):
    """HTML, and what the model saw; None after an error, and for models with several classifiers."""

    html: str
    seen: Seen | None = None


def answer(infer: VideoInferencer, path: str | Path, name: str, method: str, limits: Limits) -> Answer:
    """The prediction for a video, or an error.

    Args:
        infer: The model.
        path: The video.
        name: Its original file name.
        method: One of ``mmaction_vt.visualization.explain.methods.METHODS``, or ``trajectory``.
        limits: Limits of size and duration.
    """
    try:
        check_limits(path, name, limits)
        sample = infer.read(path)
        if sample.error is not None:
            raise InputError(sample.error)
        (prediction,) = infer.classify([sample])
        seen = what_was_seen(infer, prediction, name, sample)
        return Answer(show(infer, prediction, name, show_clip(infer, seen, method)), seen)
    except Exception as error:  # noqa: BLE001  the page keeps running
        return Answer(show_error(explain(error, f'{name} could not be processed', path, name)))


def draw_again(infer: VideoInferencer, seen: Seen, method: str) -> str:
    """HTML with a figure of a clip by another method, or an error."""
    try:
        figure = draw(infer.model, seen, method)
    except Exception as error:  # noqa: BLE001  the page keeps running
        return show_error(explain(error, 'The picture could not be drawn'))
    title = TITLES.get(method, method)
    return f'<section class="answer" data-said="Drawn: {escape(title)}">{heading(title)}{figure}</section>'


def explain(error: Exception, otherwise: str, path: str | Path = '', name: str = '') -> str:
    """A sentence about an error, without paths; whatever is not bad input is logged, and no details are shown."""
    if isinstance(error, InputError):
        text = str(error).replace(str(path), name) if path else str(error)
        if not SERVER_PATH.search(text.replace(name, '') if name else text):
            return text
    logging.getLogger(__name__).error('A video could not be processed', exc_info=error)
    return f'{otherwise}. See the terminal where this page was started.'


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


def what_was_seen(infer: VideoInferencer, prediction: Prediction, name: str, sample: Sample) -> Seen | None:
    """The middle view and the best class; None for models with several classifiers."""
    if sample.packed is None or set(prediction.scores) != {CLASS}:
        return None
    view = pick_view(sample.packed['inputs'], None).clone()
    return Seen(view, infer.best(prediction, 1)[CLASS][0], name, playing_rate(sample.fps))


def show_clip(infer: VideoInferencer, seen: Seen | None, method: str) -> str:
    """A figure of what was seen, or a sentence that says why there is none."""
    if seen is None:
        return '<p>There is no activation map for models with several classifiers.</p>'
    try:
        return draw(infer.model, seen, method)
    except InputError as error:
        return f'<p>There is no activation map: {escape(str(error))}.</p>'


def heading(text: str) -> str:
    return f'<h2>{escape(text)}</h2>'


def show(infer: VideoInferencer, prediction: Prediction, name: str, clip: str) -> str:
    best = infer.best(prediction, TOP_K)
    titles = {task: f'Best {task}s' for task in best} if len(infer.classes) > 1 else {}
    said, note, most = '', '', 1
    if prediction.none_of_these:
        said, note = f'{NONE_OF_THESE}; ', f'<p><b>{NONE_OF_THESE.capitalize()}</b></p>'
    elif prediction.thresholds is not None:
        best, titles, most = {CLASS: prediction.above()}, {CLASS: 'Labels of this video'}, TOP_K
    tables = [show_bars(guesses, titles.get(task)) for task, guesses in best.items()]
    first = ((task, guess) for task, guesses in best.items() for guess in guesses[:most])
    said += ', '.join(f'{name_of(guess, task)}, {percent(guess.score)}' for task, guess in first)
    head = f'<section class="answer" data-said="{escape(f"Result: {said}")}">{heading(name)}'
    return f'{head}{note}{"".join(tables)}{clip}</section>'


def percent(score: float) -> str:
    return f'{100 * score:.1f} %'


def show_bars(guesses: list[Guess], title: str | None = None) -> str:
    """A table of labels, bars and scores."""
    rows = []
    for guess in guesses:
        width = 100 * min(max(guess.score, 0.0), 1.0)
        rows.append(
            f'<tr><th scope="row">{escape(name_of(guess))}</th><td class="bar" aria-hidden="true">'
            f'<div><span style="width: {width:.1f}%"></span></div></td>'
            f'<td class="score">{percent(guess.score)}</td></tr>'
        )
    title = title or f'The {len(guesses)} most likely actions'
    return f'<table><caption>{escape(title)}</caption><tbody>{"".join(rows)}</tbody></table>'


def show_error(text: str) -> str:
    return f'<section class="answer error" role="alert"><p>{escape(text)}</p></section>'
