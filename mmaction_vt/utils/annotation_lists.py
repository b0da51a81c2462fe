"""Lists of labelled videos as text files.

The first line decides how a file is read:

- ``path,start,end,label``, in any order: segments of videos;
- ``original_vido_id video_id frame_id path labels``: frames, as in PySlowFast;
- ``path,label``, or a line like those after it: videos.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from ..errors import InputError

SEGMENT_COLUMNS = ('path', 'start', 'end', 'label')
FRAME_LIST_HEADS = ('original_vido_id', 'original_video_id')  # the first as PySlowFast spells it
DELIMITERS = (' ', ',')

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
    if not Path(path).is_file() and not _is_remote(path):
        raise InputError(
            f'the annotation file {path} does not exist; ann_file of the config sets its path (below data_root, '
            'if that is set)'
        )
    try:
        with _open(path) as file:
            for number, line in enumerate(file, start=1):
                line = line.strip()
                if line:
                    yield number, line
    except UnicodeDecodeError as error:
        raise InputError(f'{path} is not a text file; a line of ann_file is a path and a label') from error


def _is_remote(path: str) -> bool:
    """Whether one of mmengine's file back ends has the file."""
    from mmengine.fileio import isfile

    return isfile(path)


def _open(path: str) -> TextIO:
    if Path(path).is_file():
        return Path(path).open(encoding='utf-8-sig')
    from mmengine.fileio import get_text

    return io.StringIO(get_text(path, encoding='utf-8-sig'))  # mmengine's other file back ends


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
    numbers, texts = zip(*lines, strict=True)
    rows = csv.DictReader(texts, _columns(texts[0]), skipinitialspace=True)
    next(rows)
    empty = True
    for number, row in zip(numbers[1:], rows, strict=True):
        try:
            start, end = float(row['start']), float(row['end'])
        except (TypeError, ValueError):
            start, end = 0.0, 0.0
        if not 0 <= start < end:
            raise InputError(f'{where}, line {number}: start and end must be seconds with 0 <= start < end, not {row}')
        yield Row(number, row['path'].strip(), (row['label'] or '').strip(), (start, end))
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
        if label.strip().isdecimal() and path.strip() and not (delimiter == ' ' and path.rstrip().endswith(',')):
            return delimiter
    if where.endswith('.csv') and ',' in first:
        raise InputError(
            f'{where} has the columns {_columns(first)}; expected {", ".join(SEGMENT_COLUMNS)}, or a path and a label '
            'per line'
        )
    return None


def is_header(first: str) -> bool:
    """Whether a line is the header ``path,label`` or ``path label``."""
    return first.replace(',', ' ').split() == ['path', 'label']


def _columns(line: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([line], skipinitialspace=True))]


def split_line(number: int, line: str, delimiter: str, where: str) -> Row:
    """Split a line at its last delimiter into a path, which may contain delimiters, and a label.

    Raises:
        InputError: If there is no label.
    """
    path, _, label = (part.strip() for part in line.rpartition(delimiter))
    if not path:
        raise InputError(f'{where}, line {number}: no label in {line!r}; expected a path, {delimiter!r} and a label')
    return Row(number, path, label)


def split_labels(line: str, delimiter: str) -> tuple[str, list[int]]:
    """Split a line into a path and the integers after it, if any."""
    *parts, last = line.split(delimiter)
    labels: list[int] = []
    while parts and last.strip().isdecimal():
        labels.insert(0, int(last))
        last = parts.pop()
    return delimiter.join([*parts, last]).strip(), labels
