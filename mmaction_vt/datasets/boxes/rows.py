"""Rows of boxes: one format for what files of annotations, detections and predictions hold."""

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ...errors import InputError
from ...utils.text_files import iterate_lines, parse_digits

BEYOND = 0.01  # of the frame: boxes of AVA end a little outside of it
Corners = tuple[float, float, float, float]


class BoxRow(NamedTuple):
    """A box in a frame.

    Attributes:
        video: Name of the video.
        time: When: seconds, or what the file counts in.
        box: Left, top, right and bottom as shares of the frame's width and height; None for a frame without a box.
        label: The label as it is written; empty if there is none.
        person: The person or object; empty if there is none.
        score: The detector's score.
        where: File and line, for messages.
    """

    video: str
    time: float
    box: Corners | None
    label: str
    person: str
    score: float
    where: str


def read_numbered(path: str, expected: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file with their line numbers; blank lines are skipped.

    Raises:
        InputError: If it does not exist, is not text, or is no CSV.
    """
    for number, line in enumerate(iterate_lines(path, expected, 'the file of boxes'), start=1):
        if line.strip():
            try:
                yield number, [cell.strip() for cell in next(csv.reader([line]))]
            except csv.Error as error:
                raise InputError(f'{path}, line {number}: {error}; expected {expected}') from error


def parse_number(text: str, name: str, where: str) -> float:
    """A finite number.

    Raises:
        InputError: If it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f'{where}: {name} must be a number, not {text!r}')
    return value


def parse_box(cells: Sequence[str], where: str) -> Corners:
    """A box, clipped to the frame.

    Raises:
        InputError: If it is not within the frame, or has no area.
    """
    return check_box([parse_number(cell, 'a corner of a box', where) for cell in cells], where)


def check_box(corners: Sequence[float], where: str) -> Corners:
    """Check that a box is within the frame and has an area; it is clipped to the frame.

    Args:
        corners: Left, top, right and bottom as shares of the frame's width and height.
        where: File and line, for messages.

    Raises:
        InputError: If it is not.
    """
    x1, y1, x2, y2 = corners
    if min(corners) < -BEYOND or max(corners) > 1 + BEYOND:
        raise InputError(
            f'{where}: the box {x1:g},{y1:g},{x2:g},{y2:g} is outside the frame; corners are x1,y1,x2,y2 as shares of '
            "the frame's width and height, from 0 to 1"
        )
    if x1 >= x2 or y1 >= y2:
        raise InputError(f'{where}: the box {x1:g},{y1:g},{x2:g},{y2:g} has no area; x1 < x2 and y1 < y2')
    left, top, right, bottom = (min(max(corner, 0.0), 1.0) for corner in corners)
    return left, top, right, bottom


def label_parser(names: Sequence[str] | None, num_classes: int | None, first: int) -> Callable[[str, str], int]:
    """A function that turns a label and its place in the file into the index of a class, from 0.

    Args:
        names: Names of the classes; labels may be names or numbers.
        num_classes: Number of classes.
        first: Number of the first class in the file.
    """
    indices = {name: index for index, name in enumerate(names or ())}
    count = len(names) if num_classes is None and names else num_classes

    def parse(text: str, where: str) -> int:
        if text in indices:
            return indices[text]
        number = parse_digits(text)
        if number is None or number < first or (count is not None and number >= first + count):
            last = '' if count is None else f' to {first + count - 1}'
            known = f', or one of the {len(indices)} names of the label file' if indices else ''
            raise InputError(f'{where}: unknown label {text!r}; labels are numbers from {first}{last}{known}')
        return number - first

    return parse
