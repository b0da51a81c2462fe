"""Segments of a video from scores over time."""

from collections.abc import Sequence

import numpy as np

from .decode import decode
from .over_time import ScoresOverTime
from .runs import Run, RunFinder, merge
from .segment import Segment


def find_segments(
    scores: ScoresOverTime,
    names: Sequence[str],
    threshold: float | Sequence[float] = 0.0,
    several: bool = False,
    min_duration: float = 0.0,
    merge_gap: float = 0.0,
    change_cost: float = 0.0,
    task: str = 'class',
) -> list[Segment]:
    """Segments in which a class is active.

    Of a model with one label per video, the class of a cell is active if its score reaches the threshold; of one
    with several, each class that reaches its own. Segments of one class with a short gap between them are joined, and
    then short ones are dropped. No segment extends over a jump of the time stamps, unless the gap may be that long.

    Args:
        scores: Scores of the classes over time.
        names: Names of the classes.
        threshold: One for all classes, or one for each.
        several: Whether a video has several labels at a time.
        min_duration: Duration of the shortest segment in seconds.
        merge_gap: Duration of the longest gap that is closed, in seconds. With one label at a time, segments of other
            classes inside it are dropped.
        change_cost: With one label at a time, what a change of the label costs: see ``decode``. If it is not 0, the
            threshold is that of the mean score of a segment.
        task: The classifier.

    Returns:
        The segments by their starts.

    Example:
        >>> spans = np.array([[0, 4], [4, 8], [8, 12]])
        >>> scores = ScoresOverTime(spans, np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]), np.arange(12) / 4, fps=4)
        >>> [(segment.start, segment.end, segment.label) for segment in find_segments(scores, ['run', 'jump'])]
        [(0.0, 2.0, 'run'), (2.0, 3.0, 'jump')]
    """
    least = np.broadcast_to(np.asarray(threshold, np.float64), scores.num_classes)
    decoded = change_cost > 0 and not several
    runs = merge(
        _runs(scores, np.zeros_like(least) if decoded else least, None if several else decode(scores, change_cost)),
        lambda run, other: scores.starts[other.first] - scores.ends[run.stop - 1] <= merge_gap and merge_gap > 0,
        exclusive=not several,
    )
    segments = [
        Segment(
            float(scores.starts[run.first]),
            float(scores.ends[run.stop - 1]),
            names[run.class_index],
            run.class_index,
            run.total / run.cells,
            task,
        )
        for run in runs
    ]
    return [
        segment
        for segment in segments
        if segment.duration >= min_duration and (not decoded or segment.score >= least[segment.class_index])
    ]


def _runs(scores: ScoresOverTime, least: np.ndarray, labels: np.ndarray | None) -> list[Run]:
    finder = RunFinder()
    for first, block in scores.blocks():
        active = (block >= least) & (block > 0)
        if labels is not None:
            active &= np.arange(block.shape[1]) == labels[first : first + len(block), None]
        inside = scores.breaks[(scores.breaks > first) & (scores.breaks < first + len(block))] - first
        if first in scores.breaks:
            finder.close()
        start = 0
        for stop in [*inside.tolist(), len(block)]:
            if start:
                finder.close()
            finder.add(first + start, active[start:stop], block[start:stop])
            start = stop
    finder.close()
    return finder.runs
