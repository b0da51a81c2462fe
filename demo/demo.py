"""Recognise the action in a video: ``python demo/demo.py CONFIG CHECKPOINT VIDEO``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mmaction_vt import VideoInferencer
from mmaction_vt.apis.inferencer import name_of
from mmaction_vt.cli import (
    add_label_option,
    add_model_arguments,
    check_video,
    read_config,
    read_labels,
    run,
)
from mmaction_vt.errors import InputError
from mmaction_vt.legacy import add_legacy_options
from mmaction_vt.visualization import draw_predictions, read_clip, write_clip
from mmaction_vt.visualization.draw.clips import check_clip_name


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Recognise the action in a video.')
    add_model_arguments(parser)
    parser.add_argument('video', help='video file')
    add_label_option(parser)
    parser.add_argument('--out-filename', metavar='F', help='.gif or .mp4 to write, with the best labels')
    parser.add_argument('--top-k', type=int, default=5, help='number of labels (default: %(default)s)')
    parser.add_argument('--fps', type=float, default=12, help='frames per second of the output (default: %(default)s)')
    parser.add_argument('--device', default='cpu', help='such as cuda:0 (default: %(default)s)')
    add_legacy_options(parser, 'demo')
    return parser


def main(args: Namespace) -> None:
    if args.out_filename:
        check_clip_name(args.out_filename)
    check_video(args.video)
    labels = [read_labels(path) for path in args.label_file or ()]
    infer = VideoInferencer(read_config(args.config, args.cfg_options), args.checkpoint, args.device, labels)
    (prediction,) = infer([args.video])
    if prediction.error:
        raise InputError(prediction.error)

    best = infer.best(prediction, args.top_k)
    rows = [(name_of(guess, task), guess.score) for task, guesses in best.items() for guess in guesses]
    table = Table(title=Path(args.video).name)
    table.add_column('label')
    table.add_column('score', justify='right')
    for label, score in rows:
        table.add_row(label, f'{score:.4f}')
    console = Console()
    console.print(table)

    if args.out_filename:
        frames, fps = read_clip(args.video, args.fps)
        write_clip(args.out_filename, draw_predictions(frames, *zip(*rows, strict=True)), fps)
        console.print(f'Wrote {args.out_filename}')


if __name__ == '__main__':
    run(main, build_parser())
