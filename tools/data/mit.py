"""Write a list of Moments in Time: ``python tools/data/mit.py CSV CATEGORIES FOLDER OUT``.

CSV is the official ``trainingSet.csv`` or ``validationSet.csv``, with a video below FOLDER, its class and the numbers
of votes for and against per line. CATEGORIES is the official ``moments_categories.txt``: a class, a comma and its
number per line.

A line of OUT is a path below FOLDER and a label. Missing videos are listed in a file of the same name with
the suffix ``.missing.txt``.
"""

import csv
from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import VideoIndex, check_list, compare_classes, parse_label, read_lines, write_found

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write a list of Moments in Time.')
    parser.add_argument('csv', type=Path, help='trainingSet.csv or validationSet.csv')
    parser.add_argument('categories', type=Path, help='moments_categories.txt')
    parser.add_argument('folder', type=Path, help='folder with a folder of videos per class')
    parser.add_argument('out', type=Path, help='list to write')
    add_overwrite_option(parser, 'existing lists')
    return parser


def read_classes(path: Path) -> dict[str, int]:
    """Labels by the names of classes.

    Raises:
        InputError: If a line is not a class and a number, or the numbers are not consecutive from 0.
    """
    classes = {}
    for number, line in read_lines(path, 'the official moments_categories.txt, a class and its number per line'):
        name, _, label = line.rpartition(',')
        if not name:
            raise InputError(f'{path}, line {number}: {line!r} is not a class, a comma and its number')
        classes[name] = parse_label(label.strip(), f'{path}, line {number}')
    if sorted(classes.values()) != list(range(len(classes))):
        raise InputError(f'{path}: the labels of its {len(classes)} classes are not 0 to {len(classes) - 1}')
    return classes


def read_samples(path: Path, classes: dict[str, int]) -> list[tuple[str, int]]:
    """Names of videos with their labels.

    Raises:
        InputError: If a line has no class, or an unknown one.
    """
    samples = []
    for number, line in read_lines(path, 'the official CSV of a split, a video and its class per line'):
        where = f'{path}, line {number}'
        video, *fields = next(csv.reader([line]))
        if not (video and fields and fields[0]):
            raise InputError(f'{where}: {line!r} is not a video, a comma and its class')
        if fields[0] not in classes:
            raise InputError(f'{where}: unknown class {fields[0]!r}, not in the file of categories')
        samples.append((video, classes[fields[0]]))
    return samples


def main(args: Namespace) -> None:
    check_list(args.out, args.overwrite, [args.csv, args.categories])
    classes = read_classes(args.categories)
    compare_classes(sorted(classes, key=classes.get), ('mit',), args.categories)
    samples = read_samples(args.csv, classes)
    index = VideoIndex(args.folder)
    lines, missing = [], []
    for video, label in samples:
        path = index.find(video)
        if path is None:
            missing.append(video)
        else:
            lines.append(f'{path} {label}')
    write_found(args.out, lines, missing, args.folder)


if __name__ == '__main__':
    run(main, build_parser())
