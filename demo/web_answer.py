"""What the web page says of a video: its limits, the best classes as bars, and a clip with what speaks for the first.

Everything is one piece of HTML, the clip inside it: nothing is written that would have to be deleted later.
"""

import base64
import logging
import tempfile
from html import escape
from pathlib import Path
from typing import NamedTuple

import av

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.inferencer import CLASS, Guess, Prediction, name_of
from mmaction_vt.datasets.video_readers import index_of
from mmaction_vt.errors import BrokenVideoError, InputError
from mmaction_vt.visualization import clip_maps, draw_overlay, write_clip
from mmaction_vt.visualization.explain.methods import describe_layer
from mmaction_vt.visualization.explain.model_input import as_frames, pick_view, prepare

# FFmpeg also reads playlists, which name other files and addresses: of what strangers give, only these are opened.
CONTAINERS = 'mov,mp4,matroska,webm,avi,mpeg,mpegts,flv,asf,ogg'
MOST_PIXELS = (4096, 2304)
MEGABYTE = 2**20  # as Gradio counts
TOP_K = 5
FPS = 8
WIDTH = 256  # of a frame, in pixels


class Limits(NamedTuple):
    """How large and how long a video may be, in megabytes and seconds."""

    megabytes: float
    seconds: float


def answer(infer: VideoInferencer, path: str | Path, name: str, method: str, limits: Limits) -> str:
    """HTML that says what a model sees in a video, or why there is nothing to say.

    Args:
        infer: The model.
        path: The video.
        name: What its owner calls it.
        method: One of ``mmaction_vt.visualization.explain.methods.METHODS``.
        limits: What is accepted.
    """
    try:
        check_limits(path, name, limits)
        sample = infer.read(path)
        if sample.error is not None:
            raise InputError(sample.error)
        (prediction,) = infer.classify([sample])
        return show(infer, prediction, name, show_clip(infer, prediction, sample.packed['inputs'], method))
    except InputError as error:
        return show_error(str(error).replace(str(path), name))
    except Exception:  # the page goes on, and says no more than it knows
        logging.getLogger(__name__).exception('A video could not be looked at')
        return show_error(f'{name} could not be looked at. The terminal in which this page was started says why.')


def check_limits(path: str | Path, name: str, limits: Limits) -> None:
    """Refuse a file that is too large, or a video that is too long, by its packets and not by what it says of itself.

    Raises:
        InputError: If it is, or is no video.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'{name} is not here any more. Please give it again.')
    if path.stat().st_size > limits.megabytes * MEGABYTE:
        size = path.stat().st_size / MEGABYTE
        raise InputError(
            f'{name} has {size:.1f} MB, and {limits.megabytes:g} MB are accepted. Please give a part of it.'
        )
    try:
        with av.open(str(path), options=dict(format_whitelist=CONTAINERS)) as container:
            stream = container.streams.video[0]
            width, height = stream.width, stream.height
            times = index_of(container, stream).times
            seconds = float((times[-1] - times[0]) * stream.time_base) + 1 / float(stream.average_rate or 25)
    except (av.FFmpegError, IndexError) as error:
        raise BrokenVideoError(f'{name} cannot be read: it is cut off, damaged or no video.') from error
    if seconds > limits.seconds:
        raise InputError(
            f'{name} is {seconds:.1f} seconds long, and {limits.seconds:g} are accepted. Please give a part of it.'
        )
    if width * height > MOST_PIXELS[0] * MOST_PIXELS[1]:
        most = ' x '.join(map(str, MOST_PIXELS))
        raise InputError(f'{name} has {width} x {height} pixels, and as many as {most} are accepted. Please scale it.')


def show_clip(infer: VideoInferencer, prediction: Prediction, views: object, method: str) -> str:
    """A figure with the middle view, and beside it what speaks for the best class."""
    if set(prediction.scores) != {CLASS}:
        return '<p>There is no map of a model with several classifiers.</p>'
    best = infer.best(prediction, 1)[CLASS][0]
    view = pick_view(views, None)
    try:
        maps = clip_maps(infer.model, prepare(infer.model, view), method, category=best.class_index).maps
    except InputError as error:
        return f'<p>There is no map: {escape(str(error))}.</p>'
    frames = draw_overlay(as_frames(view), maps[0].cpu().numpy(), alpha=0.6, beside=True)
    place = describe_layer(infer.model, method, None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'clip.mp4'
        write_clip(path, enlarge(frames), FPS)
        data = base64.b64encode(path.read_bytes()).decode()
    said = escape(name_of(best))
    return (
        f'<figure><video src="data:video/mp4;base64,{data}" autoplay loop muted playsinline controls '
        f'aria-label="The clip as the model saw it, and beside it the same with what speaks for {said} in bright '
        f'colours"></video><figcaption>Left, what the model saw. Right, what speaks for <b>{said}</b>: the brighter, '
        f'the more ({escape(method)} {escape(place)}).</figcaption></figure>'
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
