"""Segments as an edit decision list in the format CMX 3600, which video editors import."""

from collections.abc import Iterable
from pathlib import Path

from .segment import Segment

REEL = 'AX'  # a source without a reel name


def edl_of(segments: Iterable[Segment], video: str, fps: float) -> str:
    """An edit decision list with an event for each segment.

    Each event cuts from the video at the segment and lies at the same time in the programme, so that the list can be
    put on a track above the video. Time codes count frames, without dropping any, at the frame rate rounded to an
    integer. The clip's name and the label follow an event as comments.

    Args:
        segments: The segments; those without a whole frame are left out.
        video: The video's name.
        fps: Its frame rate.
    """
    name = _line(Path(video).name)
    lines = [f'TITLE: {Path(name).stem}', 'FCM: NON-DROP FRAME', '']
    number = 0
    for segment in segments:
        first, stop = round(segment.start * fps), round(segment.end * fps)
        if stop <= first:
            continue
        number += 1
        start, end = (timecode(frame, fps) for frame in (first, stop))
        lines += [
            f'{number:03}  {REEL:<8} V     C        {start} {end} {start} {end}',
            f'* FROM CLIP NAME: {name}',
            f'* COMMENT: {_line(segment.label)} {100 * segment.score:.0f} %',
        ]
    return '\n'.join(lines) + '\n'


def timecode(frame: int, fps: float) -> str:
    """The time code of a frame, hours to frames, without dropped frames.

    Example:
        >>> timecode(90061, 25)
        '01:00:02:11'
    """
    seconds, frames = divmod(frame, max(round(fps), 1))
    return f'{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}'


def _line(text: str) -> str:
    return ' '.join(text.split())
