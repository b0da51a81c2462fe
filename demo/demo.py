"""Recognise the action in a video: ``python demo/demo.py CONFIG CHECKPOINT VIDEO``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from mmaction.apis import inference_recognizer
from rich.console import Console
from rich.table import Table

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.programs import (
    add_checkpoint_options,
    add_config_options,
    check_video,
    read_config,
    read_labels,
    run,
)
from mmaction_vt.visualization import draw_predictions, read_clip, write_clip
from mmaction_vt.visualization.clips import check_clip_name


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Recognise the action in a video.')
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file of any layout, or a Hugging Face folder')
    parser.add_argument('video', help='video file')
    parser.add_argument('--label-file', help='class names, one a line')
    parser.add_argument('--out-filename', metavar='F', help='write the video with the best labels to a .gif or .mp4')
    parser.add_argument('--top-k', type=int, default=5, help='how many labels to show (default: %(default)s)')
    parser.add_argument('--fps', type=float, default=12, help='frames per second of the picture (default: %(default)s)')
    parser.add_argument('--device', default='cpu', help='such as cuda:0 (default: %(default)s)')
    add_config_options(parser)
    add_checkpoint_options(parser)
    return parser


def main(args: Namespace) -> None:
    if args.out_filename:
        check_clip_name(args.out_filename)
    check_video(args.video)
    names = read_labels(args.label_file)
    config = read_config(args.config, args.cfg_options)
    if 'test_pipeline' not in config:
        raise InputError(f'{args.config} has no test_pipeline, which says how a video is read')
    model = init_recognizer(config, args.checkpoint, args.device, new_classifier=False)
    scores = inference_recognizer(model, args.video).pred_score
    if isinstance(scores, dict):  # several classifiers, such as verb and noun
        if names:
            raise InputError(f'--label-file is for models with one classifier, and this one has {", ".join(scores)}')
        groups = [(f'{name} ', values.float().cpu()) for name, values in scores.items()]
    else:
        groups = [('class ', scores.float().cpu())]
    if names and len(names) != len(groups[0][1]):
        raise InputError(f'{args.label_file} names {len(names)} classes, and the model tells {len(groups[0][1])} apart')

    labels, values = [], []
    for name, group in groups:
        best, indices = group.topk(min(args.top_k, len(group)))
        labels += [names[index] if names else f'{name}{index}' for index in indices.tolist()]
        values += best.tolist()
    table = Table(title=Path(args.video).name)
    table.add_column('label')
    table.add_column('score', justify='right')
    for label, value in zip(labels, values, strict=True):
        table.add_row(label, f'{value:.4f}')
    console = Console()
    console.print(table)

    if args.out_filename:
        frames, fps = read_clip(args.video, args.fps)
        write_clip(args.out_filename, draw_predictions(frames, labels, values), fps)
        console.print(f'Wrote {args.out_filename}')


if __name__ == '__main__':
    run(main, build_parser())
