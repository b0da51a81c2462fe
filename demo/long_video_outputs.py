"""The files that ``demo/long_video_demo.py`` writes."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from mmaction_vt.apis.long_video import LongVideo
from mmaction_vt.errors import BrokenVideoError, InputError, doing
from mmaction_vt.segments import csv_of, edl_of, json_lines, webvtt_of
from mmaction_vt.utils.files import check_suffix
from mmaction_vt.utils.outputs import check_output, output_path, write_output
from mmaction_vt.visualization.draw.captions import Captions
from mmaction_vt.visualization.draw.results import write_figure
from mmaction_vt.visualization.draw.timeline import ROWS, classes_of, draw_timeline
from mmaction_vt.visualization.draw.video_stream import write_frames

SCORES = '.windows.jsonl'
SHOWN_WITHOUT_SEGMENTS = 5  # classes of a timeline that has no segments


def check_outputs(args: Namespace) -> Path:
    """Check all outputs before anything is computed; the path of the file of scores."""
    if not args.out_filename:
        raise InputError(f'--out-filename names no file: give one or more that end in {", ".join(WRITERS)}')
    inputs = [args.config, args.checkpoint, args.video, *(args.label_file or ())]
    scores = Path(args.out_filename[0]).with_suffix(SCORES)
    paths = [*args.out_filename, scores]
    for number, path in enumerate(paths):
        name = 'the file of scores' if path == scores else '--out-filename'
        if path != scores:
            check_suffix(name, path, tuple(WRITERS))
        if Path(path).exists() and not (args.resume or args.overwrite):
            raise InputError(f'{path} exists: --resume continues it, --overwrite replaces it; else name another')
        check_output(path, name, True, [*inputs, *paths[:number]])
    return scores


def write_outputs(paths: list[str], video: LongVideo, top_k: int) -> None:
    """Write each file, and say so."""
    for path in sorted(paths, key=lambda path: Path(path).suffix.lower() == '.mp4'):  # the slowest last
        with doing(f'writing {path}'):
            WRITERS[Path(path).suffix.lower()](path, video, top_k)
        print(f'Wrote {path}')


def write_json(path: str, video: LongVideo, top_k: int) -> None:
    windows = video.windows
    head = dict(
        video=Path(windows.name).name,
        model=windows.inferencer.name,
        fps=round(video.fps, 3),
        duration=round(video.duration, 3),
        window=windows.window,
        stride=windows.stride,
        input_step=windows.input_step,
    )
    with output_path(path) as part, part.open('w', encoding='utf-8', newline='\n') as file:
        file.writelines(json_lines(head, video.segments, video.window_rows(top_k)))


def write_csv(path: str, video: LongVideo, top_k: int) -> None:
    write_output(path, csv_of(video.segments))


def write_vtt(path: str, video: LongVideo, top_k: int) -> None:
    write_output(path, webvtt_of(video.segments))


def write_edl(path: str, video: LongVideo, top_k: int) -> None:
    write_output(path, edl_of(video.segments, video.windows.name, video.fps))


def write_timeline(path: str, video: LongVideo, top_k: int) -> None:
    keys = classes_of(video.segments)[:ROWS] or video.strongest(SHOWN_WITHOUT_SEGMENTS)
    keys = sorted(keys)
    curves = {}
    for task, over_time in video.over_time.items():
        own = [index for name, index in keys if name == task]
        curves.update(zip([(task, index) for index in own], over_time.of(own).T, strict=True))
    names = {(task, index): video.names(task)[index] for task, index in keys}
    title = Path(video.windows.name).name
    write_figure(path, draw_timeline(video.segments, video.grid.middles, curves, names, title))


def write_video(path: str, video: LongVideo, top_k: int) -> None:
    windows = video.windows
    total = int(video.spans[-1, 1]) * windows.input_step
    frames = track(annotated(video, top_k), 'drawing', total=total, console=Console(stderr=True))
    write_frames(path, frames, video.fps)


def annotated(video: LongVideo, top_k: int) -> Iterator[tuple[float, np.ndarray]]:
    """The frames of the video as far as it was scored, each with its labels."""
    grid, best = video.grid, video.best_over_time(top_k)
    captions: dict[tuple[int, ...], Captions] = {}  # a video may change its size
    try:
        for time, frame in video.windows.frames():
            if time >= video.duration:
                return
            cell = max(int(np.searchsorted(grid.starts, time, 'right')) - 1, 0)
            height, width = frame.shape[:2]
            if (height, width) not in captions:
                captions[height, width] = Captions(width, height, video.segments, video.duration, top_k)
            yield time, captions[height, width].draw(frame, time, best[cell])
    except BrokenVideoError:  # said once the files are written
        return


WRITERS: dict[str, Callable[[str, LongVideo, int], None]] = {
    '.json': write_json,
    '.csv': write_csv,
    '.vtt': write_vtt,
    '.edl': write_edl,
    '.png': write_timeline,
    '.mp4': write_video,
}
