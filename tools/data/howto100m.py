"""Write a list of HowTo100M videos: ``python tools/data/howto100m.py SPLIT FOLDER OUT``.

SPLIT is one of the files that TimeSformer's authors published, with a video (its id or a path) and a label a line,
separated by a comma or a space. A file with a header may have the columns ``video_id`` or ``path``, ``label`` and, for
segments, ``start`` and ``end`` in seconds; without a header, the order is video, start, end, label.

A line of OUT is a path below FOLDER and a label. For segments, OUT is a CSV with the columns ``path``,
``start``, ``end`` and ``label``. Missing videos are listed under the same name with ``.missing.txt``.
"""

import csv
import io
import re
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

import mmaction_vt.utils.program_start  # noqa: F401

from common import VideoIndex, check_list, parse_label, read_lines, read_table, write_found

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError

WHAT = 'a file with a video and a label a line, or a CSV with the columns video_id, label and, if need be, start, end'
VIDEO_COLUMNS = ('video_id', 'path')
SECONDS = r'\d+(?:\.\d*)?'
SEPARATOR = r'(?:\s*,\s*|\s+)'
TIMES = rf'{SEPARATOR}(?P<start>{SECONDS}){SEPARATOR}(?P<end>{SECONDS})'
LINE = re.compile(rf'(?P<video>.*?[^\s,])(?:{TIMES})?{SEPARATOR}(?P<label>[^\s,]+)')


class Sample(NamedTuple):
    """A video or a segment of one; ``where`` is its line in the file."""

    video: str
    label: int
    times: tuple[str, str] | None
    where: str


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write a list of HowTo100M videos.')
    parser.add_argument('split', type=Path, help='file with videos and labels')
    parser.add_argument('folder', type=Path, help='root folder of the videos')
    parser.add_argument('out', type=Path, help='list to write')
    add_overwrite_option(parser, 'existing lists')
    return parser


def read_samples(path: Path) -> list[Sample]:
    """The videos or segments of a file.

    Raises:
        InputError: If a line is neither, or only some lines have times.
    """
    first = re.split(r'[\s,]+', read_lines(path, WHAT)[0][1].lower())
    samples = read_columns(path) if 'label' in first else read_plain(path)
    for sample in samples:
        if (sample.times is None) != (samples[0].times is None):
            raise InputError(f'{sample.where}: start and end are given for some videos only')
    return samples


def read_columns(path: Path) -> list[Sample]:
    """The samples of a CSV with a header.

    Raises:
        InputError: If a column or an entry is missing, or an entry is not allowed.
    """
    header = read_lines(path, WHAT)[0][1].split(',')
    names = [name.strip() for name in header]
    video = next((name for name in VIDEO_COLUMNS if name in names), VIDEO_COLUMNS[0])
    times = ('start', 'end') if {'start', 'end'} & set(names) else ()
    samples = []
    for number, row in read_table(path, (video, *times, 'label'), WHAT):
        samples.append(build_sample(row[video], row['label'], [row[name] for name in times], f'{path}, line {number}'))
    return samples


def read_plain(path: Path) -> list[Sample]:
    """The samples of a file without a header.

    Raises:
        InputError: If a line has no label, or one that is not allowed.
    """
    samples = []
    for number, line in read_lines(path, WHAT):
        where, match = f'{path}, line {number}', LINE.fullmatch(line)
        if match is None:
            raise InputError(f'{where}: {line!r} has no label; the file is {WHAT}')
        times = [match['start'], match['end']] if match['start'] is not None else []
        samples.append(build_sample(match['video'], match['label'], times, where))
    return samples


def build_sample(video: str, label: str, times: list[str], where: str) -> Sample:
    """A sample.

    Raises:
        InputError: If the label or a time is not allowed.
    """
    for time in times:
        if re.fullmatch(SECONDS, time) is None:
            raise InputError(f'{where}: the time {time!r} is not a number of seconds')
    if times and float(times[1]) <= float(times[0]):
        raise InputError(f'{where}: the segment ends at {times[1]}, before its start at {times[0]}')
    return Sample(video, parse_label(label, where), tuple(times) or None, where)


def format_line(path: str, sample: Sample) -> str:
    if sample.times is None:
        return f'{path} {sample.label}'
    row = io.StringIO()
    csv.writer(row, lineterminator='').writerow([path, *sample.times, sample.label])
    return row.getvalue()


def main(args: Namespace) -> None:
    check_list(args.out, args.overwrite, [args.split])
    samples = read_samples(args.split)
    index = VideoIndex(args.folder)
    lines, missing = [], []
    for sample in samples:
        path = index.find(sample.video)
        if path is None:
            missing.append(sample.video)
        else:
            lines.append(format_line(path, sample))
    header = None if samples[0].times is None else 'path,start,end,label'
    write_found(args.out, lines, missing, args.folder, header)


if __name__ == '__main__':
    run(main, build_parser())
