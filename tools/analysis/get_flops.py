"""Count multiply-adds and parameters of a config's model: ``python tools/analysis/get_flops.py CONFIG``."""

from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console
from rich.table import Table

from mmaction_vt.apis.flops import build_without_weights, count, input_shape_of, views_of
from mmaction_vt.cli import add_config_options, read_config, run
from mmaction_vt.utils.option_types import integer, positive


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Count multiply-adds (attention included) and parameters of a model.')
    parser.add_argument('config', help="config file, or a model's name")
    parser.add_argument(
        '--shape',
        nargs=3,
        type=integer(1, 100000),
        metavar=('T', 'H', 'W'),
        help='frames, height and width (default: those of the backbone)',
    )
    parser.add_argument('--views', type=positive, help='clips times crops (default: those of the test pipeline)')
    add_config_options(parser)
    return parser


def main(args: Namespace) -> None:
    config = read_config(args.config, args.cfg_options)
    model = build_without_weights(config)
    shape = (1, 3, *args.shape) if args.shape else input_shape_of(model.backbone)
    views = args.views or views_of(config)
    counts = count(model, shape)

    table = Table(title=args.config)
    table.add_column('')
    table.add_column('', justify='right')
    table.add_row('input', 'x'.join(map(str, shape)))
    table.add_row('parameters', f'{counts.parameters / 1e6:.1f} M')
    table.add_row('multiply-adds, one view', f'{counts.multiply_adds / 1e9:.1f} G')
    table.add_row(f'multiply-adds, {views} views', f'{views * counts.multiply_adds / 1e12:.3f} T')
    table.add_row('of which needed for the scores', f'{100 * counts.needed / counts.multiply_adds:.1f} %')
    table.add_row('of which attention products', f'{100 * counts.attention / counts.multiply_adds:.1f} %')
    Console().print(table)


if __name__ == '__main__':
    run(main, build_parser())
