"""Write lists of training and test samples by participant: ``python tools/data/participant_splits.py FOLDER CSV OUT``.

A sample is a video or a folder of frames below FOLDER. ``--pattern`` describes the paths:
``{participant}/{label}/{name}`` (the default) or another order, with ``{}`` for parts without meaning. CSV has a row
per participant, with a column ``participant`` and one for each split, such as ``cross_subject``, whose entries are
``train`` or ``test``.

For every split SPLIT, OUT gets ``SPLIT_train.txt`` and ``SPLIT_test.txt``, and ``labels.txt`` once. A line is a path
below FOLDER, for frames their number, and a label.
"""

import csv
import io
import re
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console
from rich.progress import track

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.annotation_files import read_text
from mmaction_vt.utils.files import COMMON_VIDEO_SUFFIXES, FRAME_SUFFIXES
from mmaction_vt.utils.outputs import check_output, check_output_folder, write_output

PARTS = ('train', 'test')


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write lists of training and test samples by participant.')
    parser.add_argument('folder', type=Path, help='root folder of the samples')
    parser.add_argument('participants', type=Path, help='CSV with a row per participant and a column per split')
    parser.add_argument('out', type=Path, help='folder for the lists')
    add_overwrite_option(parser, 'existing lists')
    parser.add_argument(
        '--pattern',
        default='{participant}/{label}/{name}',
        help='pattern of paths below FOLDER; {} for parts without meaning (default: %(default)s)',
    )
    return parser


def read_participants(path: Path) -> dict[str, dict[str, str]]:
    """For each split, whether participants are for training or testing.

    Raises:
        InputError: If the file is missing, has no such columns, or an entry is neither of the two.
    """
    text = read_text(path, 'a CSV with a row per participant and a column per split')
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        names = [name for name in reader.fieldnames or () if name != 'participant']
        if not names or 'participant' not in reader.fieldnames:
            raise InputError(f'{path} has the columns {reader.fieldnames}; expected participant and one per split')
        splits = {name: {} for name in names}
        for row in reader:
            for name in names:
                if row[name] not in PARTS:
                    where = f'{path}, line {reader.line_num}'
                    raise InputError(f'{where}: {name} is {row[name]!r}; expected train or test')
                splits[name][row['participant']] = row[name]
    except csv.Error as error:
        raise InputError(f'{path}, line {reader.line_num}: invalid CSV ({error})') from error
    return splits


def compile_pattern(pattern: str) -> re.Pattern:
    """A regular expression for paths below the folder.

    Raises:
        InputError: If the pattern lacks participant or label.
    """
    if not {'{participant}', '{label}'} <= set(pattern.split('/')):
        raise InputError(f'--pattern needs {{participant}} and {{label}} between slashes, not {pattern!r}')
    parts = []
    for part in pattern.split('/'):
        name = re.fullmatch(r'\{(\w*)\}', part)
        parts.append(re.escape(part) if name is None else f'(?P<{name[1]}>[^/]+)' if name[1] else '[^/]+')
    return re.compile('/'.join(parts))


def find_samples(folder: Path) -> dict[str, int]:
    """Samples by their path below a folder: 0 for a video, the number of frames for a folder of them.

    Raises:
        InputError: If there is none.
    """
    samples = Counter()
    for path in track(sorted(folder.rglob('*')), description='looking for samples'):
        if path.suffix.lower() in COMMON_VIDEO_SUFFIXES:
            samples[path.relative_to(folder).as_posix()] = 0
        elif path.suffix.lower() in FRAME_SUFFIXES:
            samples[path.parent.relative_to(folder).as_posix()] += 1
    if not samples:
        videos, frames = (', '.join(suffixes) for suffixes in (COMMON_VIDEO_SUFFIXES, FRAME_SUFFIXES))
        raise InputError(f'{folder} has neither videos ({videos}) nor frames ({frames})')
    return samples


def check_lists(args: Namespace, splits: Iterable[str]) -> None:
    """Check that all lists can be written.

    Raises:
        InputError: If one cannot, or exists and must not be replaced, or the name of a split is not that of a file.
    """
    check_output_folder(args.out, 'OUT', [args.participants])
    for split in splits:
        if split != Path(split).name:
            raise InputError(f'{args.participants}: the split {split!r} cannot be part of a file name')
    names = ['labels', *(f'{split}_{part}' for split in splits for part in PARTS)]
    for name in names:
        check_output(args.out / f'{name}.txt', 'the list', args.overwrite, [args.participants])


def main(args: Namespace) -> None:
    splits, pattern = read_participants(args.participants), compile_pattern(args.pattern)
    check_lists(args, splits)
    if not args.folder.is_dir():
        raise InputError(f'folder {args.folder} does not exist')
    found = {}
    samples = find_samples(args.folder)
    for path in samples:
        found[path] = pattern.fullmatch(path)
        if found[path] is None:
            raise InputError(f'{args.folder / path} does not match --pattern {args.pattern}')
    labels = sorted({match['label'] for match in found.values()})
    known = set().union(*splits.values())
    strangers = sorted({match['participant'] for match in found.values()} - known)
    if strangers:
        raise InputError(f'{args.participants} has no rows for {", ".join(strangers[:4])}')

    write_output(args.out / 'labels.txt', ''.join(f'{label}\n' for label in labels))
    console = Console(soft_wrap=True)
    for name, parts in splits.items():
        for part in PARTS:
            lines = []
            for path, match in found.items():
                if parts[match['participant']] == part:
                    frames = f' {samples[path]}' if samples[path] else ''
                    lines.append(f'{path}{frames} {labels.index(match["label"])}\n')
            write_output(args.out / f'{name}_{part}.txt', ''.join(lines))
            people = sum(value == part for value in parts.values())
            console.print(f'{args.out / f"{name}_{part}.txt"}: {len(lines)} samples of {people} participants')
    console.print(f'{args.out / "labels.txt"}: {len(labels)} classes')


if __name__ == '__main__':
    run(main, build_parser())
