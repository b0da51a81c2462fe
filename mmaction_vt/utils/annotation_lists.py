"""Lists of labelled videos as text: which kind a file is, and what its lines hold.

The first line says which kind it is:

- ``path,start,end,label``, in any order: segments of videos;
- ``original_vido_id video_id frame_id path labels``: frames, as PySlowFast lists them;
- ``path,label``, or a line like those behind it: whole videos.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from ..errors import InputError

SEGMENT_COLUMNS = ('path', 'start', 'end', 'label')
FRAME_LIST_HEADS = ('original_vido_id', 'original_video_id')  # the first is how PySlowFast spells it
DELIMITERS = (' ', ',')

Line = tuple[int, str]  # its number, from 1, and its text


class Row(NamedTuple):
    """A video or a segment of it.

    Attributes:
        number: Of the line.
        path: As the list has it.
        label: Its text.
        times: Start and end in seconds, for segments.
    """

    number: int
    path: str
    label: str
    times: tuple[float, float] | None = None


def read_lines(path: str) -> Iterator[Line]:
    """The lines that are not blank, stripped, with their numbers, one after the other.

    A byte order mark is passed over.

    Raises:
        InputError: If there is no such file, or it is no text.
    """
    if not Path(path).is_file() and not _is_remote(path):
        raise InputError(
            f'the annotation file {path} does not exist; ann_file of the config (after data_root, '
            'if that is set) says where it is looked for'
        )
    try:
        with _open(path) as file:
            for number, line in enumerate(file, start=1):
                line = line.strip()
                if line:
                    yield number, line
    except UnicodeDecodeError as error:
        raise InputError(f'{path} is no text file; each line of ann_file is a path and a label') from error


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
        lines: The first has the columns.
        where: Name of the file.

    Raises:
        InputError: If there is no segment, or start or end is no time.
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
            raise InputError(
                f'{where}, line {number}: start and end are seconds, the first less than the second: {row}'
            )
        yield Row(number, row['path'].strip(), (row['label'] or '').strip(), (start, end))
        empty = False
    if empty:
        raise InputError(f'the annotation file {where} is empty: there is no row below its columns')


def find_delimiter(first: str, where: str) -> str | None:
    """What stands between path and label: a space or a comma; None if the first line has neither before a number.

    A comma in a path does not count, nor does a space.

    Raises:
        InputError: If the line has columns that are none of a list.
    """
    if is_header(first):
        return next(delimiter for delimiter in reversed(DELIMITERS) if delimiter in first)
    for delimiter in DELIMITERS:
        path, _, label = first.rpartition(delimiter)
        if label.strip().isdecimal() and path.strip() and not (delimiter == ' ' and path.rstrip().endswith(',')):
            return delimiter
    if where.endswith('.csv') and ',' in first:
        raise InputError(
            f'{where} has the columns {_columns(first)}: a CSV list has {", ".join(SEGMENT_COLUMNS)}, or a path and a '
            'label a line'
        )
    return None


def is_header(first: str) -> bool:
    """Whether a line is the header ``path,label`` or ``path label``."""
    return first.replace(',', ' ').split() == ['path', 'label']


def _columns(line: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([line], skipinitialspace=True))]


def split_line(number: int, line: str, delimiter: str, where: str) -> Row:
    """A path and a label. The last delimiter counts, so paths may hold it.

    Raises:
        InputError: If there is no label.
    """
    path, _, label = (part.strip() for part in line.rpartition(delimiter))
    if not path:
        raise InputError(f'{where}, line {number}: no label in {line!r}; a line is a path, {delimiter!r} and a label')
    return Row(number, path, label)


def split_labels(line: str, delimiter: str) -> tuple[str, list[int]]:
    """A path and the whole numbers behind it, of which there may be none."""
    *parts, last = line.split(delimiter)
    labels = []
    while parts and last.strip().isdecimal():
        labels.insert(0, int(last))
        last = parts.pop()
    return delimiter.join([*parts, last]).strip(), labels
