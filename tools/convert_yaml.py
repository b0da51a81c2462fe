"""Convert a YAML file of TimeSformer's or Motionformer's code: ``python tools/convert_yaml.py YAML --out CONFIG.py``.

Settings after the file override it, as on PySlowFast's command line: ``YAML TRAIN.BATCH_SIZE 8 NUM_GPUS 4``. The config
inherits from the closest one of this package and has only the differences. Keys without effect are listed, as are those
that cannot be converted; the latter are errors with ``--strict``.
"""

from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.pyslowfast import convert_yaml
from mmaction_vt.utils.files import CONFIG_SUFFIX
from mmaction_vt.utils.outputs import check_output, write_output


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description="Convert a YAML file of TimeSformer's or Motionformer's code to a config.")
    parser.add_argument('yaml', help='file of the published code, such as TimeSformer_divST_8x32_224.yaml')
    parser.add_argument(
        'settings', nargs='*', metavar='KEY VALUE', help='overrides, such as TRAIN.BATCH_SIZE 8 NUM_GPUS 4'
    )
    parser.add_argument('--out', required=True, metavar='CONFIG.py', help='config to write')
    parser.add_argument('--strict', action='store_true', help='fail if a key cannot be converted')
    add_overwrite_option(parser)
    return parser


def main(args: Namespace) -> None:
    check_output(args.out, '--out', args.overwrite, [args.yaml], (CONFIG_SUFFIX,))
    conversion = convert_yaml(args.yaml, args.settings, args.out)
    console = Console(soft_wrap=True, highlight=False)
    reasons = {}
    for key, reason in conversion.ignored.items():
        reasons.setdefault(reason, []).append(key)
    for reason, keys in reasons.items():
        console.print(f'Ignored: {", ".join(keys)} ({reason})')
    problems = [*conversion.not_converted, *(f'{key}: unknown' for key in conversion.unknown)]
    if problems and args.strict:
        raise InputError(f'{args.yaml} cannot be converted completely: {"; ".join(problems)}')
    for problem in problems:
        console.print(f'[bold]Not converted[/bold]: {problem}')
    write_output(args.out, conversion.text)
    console.print(f'Wrote {args.out}, which inherits from {conversion.base}')


if __name__ == '__main__':
    run(main, build_parser())
