"""Segments and the scores of windows as JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from .segment import Segment


def json_lines(about: dict[str, Any], segments: Iterable[Segment], windows: Iterable[dict]) -> Iterator[str]:
    """A JSON object with a segment or a window per line, in parts.

    Args:
        about: Its first keys and values.
        segments: The segments, under ``segments``.
        windows: What is known of each window, under ``windows``.
    """
    yield '{\n'
    for key, value in about.items():
        yield f'{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n'
    yield '"segments": ['
    yield from _rows(segment.to_dict() for segment in segments)
    yield '\n],\n"windows": ['
    yield from _rows(windows)
    yield '\n]\n}\n'


def _rows(rows: Iterable[dict]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield (',\n' if number else '\n') + json.dumps(row, ensure_ascii=False)
