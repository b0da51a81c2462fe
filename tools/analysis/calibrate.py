"""Calibrate a model's probabilities: ``python tools/analysis/calibrate.py CONFIG SOURCE --out calibration.json``.

A temperature is fitted on the validation set (Guo et al., 2017), and the calibration error before and after is printed.
With ``--accept 0.95`` a model answers "none of these" where its confidence is less than that of 95 % of the validation
set. ``demo/demo.py`` and ``tools/predict.py`` take the file as ``--calibration``.
"""

from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

import torch
from rich.console import Console
from rich.table import Table
from validation_scores import add_score_arguments, collect_scores

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.evaluation.calibration import CRITERIA, PROBABILITY, calibrate, calibration_text, reliability
from mmaction_vt.evaluation.probabilities import as_probabilities
from mmaction_vt.utils.files import FIGURE_SUFFIXES
from mmaction_vt.utils.option_types import share
from mmaction_vt.utils.outputs import check_output, write_output

FIGURES = (
    ('expected calibration error', 'ece_before', 'ece_after'),
    ('the same, held out', 'ece_before', 'ece_held_out'),
    ('negative log-likelihood', 'nll_before', 'nll_after'),
)


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Fit the temperature of a model on the validation set.')
    add_score_arguments(parser)
    parser.add_argument('--out', required=True, metavar='F', help='.json to write')
    parser.add_argument('--diagram', metavar='F', help='reliability diagram to write (.png, .svg or .pdf)')
    parser.add_argument(
        '--accept', type=share, metavar='SHARE', help='share of the validation set to answer, such as 0.95'
    )
    parser.add_argument(
        '--reject-by',
        choices=CRITERIA,
        default=PROBABILITY,
        help='what an answer needs: a high probability, or a low energy of the raw scores (default: %(default)s)',
    )
    add_overwrite_option(parser, 'existing files')
    return parser


def main(args: Namespace) -> None:
    inputs = [args.config, args.source]
    check_output(args.out, '--out', args.overwrite, inputs, ('.json',))
    if args.diagram is not None:
        check_output(args.diagram, '--diagram', args.overwrite, [*inputs, args.out], FIGURE_SUFFIXES)
    found = collect_scores(args)
    if found.several:
        raise InputError(
            f'{args.source} has several labels per video, and calibration is for one: use '
            'tools/analysis/tune_thresholds.py'
        )
    scores, labels = found.scores, torch.tensor(found.labels)
    calibration, figures = calibrate(scores, labels, args.reject_by, args.accept)
    figures['videos'] = len(scores)
    if args.diagram is not None:
        from mmaction_vt.visualization.draw.reliability import draw_reliability
        from mmaction_vt.visualization.draw.results import write_figure

        sides = as_probabilities(scores.float()), calibration.probabilities(scores)
        titles = 'before', f'temperature {calibration.temperature:.3f}'
        write_figure(
            args.diagram,
            draw_reliability(dict(zip(titles, (reliability(each, labels) for each in sides), strict=True))),
        )
    write_output(args.out, calibration_text(calibration, figures))

    console = Console(markup=False, highlight=False)
    omitted = f', {found.omitted} omitted' if found.omitted else ''
    table = Table(title=f'{len(scores)} videos{omitted}, top-1 {100 * figures["accuracy"]:.1f} %')
    for name in ('', 'before', f'T = {calibration.temperature:.4f}'):
        table.add_column(name, justify='right' if name else 'left')
    for name, before, after in FIGURES:
        table.add_row(name, f'{figures[before]:.4f}', f'{figures[after]:.4f}')
    console.print(table)
    if calibration.threshold is not None:
        console.print(f'none of these: {calibration.reject_by} below {calibration.threshold:.4f}')
    for path in (args.out, args.diagram):
        if path is not None:
            console.print(f'Wrote {path}', soft_wrap=True)


if __name__ == '__main__':
    run(main, build_parser())
