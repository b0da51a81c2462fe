"""Convert a YAML file of TimeSformer's or Motionformer's code: ``python tools/convert_yaml.py YAML --out CONFIG.py``.

Settings after the file override it, as on PySlowFast's command line: ``YAML TRAIN.BATCH_SIZE 8 NUM_GPUS 4``. The config
inherits from the closest one of this package and has only the differences. Keys without effect are listed, as are those
that cannot be converted; the latter are errors with ``--strict``.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from rich.console import Console

from mmaction_vt.cli import run
from mmaction_vt.errors import InputError
from mmaction_vt.pyslowfast import convert_yaml
from mmaction_vt.utils.files import CONFIG_SUFFIX, check_suffix


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description="Convert a YAML file of TimeSformer's or Motionformer's code to a config.")
    parser.add_argument('yaml', help='file of the published code, such as TimeSformer_divST_8x32_224.yaml')
    parser.add_argument(
        'settings', nargs='*', metavar='KEY VALUE', help='overrides, such as TRAIN.BATCH_SIZE 8 NUM_GPUS 4'
    )
    parser.add_argument('--out', required=True, metavar='CONFIG.py', help='config to write')
    parser.add_argument('--strict', action='store_true', help='fail if a key cannot be converted')
    return parser


def main(args: Namespace) -> None:
    check_suffix('--out', args.out, (CONFIG_SUFFIX,))
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
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    Path(args.out).write_text(conversion.text, encoding='utf-8')
    console.print(f'Wrote {args.out}, which inherits from {conversion.base}')


if __name__ == '__main__':
    run(main, build_parser())
