"""Write a list of Something-Something V1 or Jester: ``python tools/data/sthv1_jester.py CSV LABELS FOLDER OUT``.

CSV is the official ``something-something-v1-train.csv`` or ``jester-v1-train.csv``, or that for validation: an id, a
semicolon and the name of a class per line. LABELS is the official ``something-something-v1-labels.csv`` or
``jester-v1-labels.csv``, one class per line, in the order of the labels. FOLDER contains a folder of frames per id.

A line of OUT is a folder, its number of frames and a label. Missing videos are listed in a file of the same name with
the suffix ``.missing.txt``.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import check_list, compare_classes, read_lines, write_found
from something_something import find_frames_of

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError

SHIPPED = ('sthv1', 'jester')


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write a list of Something-Something V1 or Jester.')
    parser.add_argument('csv', type=Path, help='official CSV of a split: an id, a semicolon and a class per line')
    parser.add_argument('labels', type=Path, help='official CSV of the classes')
    parser.add_argument('folder', type=Path, help='folder with a folder of frames per id')
    parser.add_argument('out', type=Path, help='list to write')
    add_overwrite_option(parser, 'existing lists')
    return parser


def read_classes(path: Path) -> dict[str, int]:
    """Labels by the names of classes, in the order of the file.

    Raises:
        InputError: If the file does not exist, is empty, or has a class twice.
    """
    classes = {}
    for number, name in read_lines(path, 'the official CSV of the classes, one per line'):
        if name in classes:
            raise InputError(f'{path}, line {number}: duplicate class {name!r}')
        classes[name] = len(classes)
    return classes


def read_samples(path: Path, classes: dict[str, int]) -> list[tuple[str, int]]:
    """Ids of videos with their labels.

    Raises:
        InputError: If a line has no class, or one that is unknown.
    """
    samples = []
    for number, line in read_lines(path, 'the official CSV of a split, an id, a semicolon and a class per line'):
        where = f'{path}, line {number}'
        video, separator, name = (part.strip() for part in line.partition(';'))
        if not (video and separator and name):
            raise InputError(f'{where}: {line!r} is not an id, a semicolon and a class (the test set has no labels)')
        if name not in classes:
            raise InputError(f'{where}: the class {name!r} is not in the file of labels')
        samples.append((video, classes[name]))
    return samples


def main(args: Namespace) -> None:
    check_list(args.out, args.overwrite, [args.csv, args.labels])
    classes = read_classes(args.labels)
    compare_classes(list(classes), SHIPPED, args.labels)
    samples = read_samples(args.csv, classes)
    lines = list(find_frames_of(samples, args.folder))
    missing = [name for (name, _), line in zip(samples, lines, strict=True) if line is None]
    write_found(args.out, [line for line in lines if line is not None], missing, args.folder)


if __name__ == '__main__':
    run(main, build_parser())
