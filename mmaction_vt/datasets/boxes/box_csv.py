"""CSV files of boxes: AVA's, whose columns have no names, and a person's own, with a header."""

from collections.abc import Iterator

from ...errors import InputError
from .rows import BoxRow, parse_box, parse_number, read_numbered

NEEDED = ('video', 'time', 'x1', 'y1', 'x2', 'y2')
OPTIONAL = ('label', 'person', 'score')
EXPECTED = f'a header with {",".join(NEEDED)} and optionally {",".join(OPTIONAL)}'
AVA = "AVA's columns: video,time,x1,y1,x2,y2,action,person"
MOST_COLUMNS = 8


def read_box_csv(path: str) -> Iterator[BoxRow]:
    """Read a CSV file of boxes.

    With the header ``video,time,x1,y1,x2,y2`` and, in any order, ``label``, ``person`` and ``score``, a row is a box. A
    box with several labels has several rows. Without a header the columns are those of AVA's detections:
    ``video,time,x1,y1,x2,y2,action,score``.

    Corners are shares of the frame's width and height, times are seconds.

    Args:
        path: The file.

    Raises:
        InputError: If it cannot be read, is empty, lacks a column, or has a row that is not a box within the frame.
    """
    rows = read_numbered(path, EXPECTED)
    first = next(rows, None)
    if first is None:
        raise InputError(f'the file of boxes {path} is empty; expected {EXPECTED}')
    header = [cell.lower() for cell in first[1]]
    if 'video' not in header:
        yield from read_ava_rows(path, score=True)
        return
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise InputError(f'{path}, line {first[0]}: the header lacks {", ".join(missing)}; expected {EXPECTED}')
    for number, cells in rows:
        where = f'{path}, line {number}'
        if len(cells) != len(header):
            raise InputError(f'{where}: {len(cells)} columns, and the header has {len(header)}')
        row = dict(zip(header, cells, strict=True))
        yield BoxRow(
            row['video'],
            parse_number(row['time'], 'time', where),
            parse_box([row[name] for name in NEEDED[2:]], where) if any(row[name] for name in NEEDED[2:]) else None,
            row.get('label', ''),
            row.get('person', ''),
            parse_number(row['score'], 'score', where) if row.get('score') else 1.0,
            where,
        )


def read_ava_rows(path: str, score: bool = False) -> Iterator[BoxRow]:
    """Read a CSV file with AVA's columns, ``video,time,x1,y1,x2,y2,action,person``, of which the last may be absent.

    A frame without boxes, as of AVA-Kinetics, has a row with empty columns, or with none after the time.

    Args:
        path: The file.
        score: Whether the last column is a detector's score.

    Raises:
        InputError: If it cannot be read, or has a row that is not a box within the frame.
    """
    for number, cells in read_numbered(path, AVA):
        where = f'{path}, line {number}'
        if not 2 <= len(cells) <= MOST_COLUMNS:
            raise InputError(f'{where}: {len(cells)} columns; expected {AVA}')
        video, time, *corners = cells[:6]
        label, last = (*cells[6:], '', '')[:2]
        yield BoxRow(
            video,
            parse_number(time, 'time', where),
            _box(corners, where),
            label,
            '' if score else last,
            parse_number(last, 'score', where) if score and last else 1.0,
            where,
        )


def _box(corners: list[str], where: str) -> tuple[float, float, float, float] | None:
    if not any(corners):
        return None
    if len(corners) != 4:
        raise InputError(f'{where}: a box with {len(corners)} corners; expected {AVA}')
    return parse_box(corners, where)
