"""Recognise the actions in many videos: ``python tools/predict.py CONFIG CHECKPOINT INPUT... --out FILE.csv``.

INPUT is a video, a folder (with all videos below it) or a list (``.txt``, one path per line; labels are ignored). Each
video is read and scored as by ``tools/test.py``, and gets a row at once: the best classes, or the reason why it could
not be read. The exit status is 0 if any video could be read.
"""

import sys
from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

from many_videos import add_inputs, add_output, add_reading_options, find_videos, report, videos_left
from rich.console import Console
from rich.progress import track

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.prediction_file import PredictionFile, check_name
from mmaction_vt.cli import (
    add_decision_options,
    add_device_option,
    add_label_option,
    add_model_arguments,
    add_precision_options,
    read_config,
    read_decisions,
    read_labels,
    run,
)
from mmaction_vt.errors import doing
from mmaction_vt.utils.option_types import positive


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Recognise the actions in many videos.')
    add_model_arguments(parser)
    add_inputs(parser)
    add_output(parser, 'FILE', '.csv or .json to write', 'an existing file')
    add_label_option(parser)
    parser.add_argument('--top-k', type=positive, default=5, help='classes per row (default: %(default)s)')
    parser.add_argument('--batch-size', type=positive, default=1, help='videos per forward pass (default: %(default)s)')
    add_reading_options(parser, '--workers')
    add_decision_options(parser)
    add_device_option(parser)
    add_precision_options(parser)
    parser.add_argument('--one-view', action='store_true', help='process the middle view only: faster, less accurate')
    return parser


def predict(infer: VideoInferencer, videos: list[str], file: PredictionFile, top_k: int) -> None:
    """Write a row for each video."""
    console = Console(stderr=True)
    for prediction in track(infer(videos), 'recognising', total=len(videos), console=console):
        file.add(prediction.video, prediction.best(top_k), prediction.error, prediction.decision())


def main(args: Namespace) -> None:
    decided = [path for path in (args.thresholds, args.calibration) if path is not None]
    check_name(args.out, args.resume, args.overwrite, [*args.inputs, args.config, args.checkpoint, *decided])
    decisions = read_decisions(args)
    labels = [read_labels(path) for path in args.label_file or ()]
    videos = find_videos(args)
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
        left = videos_left(videos, file.done, args.out)
        try:
            with doing(f'recognising {len(left)} videos'):
                predict(infer, left, file, args.top_k)
        except KeyboardInterrupt:
            print(f'interrupted: {args.out} has the results so far; resume with --resume', file=sys.stderr)
            raise
    report(file.failed, file.path, f'{file.path}: {len(file.done)} videos' if file.done else None)


if __name__ == '__main__':
    run(main, build_parser())
