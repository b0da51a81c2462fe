"""Recognise the actions in many videos: ``python tools/predict.py CONFIG CHECKPOINT INPUT... --out FILE.csv``.

INPUT is a video, a folder (with all videos below it) or a list (``.txt``, one path per line; labels are ignored). Each
video is read and scored as by ``tools/test.py``, and gets a row at once: the best classes, or the reason why it could
not be read. The exit status is 0 if any video could be read.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from itertools import islice

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console
from rich.progress import track

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.prediction_file import PredictionFile, check_name, printable
from mmaction_vt.cli import (
    add_decision_options,
    add_device_option,
    add_label_option,
    add_model_arguments,
    add_overwrite_option,
    add_precision_options,
    read_config,
    read_decisions,
    read_labels,
    run,
)
from mmaction_vt.errors import InputError, doing
from mmaction_vt.utils.option_types import integer, non_negative, positive
from mmaction_vt.utils.video_files import gather_videos

SHOWN = 3  # errors shown at the end


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Recognise the actions in many videos.')
    add_model_arguments(parser)
    parser.add_argument(
        'inputs', nargs='+', metavar='INPUT', help='video, folder of videos, or list (.txt) with one path per line'
    )
    parser.add_argument('--out', required=True, metavar='FILE', help='.csv or .json to write')
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument('--resume', action='store_true', help='resume FILE; failed videos are tried again')
    add_overwrite_option(existing)
    parser.add_argument('--root', default='.', help='root folder of the paths in a list (default: the current folder)')
    add_label_option(parser)
    parser.add_argument('--top-k', type=positive, default=5, help='classes per row (default: %(default)s)')
    parser.add_argument('--batch-size', type=positive, default=1, help='videos per forward pass (default: %(default)s)')
    parser.add_argument(
        '--workers',
        type=integer(0, 1024),
        default=min(os.cpu_count() or 1, 4),
        help='decoding processes; 0 for this process only (default: number of CPUs, at most 4)',
    )
    add_decision_options(parser)
    add_device_option(parser)
    add_precision_options(parser)
    parser.add_argument(
        '--timeout',
        type=non_negative,
        metavar='SECONDS',
        help='time limit for reading a video, 0 for none (default: MMACTION_VT_VIDEO_TIMEOUT, or 300)',
    )
    parser.add_argument('--one-view', action='store_true', help='process the middle view only: faster, less accurate')
    return parser


def predict(infer: VideoInferencer, videos: list[str], file: PredictionFile, top_k: int) -> None:
    """Write a row for each video."""
    console = Console(stderr=True)
    for prediction in track(infer(videos), 'recognising', total=len(videos), console=console):
        file.add(prediction.video, prediction.best(top_k), prediction.error, prediction.decision())


def report(file: PredictionFile) -> None:
    """Print how many videos failed, and where the reasons are.

    Raises:
        InputError: If all failed.
    """
    reasons = list(islice(file.failed.values(), SHOWN))
    where = f'the reasons are in {file.path} under "error"'
    if not file.done:
        raise InputError(f'none of the {len(file.failed)} videos could be read, e.g. {reasons[0]}; {where}')
    print(f'{file.path}: {len(file.done)} videos')
    if file.failed:
        print(f'{len(file.failed)} could not be read; {where}:')
        for reason in reasons:
            print(f'  {reason}')
        if len(file.failed) > len(reasons):
            print('  ...')


def main(args: Namespace) -> None:
    decided = [path for path in (args.thresholds, args.calibration) if path is not None]
    check_name(args.out, args.resume, args.overwrite, [*args.inputs, args.config, args.checkpoint, *decided])
    decisions = read_decisions(args)
    labels = [read_labels(path) for path in args.label_file or ()]
    with Console(stderr=True).status('looking for videos'):
        videos, remarks = gather_videos(args.inputs, args.root)
    for remark in remarks:
        print(printable(remark), file=sys.stderr)
    with Console(stderr=True).status('loading the model'):
        infer = VideoInferencer(
            read_config(args.config, args.cfg_options),
            args.checkpoint,
            args.device,
            labels,
            args.batch_size,
            args.workers,
            args.amp,
            args.one_view,
            args.timeout,
            args.precision,
            **decisions,
        )
    print(f'{infer.name} on {infer.device}', file=sys.stderr)
    options = args.resume, args.overwrite, infer.decides
    with PredictionFile(args.out, infer.classes, args.top_k, bool(infer.labels), *options) as file:
        left = [video for video in videos if printable(video) not in file.done]
        if len(left) < len(videos):
            print(f'{len(videos) - len(left)} of {len(videos)} videos are already in {args.out}')
        try:
            with doing(f'recognising {len(left)} videos'):
                predict(infer, left, file, args.top_k)
        except KeyboardInterrupt:
            print(f'interrupted: {args.out} has the results so far; resume with --resume', file=sys.stderr)
            raise
    report(file)


if __name__ == '__main__':
    run(main, build_parser())
