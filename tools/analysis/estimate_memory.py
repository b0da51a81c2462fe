"""Estimate the memory of a training step before it runs: ``python tools/analysis/estimate_memory.py CONFIG``.

The step runs on fake tensors: it takes seconds, and neither memory nor a GPU. What PyTorch itself takes comes on top:
about 0.5 GiB on a GPU; on a CPU, whose allocator keeps freed memory, up to 1 GiB.
"""

from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console
from rich.table import Table

from mmaction_vt.apis.memory import GIB, estimate_memory, largest_batch
from mmaction_vt.cli import add_config_options, read_config, run
from mmaction_vt.utils.option_types import number, positive
from mmaction_vt.utils.precision import PRECISIONS


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Estimate the memory of a training step before it runs.')
    parser.add_argument('config', help="config file, or a model's name")
    parser.add_argument('--batch-size', type=positive, help="clips per step and GPU (default: the config's)")
    parser.add_argument('--amp', choices=tuple(PRECISIONS), help='mixed precision')
    parser.add_argument(
        '--fit', type=number(0.1, 10000), metavar='GIB', help='also find the largest batch that fits into this memory'
    )
    add_config_options(parser)
    return parser


def main(args: Namespace) -> None:
    config, precision = read_config(args.config, args.cfg_options), args.amp or 'fp32'
    batch_size = args.batch_size or config.train_dataloader.batch_size
    estimate = estimate_memory(config, batch_size, precision)
    table = Table(title=f'{args.config}, {batch_size} clips, {precision}')
    table.add_column('')
    table.add_column('GiB', justify='right')
    rest = estimate.peak - estimate.weights - estimate.gradients - estimate.optimizer
    rows = (
        ('weights', estimate.weights),
        ('gradients', estimate.gradients),
        ('optimizer', estimate.optimizer),
        ('activations', rest),
        ('peak', estimate.peak),
    )
    for name, size in rows:
        table.add_row(name, f'{size / GIB:.2f}')
    console = Console()
    console.print(table)
    if args.fit:
        size = largest_batch(config, int(args.fit * GIB), precision)
        console.print(f'the largest batch that fits into {args.fit:g} GiB: {size} clips')


if __name__ == '__main__':
    run(main, build_parser())
