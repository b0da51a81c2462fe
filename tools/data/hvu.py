"""Write a list of Holistic Video Understanding: ``python tools/data/hvu.py CSV TAGS FOLDER OUT --category action``.

CSV is the official ``HVU_Train_V1.0.csv`` or ``HVU_Val_V1.0.csv``, with the columns ``Tags`` (with ``|`` between them),
``youtube_id``, ``time_start`` and ``time_end``. TAGS is the official ``HVU_Tags_Categories_V1.0.csv``, with the columns
``Tag`` and ``Category``.

A line of OUT is a path below FOLDER and its labels: the places of its tags among all of the category, in alphabetical
order, as in mmaction2. Videos without a tag of the category are left out. Without ``--category`` the categories follow
each other in alphabetical order. Missing videos are listed in a file of the same name with the suffix ``.missing.txt``.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import VideoIndex, check_list, read_table, write_found, write_lines

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError, check_one_of
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.utils.text_files import parse_seconds

COLUMNS = ('Tags', 'youtube_id', 'time_start', 'time_end')


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write a list of Holistic Video Understanding.')
    parser.add_argument('csv', type=Path, help='HVU_Train_V1.0.csv or HVU_Val_V1.0.csv')
    parser.add_argument('tags', type=Path, help='HVU_Tags_Categories_V1.0.csv')
    parser.add_argument('folder', type=Path, help='folder of the videos')
    parser.add_argument('out', type=Path, help='list to write')
    parser.add_argument('--category', help='action, attribute, concept, event, object or scene (default: all tags)')
    parser.add_argument('--names', type=Path, metavar='F', help='file of class names to write, for --label-file')
    add_overwrite_option(parser, 'existing files')
    return parser


def read_tags(path: Path) -> dict[str, list[str]]:
    """The tags of each category, both in alphabetical order.

    Raises:
        InputError: If the table cannot be read, or has a tag twice.
    """
    categories, seen = {}, set()
    for number, row in read_table(path, ('Tag', 'Category'), 'the official HVU_Tags_Categories_V1.0.csv'):
        if row['Tag'] in seen:
            raise InputError(f'{path}, line {number}: the tag {row["Tag"]!r} is listed twice')
        seen.add(row['Tag'])
        categories.setdefault(row['Category'], []).append(row['Tag'])
    return {name: sorted(categories[name]) for name in sorted(categories)}


def names_of(youtube_id: str, start: float, end: float) -> tuple[str, str]:
    """File names that a clip may have: with tenths of seconds as in mmaction2, or with seconds as in Kinetics."""
    tenths, seconds = ((int(scale * start), int(scale * end)) for scale in (10, 1))
    return tuple(f'{youtube_id}_{first:06d}_{last:06d}.mp4' for first, last in (tenths, seconds))


def read_samples(path: Path, tags: dict[str, int], known: set[str]) -> list[tuple[tuple[str, str], list[int]]]:
    """The possible file names of each clip, and its labels.

    Args:
        path: The table.
        tags: The label of each tag that counts.
        known: All tags.

    Raises:
        InputError: If the table cannot be read, or a row has an unknown tag or no times.
    """
    samples = []
    for number, row in read_table(path, COLUMNS, 'the official table of a split'):
        where = f'{path}, line {number}'
        start, end = (parse_seconds(row[name]) for name in COLUMNS[2:])
        if start is None or end is None or start >= end:
            raise InputError(f'{where}: time_start and time_end must be seconds with 0 <= start < end, not {row}')
        own = {tag.strip() for tag in row['Tags'].split('|')}
        unknown = own - known
        if unknown:
            raise InputError(f'{where}: unknown tag {min(unknown)!r}, not in the table of tags')
        samples.append((names_of(row['youtube_id'], start, end), sorted(tags[tag] for tag in own if tag in tags)))
    return samples


def main(args: Namespace) -> None:
    inputs = [args.csv, args.tags]
    check_list(args.out, args.overwrite, inputs)
    if args.names is not None:
        check_output(args.names, '--names', args.overwrite, [*inputs, args.out])
    categories = read_tags(args.tags)
    if args.category is not None:
        check_one_of('--category', args.category, categories)
    chosen = [tag for name in categories if args.category in (None, name) for tag in categories[name]]
    known = {tag for tags in categories.values() for tag in tags}
    samples = read_samples(args.csv, {tag: label for label, tag in enumerate(chosen)}, known)
    index = VideoIndex(args.folder)
    lines, missing, without = [], [], 0
    for names, labels in samples:
        path = next(filter(None, map(index.find, names)), None)
        if not labels:
            without += 1
        elif path is None:
            missing.append(names[0])
        else:
            lines.append(' '.join([path, *map(str, labels)]))
    write_found(args.out, lines, missing, args.folder)
    print(f'{len(chosen)} classes: num_classes of the data sets and of model.cls_head')
    if without:
        print(f'{without} videos without a tag of the category are left out')
    if args.names is not None:
        write_lines(args.names, chosen)


if __name__ == '__main__':
    run(main, build_parser())
