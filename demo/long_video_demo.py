"""Recognise what happens when in a long video.

    python demo/long_video_demo.py CONFIG CHECKPOINT VIDEO --out-filename F [F ...]

A window slides over the video, which is decoded once, in order, in flat memory; each window gets the scores of a test
of its frames alone. From the scores over time follow segments: start, end, label and score. F is ``.json`` (segments
and windows), ``.csv``, ``.vtt`` (subtitles), ``.edl`` (for video editors), ``.png`` (a timeline) or ``.mp4`` (the video
with its labels, for which it is decoded again).

The scores are kept in F's ``.windows.jsonl`` as they are computed: ``--resume`` continues after an interruption, or
writes other files and other segments from the same scores.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from long_video_outputs import WRITERS, check_outputs, write_outputs
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.long_video import THRESHOLD, LongVideo, score_windows
from mmaction_vt.apis.sliding_windows import SlidingWindows
from mmaction_vt.cli import (
    add_device_option,
    add_label_option,
    add_model_arguments,
    add_overwrite_option,
    add_precision_options,
    check_video,
    read_config,
    read_labels,
    run,
)
from mmaction_vt.errors import BrokenVideoError, InputError, doing
from mmaction_vt.legacy import add_legacy_options
from mmaction_vt.segments import WindowFile
from mmaction_vt.utils.option_types import non_negative, number, positive
from mmaction_vt.visualization.draw.timeline import clock

MOST_SECONDS = 3600  # of an option


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Recognise what happens when in a long video.')
    add_model_arguments(parser)
    parser.add_argument('video', help='video file of any length')
    parser.add_argument(
        '--out-filename', nargs='+', action='extend', metavar='F', help=f'files to write: {", ".join(WRITERS)}'
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument('--resume', action='store_true', help="continue with the scores of F's .windows.jsonl")
    add_overwrite_option(existing, 'existing files')
    add_label_option(parser)
    add_window_options(parser)
    add_segment_options(parser)
    add_device_option(parser)
    add_precision_options(parser)
    parser.add_argument('--one-view', action='store_true', help='process the middle view only: faster, less accurate')
    parser.add_argument(
        '--timeout',
        type=non_negative,
        metavar='SECONDS',
        help='time limit for a frame, 0 for none (default: MMACTION_VT_VIDEO_TIMEOUT, or 300)',
    )
    add_legacy_options(parser, 'long_video')
    return parser


def add_window_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group('windows')
    group.add_argument(
        '--window', type=positive, metavar='FRAMES', help="frames of a window (default: the config's, or a clip's span)"
    )
    group.add_argument(
        '--stride',
        type=number(0, 100),
        default=0.25,
        help='from a window to the next, as a share of the window; 0 for one frame (default: %(default)s)',
    )
    group.add_argument(
        '--input-step',
        type=positive,
        default=1,
        metavar='N',
        help='every N-th frame only, as if the video had a lower frame rate (default: %(default)s)',
    )
    group.add_argument('--batch-size', type=positive, default=8, help='windows per forward pass (default: %(default)s)')


def add_segment_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group('segments')
    seconds = number(0, MOST_SECONDS)
    group.add_argument(
        '--threshold',
        type=number(0, 1),
        help=f'lowest score of a label (default: {THRESHOLD}; with several labels per video those of the model)',
    )
    group.add_argument(
        '--smooth', type=seconds, default=1, metavar='SECONDS', help='width of the smoothing (default: %(default)s)'
    )
    group.add_argument(
        '--change-cost',
        type=seconds,
        default=0,
        metavar='COST',
        help='what a change of the label must gain: 1 for noisy scores of one label at a time (default: %(default)s)',
    )
    group.add_argument(
        '--min-duration',
        type=seconds,
        default=0.5,
        metavar='SECONDS',
        help='duration of the shortest segment (default: %(default)s)',
    )
    group.add_argument(
        '--merge-gap',
        type=seconds,
        default=0.5,
        metavar='SECONDS',
        help='longest gap between segments of a label that is closed (default: %(default)s)',
    )
    group.add_argument('--top-k', type=positive, default=5, help='labels of a window or a frame (default: %(default)s)')


def about(args: Namespace, windows: SlidingWindows) -> dict:
    """What scores depend on, besides the versions of the software."""
    checkpoint = Path(args.checkpoint)
    return dict(
        video=Path(args.video).name,
        bytes=Path(args.video).stat().st_size,
        frames=windows.num_frames,
        window=windows.window,
        stride=windows.stride,
        input_step=windows.input_step,
        config=args.config,
        cfg_options=repr(args.cfg_options or {}),
        checkpoint=args.checkpoint,
        checkpoint_bytes=checkpoint.stat().st_size if checkpoint.is_file() else None,
        precision=args.precision or args.amp,
        one_view=args.one_view,
    )


def score(windows: SlidingWindows, file: WindowFile) -> BrokenVideoError | None:
    """Score all windows with a progress bar; the error if the video is broken after the first of them."""
    columns = (
        TextColumn('recognising'),
        BarColumn(),
        TaskProgressColumn(show_speed=False),
        TextColumn('at {task.fields[time]} of the video'),
        TextColumn('{task.fields[rate]:.1f} windows/s'),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task('', total=len(windows), completed=file.count, time='0:00', rate=0.0)
        begun = None
        try:
            for window in score_windows(windows, file):
                begun = begun or (progress.get_time(), file.count)
                seconds = progress.get_time() - begun[0]
                rate = (file.count - begun[1]) / seconds if seconds else 0.0
                progress.update(task, completed=file.count, time=clock(int(window.stop)), rate=rate)
        except BrokenVideoError as error:
            if not file.count:
                raise
            return error
    return None


def scored(args: Namespace, windows: SlidingWindows, path: Path) -> tuple[dict, BrokenVideoError | None]:
    """The scores of the windows, from a file or computed, and why they end before the video."""
    classes = windows.inferencer.classes
    with WindowFile(path, about(args, windows), classes, len(windows), args.resume) as file:
        if file.count:
            print(f'{path} has {file.count} of {len(windows)} windows', file=sys.stderr)
        try:
            with doing(f'recognising {args.video}'):
                failure = score(windows, file)
        except KeyboardInterrupt:
            print(f'interrupted: {path} has the scores so far; resume with --resume', file=sys.stderr)
            raise
        return {task: values[: file.count] for task, values in file.scores.items()}, failure


def summary(video: LongVideo) -> Iterator[str]:
    """A line for each segment, or one that there is none."""
    for segment in video.segments:
        times = f'{clock(segment.start):>9} to {clock(segment.end):<9}'
        yield f'{times} {segment.label} ({100 * segment.score:.0f} %)'
    if not video.segments:
        yield 'no segment: no score reaches the threshold for long enough; see --threshold and --min-duration'


def main(args: Namespace) -> None:
    labels = [read_labels(path) for path in args.label_file or ()]
    path = check_outputs(args)
    check_video(args.video)
    with Console(stderr=True).status('loading the model'):
        infer = VideoInferencer(
            read_config(args.config, args.cfg_options),
            args.checkpoint,
            args.device,
            labels,
            args.batch_size,
            amp=args.amp,
            one_view=args.one_view,
            timeout=args.timeout,
            precision=args.precision,
        )
    windows = infer.slide(args.video, args.window, input_step=args.input_step)
    windows.set_stride(max(round(windows.window * args.stride), 1))
    print(f'{infer.name} on {infer.device}: {len(windows)} windows of {windows.window} frames', file=sys.stderr)
    scores, failure = scored(args, windows, path)
    options = (args.threshold, args.smooth, args.min_duration, args.merge_gap, args.change_cost)
    video = LongVideo(windows, scores, *options)
    print('\n'.join(summary(video)))
    write_outputs(args.out_filename, video, args.top_k)
    if failure is not None:
        shown = clock(video.duration)
        raise InputError(f'{failure}; the results until {shown} are in {", ".join(args.out_filename)}') from failure


if __name__ == '__main__':
    run(main, build_parser())
