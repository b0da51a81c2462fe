"""Draw loss, learning rate and accuracy of a training: ``python tools/analysis/draw_curves.py WORK_DIR OUT.png``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import FIGURE_SUFFIXES
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.visualization.draw.curves import draw_curves
from mmaction_vt.visualization.draw.results import write_figure
from mmaction_vt.visualization.training_log import read_curves


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Draw loss, learning rate and accuracy of a training.')
    parser.add_argument('work_dir', help='work dir of tools/train.py')
    parser.add_argument('out', help='.png, .svg or .pdf to write')
    add_overwrite_option(parser)
    return parser


def main(args: Namespace) -> None:
    check_output(args.out, 'OUT', args.overwrite, suffixes=FIGURE_SUFFIXES)
    training, validation = read_curves(args.work_dir)
    if not training and not validation:
        raise InputError(f'the log in {args.work_dir} is empty: nothing has been logged yet')
    write_figure(args.out, draw_curves(training, validation, Path(args.work_dir).resolve().name))
    Console(soft_wrap=True, markup=False).print(f'Wrote {args.out}')


if __name__ == '__main__':
    run(main, build_parser())
