"""Segments as tables and subtitles: CSV and WebVTT."""

import csv
import io
from collections.abc import Iterable

from .segment import Segment

COLUMNS = ('start', 'end', 'label', 'class_index', 'score', 'task')


def csv_of(segments: Iterable[Segment]) -> str:
    """A table with a row for each segment; times are in seconds."""
    text = io.StringIO(newline='')
    writer = csv.DictWriter(text, COLUMNS, lineterminator='\n')
    writer.writeheader()
    writer.writerows(segment.to_dict() for segment in segments)
    return text.getvalue()


def webvtt_of(segments: Iterable[Segment]) -> str:
    """Subtitles in WebVTT, which video players and HTML's ``track`` read: https://www.w3.org/TR/webvtt1/.

    A cue shows the label and the mean score.
    """
    cues = [
        f'{number}\n{webvtt_time(segment.start)} --> {webvtt_time(segment.end)}\n'
        f'{_escaped(segment.label)} ({100 * segment.score:.0f} %)\n'
        for number, segment in enumerate(segments, start=1)
    ]
    return '\n'.join(['WEBVTT\n', *cues])


def webvtt_time(seconds: float) -> str:
    """A time as WebVTT writes it.

    Example:
        >>> webvtt_time(3661.5)
        '01:01:01.500'
    """
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f'{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}'


def _escaped(text: str) -> str:
    line = ' '.join(text.split())
    return line.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
