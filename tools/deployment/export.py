"""Export a model to ONNX or ``torch.export``: ``python tools/deployment/export.py CONFIG CHECKPOINT --out F``."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console

from mmaction_vt.apis.model import init_recognizer, names_for
from mmaction_vt.cli import (
    add_label_option,
    add_model_arguments,
    add_overwrite_option,
    read_config,
    read_labels,
    run,
)
from mmaction_vt.deployment import export_recognizer
from mmaction_vt.deployment.detector import export_detector
from mmaction_vt.deployment.export import FORMATS, format_of
from mmaction_vt.errors import InputError
from mmaction_vt.models.detectors import ActionDetector
from mmaction_vt.utils.option_types import integer
from mmaction_vt.utils.outputs import check_output


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Export a model to a file that runs without this package.')
    add_model_arguments(parser, random=True)
    parser.add_argument('--out', required=True, metavar='F', help='.onnx or .pt2 (torch.export) to write')
    add_overwrite_option(parser)
    parser.add_argument('--format', choices=FORMATS.values(), help='format, if the file has another suffix')
    parser.add_argument(
        '--shape',
        nargs=3,
        type=integer(1, 100000),
        metavar=('T', 'H', 'W'),
        help='frames, height and width of a clip (default: those of the backbone)',
    )
    parser.add_argument('--softmax', action='store_true', help='output probabilities instead of logits')
    parser.add_argument('--fuse', action='store_true', help='fuse consecutive linear layers')
    parser.add_argument('--opset', type=integer(), metavar='N', help='ONNX opset version')
    add_label_option(parser)
    parser.add_argument(
        '--check', action=BooleanOptionalAction, default=True, help="compare the file's scores with the model's"
    )
    return parser


def main(args: Namespace) -> None:
    format_of(args.out, args.format)
    check_output(args.out, '--out', args.overwrite, [args.config, args.checkpoint, *(args.label_file or ())])
    labels = [read_labels(path) for path in args.label_file or ()]
    config = read_config(args.config, args.cfg_options)
    checkpoint = None if args.checkpoint == 'none' else args.checkpoint
    model = init_recognizer(config, checkpoint, new_classifier=False)
    options = dict(
        clip_shape=args.shape,
        softmax=args.softmax,
        opset=args.opset,
        labels=names_for(model, config, labels),
        check=args.check,
    )
    detects = isinstance(model, ActionDetector)
    if detects and (args.fuse or args.format == 'torch'):
        raise InputError('--fuse and --format torch are for recognizers: omit them for an action detector')
    if detects:
        report = export_detector(model, args.out, **options)
    else:
        report = export_recognizer(model, args.out, args.format, fuse=args.fuse, **options)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    rows, boxes = ('K', ' and boxes (K, 5)') if detects else ('N', '')
    outputs = ', '.join(f'{name} ({rows}, {count})' for name, count in report.num_classes.items())
    shape = ', '.join(map(str, report.clip_shape))
    console.print(f'Wrote {args.out} ({report.num_bytes / 2**20:.1f} MB): clips (N, {shape}){boxes} to {outputs}')
    if args.fuse:
        console.print(f'Fused layers: {report.merged}')
    if report.difference is not None:
        console.print(f"Scores differ from the model's by at most {report.difference:.1e}")


if __name__ == '__main__':
    run(main, build_parser())
