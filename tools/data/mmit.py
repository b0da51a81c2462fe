"""Write a list of Multi-Moments in Time: ``python tools/data/mmit.py CSV CATEGORIES FOLDER OUT``.

CSV is the official ``trainingSet.csv`` or ``validationSet.csv``, with a video below FOLDER and the numbers of its
classes per line: ``talking/a.mp4,32,151``. CATEGORIES is the official ``moments_categories.txt``: a class, a comma and
its number per line.

A line of OUT is a path below FOLDER and its labels. Missing videos are listed in a file of the same name with
the suffix ``.missing.txt``.
"""

import csv
from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import VideoIndex, check_list, parse_label, read_lines, write_found, write_lines
from mit import read_classes

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.outputs import check_output


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write a list of Multi-Moments in Time.')
    parser.add_argument('csv', type=Path, help='trainingSet.csv or validationSet.csv')
    parser.add_argument('categories', type=Path, help='moments_categories.txt')
    parser.add_argument('folder', type=Path, help='folder of the videos')
    parser.add_argument('out', type=Path, help='list to write')
    parser.add_argument('--names', type=Path, metavar='F', help='file of class names to write, for --label-file')
    add_overwrite_option(parser, 'existing files')
    return parser


def read_samples(path: Path, num_classes: int) -> list[tuple[str, list[int]]]:
    """Names of videos with their labels.

    Raises:
        InputError: If a line has no label, or an unknown one.
    """
    samples = []
    for number, line in read_lines(path, 'the official CSV of a split, a video and its labels per line'):
        where = f'{path}, line {number}'
        video, *fields = (field.strip() for field in next(csv.reader([line])))
        labels = [parse_label(field, where, num_classes) for field in fields if field]
        if not (video and labels):
            raise InputError(f'{where}: {line!r} is not a video and the numbers of its classes, with commas between')
        samples.append((video, sorted(set(labels))))
    return samples


def main(args: Namespace) -> None:
    inputs = [args.csv, args.categories]
    check_list(args.out, args.overwrite, inputs)
    if args.names is not None:
        check_output(args.names, '--names', args.overwrite, [*inputs, args.out])
    classes = read_classes(args.categories)
    samples = read_samples(args.csv, len(classes))
    index = VideoIndex(args.folder)
    lines, missing = [], []
    for video, labels in samples:
        path = index.find(video)
        if path is None:
            missing.append(video)
        else:
            lines.append(' '.join([path, *map(str, labels)]))
    write_found(args.out, lines, missing, args.folder)
    print(f'{len(classes)} classes: num_classes of the data sets and of model.cls_head')
    if args.names is not None:
        write_lines(args.names, sorted(classes, key=classes.get))


if __name__ == '__main__':
    run(main, build_parser())
