"""Tune the thresholds of a model with several labels per video: ``python tools/analysis/tune_thresholds.py CONFIG
SOURCE --out thresholds.json``.

The threshold of each class is the one with the highest F1 score on the validation set. ``demo/demo.py`` and
``tools/predict.py`` take the file as ``--thresholds``; in a config it is ``model.cls_head.thresholds``.
"""

import json
from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
from rich.console import Console
from rich.table import Table
from validation_scores import Scores, add_score_arguments, collect_scores

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.evaluation.multi_label import best_thresholds, class_f1, class_precisions, mean_of, micro_f1
from mmaction_vt.utils.option_types import positive
from mmaction_vt.utils.outputs import check_output, write_output

DEFAULT = 0.5
ROWS = 40  # classes of a table, by default


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Tune the threshold of each class on the validation set.')
    add_score_arguments(parser)
    parser.add_argument('--out', required=True, metavar='F', help='.json to write')
    parser.add_argument(
        '--least-videos',
        type=positive,
        default=5,
        metavar='N',
        help=f'classes with fewer videos keep the threshold {DEFAULT} (default: %(default)s)',
    )
    parser.add_argument(
        '--rows', type=positive, default=ROWS, help='classes that are printed, the worst first (default: %(default)s)'
    )
    add_overwrite_option(parser)
    return parser


def labels_of(found: Scores, source: str) -> np.ndarray:
    """The labels (videos, classes) as booleans.

    Raises:
        InputError: If videos have one label each.
    """
    if not found.several:
        raise InputError(
            f'{source} has one label per video: thresholds are for several (multi_class=True of the data set, '
            'mmaction_vt.MultiLabelHead)'
        )
    labels = np.zeros(tuple(found.scores.shape), bool)
    for row, classes in zip(labels, found.labels, strict=True):
        row[classes] = True
    return labels


def figures_of(scores: np.ndarray, labels: np.ndarray, thresholds: np.ndarray) -> dict[str, float]:
    predicted = scores >= thresholds.astype(np.float32)
    return dict(micro_f1=micro_f1(predicted, labels), macro_f1=mean_of(class_f1(predicted, labels)))


def main(args: Namespace) -> None:
    check_output(args.out, '--out', args.overwrite, [args.config, args.source], ('.json',))
    found = collect_scores(args)
    scores, labels = found.scores.numpy(), labels_of(found, args.source)
    thresholds = best_thresholds(scores, labels, DEFAULT)
    thresholds[labels.sum(0) < args.least_videos] = DEFAULT
    precisions, f1 = class_precisions(scores, labels), class_f1(scores >= thresholds.astype(np.float32), labels)
    before, after = (figures_of(scores, labels, each) for each in (np.full_like(thresholds, DEFAULT), thresholds))
    figures = {'mAP': mean_of(precisions), **after, **{f'{name}_at_half': value for name, value in before.items()}}
    content = dict(thresholds=thresholds.tolist(), videos=len(scores), **figures)
    if found.class_names:
        content['class_names'] = found.class_names
    write_output(args.out, json.dumps(content, indent=1, ensure_ascii=False) + '\n')

    console = Console(markup=False, highlight=False)
    omitted = f', {found.omitted} omitted' if found.omitted else ''
    table = Table(title=f'{len(scores)} videos{omitted}, mAP {figures["mAP"]:.4f}')
    for name in ('class', 'videos', 'AP', 'threshold', 'F1'):
        table.add_column(name, justify='left' if name == 'class' else 'right')
    names = found.class_names or [f'class {index}' for index in range(len(thresholds))]
    order = np.argsort(precisions, kind='stable')
    for index in sorted(order[: args.rows]) if len(order) <= args.rows else order[: args.rows]:
        values = (f'{precisions[index]:.4f}', f'{thresholds[index]:.3f}', f'{f1[index]:.4f}')
        table.add_row(names[index], str(labels[:, index].sum()), *values)
    console.print(table)
    for name in ('micro_f1', 'macro_f1'):
        console.print(f'{name}: {before[name]:.4f} with thresholds of {DEFAULT}, {after[name]:.4f} with tuned ones')
    console.print(f'Wrote {args.out}', soft_wrap=True)


if __name__ == '__main__':
    run(main, build_parser())
