"""Recognise the action in a video: ``python demo/demo.py CONFIG CHECKPOINT VIDEO``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console
from rich.table import Table

from mmaction_vt import VideoInferencer
from mmaction_vt.cli import (
    add_decision_options,
    add_device_option,
    add_label_option,
    add_model_arguments,
    add_overwrite_option,
    check_video,
    read_config,
    read_decisions,
    read_labels,
    run,
)
from mmaction_vt.errors import InputError, doing
from mmaction_vt.legacy import add_legacy_options
from mmaction_vt.utils.option_types import positive, positive_frame_rate
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.visualization import draw_predictions, read_clip, write_clip
from mmaction_vt.visualization.draw.clips import check_clip_name


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Recognise the action in a video.')
    add_model_arguments(parser)
    parser.add_argument('video', help='video file')
    add_label_option(parser)
    parser.add_argument('--out-filename', metavar='F', help='.gif or .mp4 to write, with the best labels')
    add_overwrite_option(parser)
    parser.add_argument('--top-k', type=positive, default=5, help='number of labels (default: %(default)s)')
    parser.add_argument(
        '--fps', type=positive_frame_rate, default=12, help='frames per second of the output (default: %(default)s)'
    )
    add_decision_options(parser)
    add_device_option(parser)
    add_legacy_options(parser, 'demo')
    return parser


def main(args: Namespace) -> None:
    if args.out_filename is not None:
        check_clip_name(args.out_filename)
        inputs = [args.config, args.checkpoint, args.video, *(args.label_file or ()), args.thresholds, args.calibration]
        check_output(args.out_filename, '--out-filename', args.overwrite, inputs)
    check_video(args.video)
    labels = [read_labels(path) for path in args.label_file or ()]
    console, steps = Console(markup=False), Console(stderr=True)
    with steps.status('loading the model'):
        config = read_config(args.config, args.cfg_options)
        infer = VideoInferencer(config, args.checkpoint, args.device, labels, **read_decisions(args))
    with steps.status(f'recognising on {infer.device}'), doing(f'recognising {args.video}'):
        prediction = infer(args.video)
    if prediction.error:
        raise InputError(prediction.error)

    rows = prediction.answer(args.top_k)
    table = Table(title=Path(args.video).name, caption=f'{infer.name} on {infer.device}')
    table.add_column('label')
    table.add_column('score', justify='right')
    for label, score in rows:
        table.add_row(label, '' if score is None else f'{score:.4f}')
    console.print(table)

    if args.out_filename is not None:
        with doing(f'drawing {args.out_filename}'):
            frames, fps = read_clip(args.video, args.fps)
            write_clip(args.out_filename, draw_predictions(frames, *zip(*rows, strict=True)), fps)
        console.print(f'Wrote {args.out_filename}', soft_wrap=True)


if __name__ == '__main__':
    run(main, build_parser())
