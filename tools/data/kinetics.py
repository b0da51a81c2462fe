"""Write a list of Kinetics videos: ``python tools/data/kinetics.py CSV FOLDER OUT --labels LABELS``.

CSV is an official one (columns ``label``, ``youtube_id``, ``time_start``, ``time_end``), or a list with a path and a
label per line, as for SlowFast and TimeSformer. FOLDER has the videos, in folders or not, named by their id or by id,
start and end: ``ID.mp4``, ``ID_12_22.mp4``, ``ID_000012_000022.mp4``.

A line of OUT is a path below FOLDER and a label. Labels number the sorted names of the classes, or the lines of LABELS
if that file exists; otherwise it is written. ``--class-names`` takes the order from a list of the package, such as
``kinetics600_vtb``, or from a file instead; the label in a list is then the name of a class, after a tab, as in lists
of the Video Transformer benchmark. Missing videos are listed under the same name with ``.missing.txt``.
"""

import re
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import mmaction_vt.utils.program_start  # noqa: F401

from common import (
    VideoIndex,
    check_list,
    parse_label,
    read_excluded,
    read_lines,
    read_table,
    stem_of,
    write_found,
    write_lines,
)

from mmaction_vt.class_names import read_class_names
from mmaction_vt.cli import add_overwrite_option, read_labels, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.outputs import check_output

COLUMNS = ('label', 'youtube_id', 'time_start', 'time_end')
WHAT = 'an official CSV of Kinetics or a list with a path and a label per line'
WHAT_NAMED = 'an official CSV of Kinetics or a list with a path, a tab and a class per line'
TIMED = re.compile(r'(?P<id>.+)_(?P<start>\d+)_(?P<end>\d+)')
LINE = re.compile(r'(?P<path>.*[^\s,])(?:\s*,\s*|\s+)(?P<label>[^\s,]+)')


class Clip(NamedTuple):
    """A row of the official CSV."""

    label: str
    id: str
    start: int
    end: int

    def __str__(self) -> str:
        return f'{self.id}_{self.start:06d}_{self.end:06d}'


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write a list of Kinetics videos.')
    parser.add_argument('csv', type=Path, help='official CSV, or list with a path and a label per line')
    parser.add_argument('folder', type=Path, help='root folder of the videos')
    parser.add_argument('out', type=Path, help='list to write')
    add_overwrite_option(parser, 'existing lists')
    order = parser.add_mutually_exclusive_group()
    order.add_argument('--labels', type=Path, help='class names, one per line; written if it does not exist')
    order.add_argument(
        '--class-names',
        metavar='NAME_OR_FILE',
        help='order of the classes: a list of the package (kinetics400, kinetics600, kinetics700, or '
        'kinetics600_vtb for the weights of the Video Transformer benchmark), or a file with one name per line',
    )
    parser.add_argument('--exclude', type=Path, help='paths to exclude, such as those of check_videos.py')
    return parser


def is_official(path: Path) -> bool:
    """Whether a file has the header of the official CSVs.

    Raises:
        InputError: If it does not exist or is empty.
    """
    number, line = read_lines(path, WHAT)[0]
    return number == 1 and 'youtube_id' in line


def read_clips(path: Path) -> list[tuple[int, Clip]]:
    """The rows of an official CSV, with the numbers of their lines.

    Raises:
        InputError: If a column or an entry is missing, or a time is not a number.
    """
    clips = []
    for number, row in read_table(path, COLUMNS, 'an official CSV of Kinetics, whose test set has no labels'):
        times = []
        for name in ('time_start', 'time_end'):
            if re.fullmatch(r'\d+(\.\d*)?', row[name]) is None:
                raise InputError(f'{path}, line {number}: {name} is {row[name]!r}, not a number of seconds')
            times.append(int(float(row[name])))
        clips.append((number, Clip(row['label'], row['youtube_id'], *times)))
    return clips


class ClipFiles:
    """The files of clips, by id and times.

    Args:
        paths: Paths of the files.
        clips: The clips.
    """

    def __init__(self, paths: list[str], clips: list[Clip]) -> None:
        self.rows = Counter(clip.id for clip in clips)
        self.whole, self.timed = {}, {}
        for path in paths:
            stem = stem_of(path)
            match = TIMED.fullmatch(stem)
            if stem in self.rows:  # an id may look like one with times
                self.whole.setdefault(stem, []).append(path)
            elif match is not None:
                key = match['id'], int(match['start']), int(match['end'])
                self.timed.setdefault(key, []).append(path)

    def find(self, clip: Clip) -> str | None:
        """The file of a clip; of several, the one in the folder of its class, or else the first."""
        paths = self.timed.get((clip.id, clip.start, clip.end), [])
        if not paths:
            paths = self.whole.get(clip.id, [])
            if self.rows[clip.id] > 1:  # without times, only the folder identifies the clip
                paths = [path for path in paths if is_of_class(path, clip.label)]
        return next((path for path in paths if is_of_class(path, clip.label)), paths[0] if paths else None)


def is_of_class(path: str, label: str) -> bool:
    """Whether a file is in the folder of a class, whatever its name has instead of spaces."""
    folder, name = (re.sub(r'[\W_]', '', text).casefold() for text in (PurePosixPath(path).parent.name, label))
    return folder == name


def label_clips(rows: list[tuple[int, Clip]], args: Namespace) -> dict[str, int]:
    """Labels by the names of classes, read or written.

    Raises:
        InputError: If a class is not in the list of classes.
    """
    names = ordered_classes(args)
    if names is None:
        names = sorted({clip.label for _, clip in rows})
        if args.labels is not None:
            write_lines(args.labels, names)
            print(f'{args.labels}: {len(names)} classes')
        return {name: label for label, name in enumerate(names)}
    labels = {name: label for label, name in enumerate(names)}
    for number, clip in rows:
        if clip.label not in labels:
            raise unknown_class(clip.label, f'{args.csv}, line {number}', args)
    return labels


def unknown_class(name: str, where: str, args: Namespace) -> InputError:
    return InputError(f'{where}: the class {name!r} is not in {args.class_names or args.labels}')


def ordered_classes(args: Namespace) -> Sequence[str] | None:
    """The class names in the order of their labels, if given on the command line.

    Raises:
        InputError: If they cannot be read.
    """
    if args.class_names is not None:
        path = Path(args.class_names)
        is_file = path.is_file() or path.suffix or len(path.parts) > 1
        return read_labels(args.class_names) if is_file else read_class_names(args.class_names)
    return read_labels(args.labels) if args.labels is not None and args.labels.exists() else None


def find_clips(index: VideoIndex, args: Namespace) -> tuple[list[tuple[str, int]], list[str]]:
    """The videos of an official CSV with their labels, and the names of those that are missing."""
    rows = read_clips(args.csv)
    labels = label_clips(rows, args)
    clips = [clip for _, clip in rows]
    files = ClipFiles(index.paths, clips)
    paths = [files.find(clip) for clip in clips]
    found = [(path, labels[clip.label]) for path, clip in zip(paths, clips, strict=True) if path is not None]
    return found, [str(clip) for path, clip in zip(paths, clips, strict=True) if path is None]


def find_listed(index: VideoIndex, args: Namespace) -> tuple[list[tuple[str, int]], list[str]]:
    """The videos of a list with their labels, and the names of those that are missing.

    Raises:
        InputError: If a line has no label, or one that is not allowed, or the class names cannot be read.
    """
    parse = parse_named if args.class_names is not None else parse_numbered
    by_id = {}
    for path in index.paths:
        by_id.setdefault(id_of(path), []).append(path)
    found, missing = [], []
    for name, label in parse(args):
        path, others = index.find(name), by_id.get(id_of(name), [])
        if path is None and len(others) == 1:  # one of the two names has times, the other does not
            path = others[0]
        if path is None:
            missing.append(name)
        else:
            found.append((path, label))
    return found, missing


def parse_numbered(args: Namespace) -> Iterator[tuple[str, int]]:
    """The paths of a list and their labels."""
    num_classes = None if args.labels is None else len(read_labels(args.labels))
    for number, line in read_lines(args.csv, WHAT):
        where = f'{args.csv}, line {number}'
        match = LINE.fullmatch(line)
        if match is None:
            raise InputError(f'{where}: {line!r} is not a path and a label; the file is {WHAT}')
        yield match['path'], parse_label(match['label'], where, num_classes)


def parse_named(args: Namespace) -> Iterator[tuple[str, int]]:
    """The paths of a list of the Video Transformer benchmark, and the labels of the classes after the tabs."""
    labels = {name: label for label, name in enumerate(ordered_classes(args))}
    for number, line in read_lines(args.csv, WHAT_NAMED):
        where = f'{args.csv}, line {number}'
        path, _, name = map(str.strip, line.rpartition('\t'))
        if not path:
            raise InputError(f'{where}: {line!r} is not a path, a tab and a class, as required by --class-names')
        label = labels.get(name, labels.get(name.replace('_', ' ')))
        if label is None:
            raise unknown_class(name, where, args)
        yield path, label


def id_of(path: str) -> str:
    """File name of a video without its suffix and times."""
    match = TIMED.fullmatch(stem_of(path))
    return stem_of(path) if match is None else match['id']


def main(args: Namespace) -> None:
    check_list(args.out, args.overwrite, [args.csv, args.labels, args.class_names, args.exclude])
    if args.labels is not None and not args.labels.exists():
        check_output(args.labels, '--labels')
    find = find_clips if is_official(args.csv) else find_listed
    excluded = read_excluded(args.exclude, args.folder)
    found, missing = find(VideoIndex(args.folder), args)
    lines = [f'{path} {label}' for path, label in found if path not in excluded]
    if len(lines) < len(found):
        print(f'{len(found) - len(lines)} videos are excluded, as listed in {args.exclude}')
    write_found(args.out, lines, missing, args.folder)


if __name__ == '__main__':
    run(main, build_parser())
