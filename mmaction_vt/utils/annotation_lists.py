"""Lists of labelled videos as text files.

The first line decides how a file is read:

- ``path,start,end,label``, in any order: segments of videos;
- ``original_vido_id video_id frame_id path labels``: frames, as in PySlowFast;
- ``path,label``, or a line like those after it: videos.
"""

import csv
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..errors import InputError
from .files import VIDEO_SUFFIXES
from .one_line import one_line
from .text_files import decode_text, iterate_lines, parse_digits, parse_seconds

SEGMENT_COLUMNS = ('path', 'start', 'end', 'label')
FRAME_LIST_HEADS = ('original_vido_id', 'original_video_id')  # the first as PySlowFast spells it
DELIMITERS = (' ', ',')
EXPECTED = 'a path and a label per line'

Line = tuple[int, str]  # its number, from 1, and its text


class Row(NamedTuple):
    """A video, or a segment of one.

    Attributes:
        number: The number of the line.
        path: The path as in the list.
        label: The label as in the list.
        times: Start and end in seconds, for segments.
    """

    number: int
    path: str
    label: str
    times: tuple[float, float] | None = None


def read_lines(path: str) -> Iterator[Line]:
    """Yield the lines that are not blank, stripped, with their numbers; a byte order mark is skipped.

    Raises:
        InputError: If there is no such file, or it is not text.
    """
    if not os.path.lexists(path) and not _is_remote(path):
        raise InputError(
            f'the annotation file {path} does not exist; ann_file of the config sets its path (below data_root, '
            'if that is set)'
        )
    for number, line in enumerate(_lines(path), start=1):
        line = line.strip()
        if line:
            yield number, line


def _is_remote(path: str) -> bool:
    """Whether one of mmengine's file back ends has the file."""
    from mmengine.fileio import isfile

    return isfile(path)


def _lines(path: str) -> Iterable[str]:
    if os.path.lexists(path):
        return iterate_lines(path, EXPECTED, 'the annotation file')
    from mmengine.fileio import get

    return decode_text(get(path), path, EXPECTED).split('\n')  # mmengine's other file back ends


def is_frame_list(first: str) -> bool:
    """Whether a file that begins with this line lists frames."""
    return first.split(None, 1)[0] in FRAME_LIST_HEADS


def is_segment_list(first: str) -> bool:
    """Whether a file that begins with this line lists segments."""
    return set(SEGMENT_COLUMNS) <= set(_columns(first))


def read_segments(lines: Iterable[Line], where: str) -> Iterator[Row]:
    """The segments of a CSV file.

    Args:
        lines: The lines; the first has the column names.
        where: Name of the file.

    Raises:
        InputError: If there is no segment, or start and end are not valid times.
    """
    rows = iter(lines)
    columns = _columns(next(rows)[1])
    empty = True
    for number, text in rows:
        values = _columns(text)
        if len(values) > len(columns):
            raise InputError(f'{where}, line {number}: more values than columns: quote values that have commas')
        row = dict(zip(columns, values, strict=False))
        start, end = (parse_seconds(row.get(name)) for name in ('start', 'end'))
        if start is None or end is None or start >= end:
            raise InputError(f'{where}, line {number}: start and end must be seconds with 0 <= start < end, not {row}')
        if not row.get('path'):
            raise InputError(f'{where}, line {number}: path is missing')
        yield Row(number, row['path'], row.get('label', ''), (start, end))
        empty = False
    if empty:
        raise InputError(f'the annotation file {where} is empty: it has no row after its header')


def find_delimiter(first: str, where: str) -> str | None:
    """The delimiter between path and label, a space or a comma; None if the first line has neither before a number.

    Spaces and commas within a path are ignored.

    Raises:
        InputError: If the line has the columns of another kind of file.
    """
    if is_header(first):
        return next(delimiter for delimiter in reversed(DELIMITERS) if delimiter in first)
    for delimiter in DELIMITERS:
        path, _, label = first.rpartition(delimiter)
        if (
            parse_digits(label.strip()) is not None
            and path.strip()
            and not (delimiter == ' ' and path.rstrip().endswith(','))
        ):
            return delimiter
    if where.endswith('.csv') and ',' in first:
        raise InputError(
            f'{where} has the columns {_columns(first)}; expected {", ".join(SEGMENT_COLUMNS)}, or a path and a label '
            'per line'
        )
    return None


def is_header(first: str) -> bool:
    """Whether a line is the header ``path,label`` or ``path label``; ``labels`` for several."""
    return first.replace(',', ' ').split() in (['path', 'label'], ['path', 'labels'])


def _columns(line: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], skipinitialspace=True))]
    except csv.Error as error:  # a field of more than 128 KiB
        raise InputError(f'a line of an annotation file is not CSV ({error}): {one_line(line, 100)}') from error


def split_line(number: int, line: str, delimiter: str, where: str) -> Row:
    """Split a line at its last delimiter into a path, which may contain delimiters, and a label.

    Raises:
        InputError: If there is no label.
    """
    path, _, label = (part.strip() for part in line.rpartition(delimiter))
    if not path:
        raise InputError(f'{where}, line {number}: no label in {line!r}; expected a path, {delimiter!r} and a label')
    return Row(number, path, label)


def split_labels(line: str, delimiter: str) -> tuple[str, list[str]]:
    """Split a line into a path and the labels after it, if any.

    The path ends with the last part that has the suffix of a video; without one, before the integers at the end.
    """
    parts = [part.strip() for part in line.split(delimiter)]
    ends = [index for index, part in enumerate(parts, start=1) if part.lower().endswith(VIDEO_SUFFIXES)]
    end = ends[-1] if ends else len(parts)
    while not ends and end > 1 and parse_digits(parts[end - 1]) is not None:
        end -= 1
    return delimiter.join(line.split(delimiter)[:end]).strip(), [label for label in parts[end:] if label]
