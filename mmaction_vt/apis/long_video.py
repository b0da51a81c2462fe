"""What happens when in a long video: scores of its windows, scores over time, segments."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..segments import ScoresOverTime, Segment, WindowFile, find_segments, frame_duration
from .predictions import Guess, name_of
from .sliding_windows import SlidingWindows
from .window_prediction import WindowPrediction

THRESHOLD = 0.3  # of a model with one label per video
Key = tuple[str, int]  # a classifier and a class


def score_windows(windows: SlidingWindows, file: WindowFile) -> Iterator[WindowPrediction]:
    """Score the windows that a file lacks, and add them to it.

    A resumed run computes the same numbers as one that was not interrupted: it starts with a whole batch, and where
    windows share embedded tubelets a few batches earlier, so that those of the windows to add are grouped alike.

    Args:
        windows: The windows.
        file: The file.

    Yields:
        The windows that were added.

    Raises:
        BrokenVideoError: If a frame cannot be decoded; the windows before it are in the file.
        InputError: If the file cannot be written.
    """
    size = windows.inferencer.batch_size
    if file.count == len(windows):
        return
    file.keep(file.count // size * size)
    shared = -(-windows.window // (windows.stride * size)) + 1 if windows.scorer.cache is not None else 0
    first = max(file.count // size - shared, 0) * size
    for number, window in enumerate(windows.iterate(first), start=first):
        if number >= file.count:
            file.add({task: scores.numpy() for task, scores in window.prediction.probabilities().items()})
            yield window


class LongVideo:
    """The labels of a long video over time.

    Args:
        windows: Its windows.
        scores: Probabilities (windows, classes) of each classifier; fewer than the windows if the video is broken.
        threshold: From which score on a class is active. Default: for a model with several labels per video its own
            thresholds, or else 0.3.
        smooth: Width of the smoothing in seconds; 0 for none.
        min_duration: Duration of the shortest segment in seconds.
        merge_gap: Duration of the longest gap between segments of a class that is closed, in seconds.
        change_cost: With one label at a time, what a change of the label costs, in seconds times nats.

    Attributes:
        segments: The segments by their starts.
        over_time: The scores of each classifier over time.
        duration: What was scored, in seconds.
        fps: Frames per second of the video, whatever the input step.

    Example:
        >>> windows = recognise.slide('film.mp4', stride=16)  # doctest: +SKIP
        >>> scores = np.stack([window.scores['class'].numpy() for window in windows])  # doctest: +SKIP
        >>> for segment in LongVideo(windows, {'class': scores}).segments:  # doctest: +SKIP
        ...     print(segment.start, segment.end, segment.label)
    """

    def __init__(
        self,
        windows: SlidingWindows,
        scores: dict[str, np.ndarray],
        threshold: float | None = None,
        smooth: float = 0.0,
        min_duration: float = 0.0,
        merge_gap: float = 0.0,
        change_cost: float = 0.0,
    ) -> None:
        self.windows, self.scores = windows, scores
        infer = windows.inferencer
        several = infer.thresholds is not None
        self.least: float | Sequence[float] = threshold if threshold is not None else infer.thresholds or THRESHOLD
        self.spans = np.array(windows.spans[: len(next(iter(scores.values())))], np.int64).reshape(-1, 2)
        self.over_time = {
            task: ScoresOverTime(self.spans, values, windows.times, windows.fps, smooth)
            for task, values in scores.items()
        }
        self.segments: list[Segment] = sorted(
            segment
            for task, values in self.over_time.items()
            for segment in find_segments(
                values, self.names(task), self.least, several, min_duration, merge_gap, change_cost, task
            )
        )
        self.grid = next(iter(self.over_time.values()))
        self.duration = float(self.grid.ends[-1])
        self.fps = windows.input_step / frame_duration(windows.times, windows.fps)

    def names(self, task: str) -> list[str]:
        """Names of the classes of a classifier."""
        labels = (self.windows.inferencer.labels or {}).get(task)
        count = self.scores[task].shape[1]
        return [name_of(Guess(index, labels[index] if labels else None, 0), task) for index in range(count)]

    def window_rows(self, k: int) -> Iterator[dict[str, Any]]:
        """Times, frames and the k best classes of each window, as ``WindowPrediction.to_dict``.

        Frames are numbered as in the video.
        """
        windows = self.windows
        labels = windows.inferencer.labels or {}
        for number, (first, stop) in enumerate(self.spans.tolist()):
            row: dict[str, Any] = {
                'start': round(float(windows.times[first]), 3),
                'stop': round(windows.end_of(stop - 1), 3),
                'first_frame': first * windows.input_step,
                'last_frame': (stop - 1) * windows.input_step,
            }
            for task, scores in self.scores.items():
                order = np.argsort(-scores[number], kind='stable')[:k].tolist()
                row[task] = [
                    Guess(
                        index, labels[task][index] if task in labels else None, round(float(scores[number, index]), 6)
                    )._asdict()
                    for index in order
                ]
            yield row

    def best_over_time(self, k: int) -> list[list[tuple[Key, str, float]]]:
        """The best labels of each cell of ``grid`` whose scores reach the threshold, at most k of each classifier."""
        cells: list[list[tuple[Key, str, float]]] = [[] for _ in range(len(self.grid))]
        for task, over_time in self.over_time.items():
            names = self.names(task)
            least = np.broadcast_to(np.asarray(self.least), over_time.num_classes)
            for cell, indices, scores in zip(cells, *over_time.best(k), strict=True):
                found = zip(indices.tolist(), scores.tolist(), strict=True)
                cell += [((task, index), names[index], score) for index, score in found if score >= least[index]]
        return cells

    def strongest(self, k: int) -> list[Key]:
        """The classes with the highest mean scores, at most k of each classifier."""
        return [
            (task, index)
            for task, scores in self.scores.items()
            for index in np.argsort(-scores.mean(0), kind='stable')[:k].tolist()
        ]
