"""Runs of neighbouring cells of a grid in which a class is active."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Run(NamedTuple):
    """Neighbouring cells of a class.

    Attributes:
        first: First cell.
        stop: The cell after the last.
        class_index: The class.
        total: Sum of the class's scores in the cells where it is active.
        cells: Number of these cells.
    """

    first: int
    stop: int
    class_index: int
    total: float
    cells: int


class RunFinder:
    """Finds runs in blocks of cells that are given one after the other.

    Attributes:
        runs: Those that have ended, by their ends.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._open: dict[int, Run] = {}

    def add(self, first: int, active: np.ndarray, scores: np.ndarray) -> None:
        """Take the next cells.

        Args:
            first: Number of the first of them.
            active: Which classes are active, (cells, classes), bool.
            scores: Scores of the classes, likewise.
        """
        before = self._open
        self._open = {}
        for index in sorted({*before, *np.flatnonzero(active.any(0)).tolist()}):
            column = active[:, index].astype(np.int8)
            changes = np.flatnonzero(np.diff(column, prepend=0, append=0))
            found = [
                Run(first + start, first + stop, index, float(scores[start:stop, index].sum()), stop - start)
                for start, stop in changes.reshape(-1, 2).tolist()
            ]
            if index in before:
                found = _continued(before[index], found)
            if found and found[-1].stop == first + len(active):
                self._open[index] = found.pop()
            self.runs += found

    def close(self) -> None:
        """End all runs: the cells that follow are not neighbours of those before."""
        self.runs += self._open.values()
        self._open = {}


def _continued(run: Run, found: list[Run]) -> list[Run]:
    """Runs of a class in a block, after a run that lasted until the block."""
    if found and found[0].first == run.stop:
        return [joined(run, found[0]), *found[1:]]
    return [run, *found]


def joined(run: Run, other: Run) -> Run:
    """One run of two of a class, the second of which ends later."""
    return run._replace(stop=other.stop, total=run.total + other.total, cells=run.cells + other.cells)


def merge(runs: list[Run], close: Callable[[Run, Run], bool], exclusive: bool) -> list[Run]:
    """Join runs of a class with a short gap between them.

    Args:
        runs: The runs.
        close: Whether the gap between a run and one that starts later is short.
        exclusive: Whether cells have one class: then runs of other classes in the gap are dropped.

    Returns:
        The runs by their starts.
    """
    if not exclusive:
        groups = [[run for run in runs if run.class_index == index] for index in {run.class_index for run in runs}]
        return sorted(run for group in groups for run in merge(group, close, True))
    ordered, merged = sorted(runs), []
    place = 0
    while place < len(ordered):
        current, following = ordered[place], place + 1
        while following < len(ordered) and close(current, ordered[following]):
            if ordered[following].class_index == current.class_index:
                current, place = joined(current, ordered[following]), following
            following += 1
        merged.append(current)
        place += 1
    return merged
