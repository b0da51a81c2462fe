"""The segments and scores of a long video as a picture over time."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ...segments import Segment
from .results import INK, SOFT, clean, new_figure, shortened

PALETTE = ('#2a78c2', '#c8543c', '#3a9a6e', '#8a5bb5', '#b8902f', '#3aa5b8', '#b84a86', '#6b7f2a', '#5566cc', '#a0613a')
ROWS = 12  # classes in a picture
POINTS = 1500  # of a curve

Key = tuple[str, int]  # a classifier and a class


def classes_of(segments: Sequence[Segment]) -> list[Key]:
    """The classes that segments have, those with the longest duration first."""
    durations: dict[Key, float] = {}
    for segment in segments:
        key = (segment.task, segment.class_index)
        durations[key] = durations.get(key, 0) + segment.duration
    return sorted(durations, key=lambda key: (-durations[key], key))


def colours_of(segments: Sequence[Segment]) -> dict[Key, str]:
    """A colour for each class that segments have."""
    return {key: PALETTE[number % len(PALETTE)] for number, key in enumerate(sorted(classes_of(segments)))}


def draw_timeline(
    segments: Sequence[Segment],
    times: np.ndarray,
    curves: Mapping[Key, np.ndarray],
    names: Mapping[Key, str],
    title: str = '',
) -> Figure:
    """Draw a row for each class: its scores over time as an area, and its segments as bars below.

    Args:
        segments: The segments.
        times: When the scores are, in seconds, ascending.
        curves: Scores (times,) of the classes that get a row, from 0 to 1.
        names: Names of these classes.
        title: Title of the picture.
    """
    colours = colours_of(segments)
    figure = new_figure(11, 1.2 + 0.5 * max(len(curves), 1))
    axes = figure.add_subplot()
    for row, (key, curve) in enumerate(curves.items()):
        draw_row(axes, row, *thinned(times, curve), colours.get(key, SOFT))
        own = [segment for segment in segments if (segment.task, segment.class_index) == key]
        bars = [(segment.start, segment.duration) for segment in own]
        axes.broken_barh(bars, (row - 0.04, 0.13), color=colours.get(key, SOFT), linewidth=0)
    axes.set_yticks(range(len(curves)), [shortened(names[key]) for key in curves])
    axes.set_ylim(max(len(curves), 1) - 0.65, -0.95)
    axes.set_xlim(0, max(float(times[-1]), 1e-3))
    axes.xaxis.set_major_locator(MaxNLocator(12, steps=[1, 1.5, 2, 3, 6, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: clock(seconds)))
    hidden = len({*classes_of(segments)} - {*curves})
    count = f'{len(segments)} segments' + (f', {hidden} more classes' if hidden else '')
    axes.set_title(f'{title}: {count}' if title else count, loc='left', color=INK, fontsize=10)
    clean(axes)
    axes.spines['left'].set_visible(False)
    return figure


def draw_row(axes: Axes, row: int, times: np.ndarray, curve: np.ndarray, colour: str) -> None:
    """The scores of a class, of which 1 is as high as a row."""
    axes.axhline(row, color='#e6e9ee', linewidth=0.8, zorder=0)
    axes.fill_between(times, row, row - 0.85 * curve, color=colour, alpha=0.28, linewidth=0)


def thinned(times: np.ndarray, curve: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over neighbouring points, at most ``POINTS``; a gap in the times stays empty."""
    step = -(-len(times) // POINTS)
    firsts = np.arange(0, len(times), step)
    sizes = np.diff(np.append(firsts, len(times)))
    times, curve = np.add.reduceat(times, firsts) / sizes, np.add.reduceat(curve, firsts) / sizes
    gaps = np.diff(times)
    jumps = np.flatnonzero(gaps > 5 * np.median(gaps) + 1) + 1 if len(gaps) else np.empty(0, int)
    return np.insert(times, jumps, np.nan), np.insert(curve, jumps, np.nan)


def clock(seconds: float) -> str:
    """A time as minutes and seconds, or hours, minutes and seconds.

    Example:
        >>> clock(75), clock(3675), clock(2.5)
        ('1:15', '1:01:15', '0:02.5')
    """
    minutes, rest = divmod(round(seconds, 1), 60)
    text = f'{rest:02.0f}' if rest == int(rest) else f'{rest:04.1f}'
    return f'{minutes // 60:.0f}:{minutes % 60:02.0f}:{text}' if minutes >= 60 else f'{minutes:.0f}:{text}'
