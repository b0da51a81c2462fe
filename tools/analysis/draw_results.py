"""Draw figures of test results: ``python tools/analysis/draw_results.py REPORT OUT_DIR``.

Writes ``confusion.png``, ``class_accuracy.png`` and ``confused_pairs.png``.
"""

from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
from rich.console import Console

from mmaction_vt.cli import add_overwrite_option, read_labels, run
from mmaction_vt.errors import InputError, check_one_of
from mmaction_vt.evaluation import read_report
from mmaction_vt.evaluation.confusion import confusion_matrix
from mmaction_vt.models.heads import CLASS
from mmaction_vt.utils.outputs import check_output, check_output_folder
from mmaction_vt.visualization.draw.results import (
    draw_class_accuracy,
    draw_confused_pairs,
    draw_confusion,
    write_figure,
)

PICTURES = {
    'confusion.png': draw_confusion,
    'class_accuracy.png': draw_class_accuracy,
    'confused_pairs.png': draw_confused_pairs,
}


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Draw confusion matrix, accuracy of each class and most confused pairs.')
    parser.add_argument('report', help='report of tools/test.py --out')
    parser.add_argument('out_dir', help='folder for the figures')
    parser.add_argument('--label-file', help="class names, one per line, instead of the report's")
    parser.add_argument('--task', help='label to use, such as verb or noun, if there are several')
    add_overwrite_option(parser, 'existing figures')
    return parser


def labels_and_predictions(videos: list[dict], task: str | None) -> tuple[np.ndarray, np.ndarray, int]:
    """Labels, predictions and number of classes.

    Raises:
        InputError: If there are several tasks and none is chosen, or there are no videos or no labels.
    """
    if not videos:
        raise InputError('the report has no videos')
    if any(video['label'] is None for video in videos):
        raise InputError('the videos of the report have no labels')
    first = videos[0]['predicted']
    if isinstance(first, list):
        raise InputError('the videos of the report have several labels each, which no confusion matrix shows')
    if isinstance(first, dict):
        check_one_of('--task', task, first)
        column = list(first).index(task)
        labels = [video['label'][column] for video in videos]
        return (
            np.array(labels),
            np.array([video['predicted'][task] for video in videos]),
            len(videos[0]['scores'][task]),
        )
    labels = [video['label'] for video in videos]
    return np.array(labels), np.array([video['predicted'] for video in videos]), len(videos[0]['scores'])


def main(args: Namespace) -> None:
    folder = check_output_folder(args.out_dir, 'OUT_DIR')
    for name in PICTURES:
        check_output(folder / name, 'the figure', args.overwrite, [args.report, args.label_file])
    report = read_report(args.report)
    labels, predicted, num_classes = labels_and_predictions(report.videos, args.task)
    names = read_labels(args.label_file) or (report.class_names or {}).get(args.task or CLASS)
    names = names or [str(index) for index in range(num_classes)]
    if len(names) != num_classes:
        raise InputError(
            f'{args.label_file} has {len(names)} class names, but {args.report} has scores of {num_classes} classes'
        )
    decoded = predicted >= 0
    if not decoded.all():
        Console().print(f'{(~decoded).sum()} broken videos, which count as wrong, are not in the figures')
    matrix = confusion_matrix(labels[decoded], predicted[decoded], num_classes)
    for name, draw in PICTURES.items():
        write_figure(folder / name, draw(matrix, names))
        Console(soft_wrap=True, markup=False).print(f'Wrote {folder / name}')


if __name__ == '__main__':
    run(main, build_parser())
