"""Scores of overlapping windows as scores over time."""

from collections.abc import Iterator

import numpy as np

BLOCK = 512  # cells that are computed at once
CELLS_PER_STRIDE = 4  # so that boundaries lie between the centres of windows


class ScoresOverTime:
    """Scores of each class on a grid of cells of a few frames, from those of overlapping windows.

    A cell's scores are the mean of those of all windows that contain its middle, each with the same weight: with less
    weight at the ends of a window, boundaries are no more exact and noise is averaged less. Then they are smoothed with
    a Hann kernel in time, so that nothing is smoothed across a long jump of the time stamps. One block of cells is in
    memory at a time.

    Args:
        spans: First frame and frame after the last of each window, (W, 2), both ascending.
        scores: Scores (W, classes).
        times: Presentation times of the frames in seconds.
        fps: Frame rate, for a video of one frame.
        smooth: Width of the kernel at half its height in seconds; 0 for none.

    Attributes:
        edges: First frame of each cell, and the frame after the last cell.
        starts: When each cell starts, in seconds.
        ends: When each cell ends.
        breaks: Cells before which the time stamps jump.
    """

    def __init__(
        self, spans: np.ndarray, scores: np.ndarray, times: np.ndarray, fps: float, smooth: float = 0.0
    ) -> None:
        self.spans, self.scores, self.smooth = spans, scores, smooth
        total = int(spans[-1, 1])
        times = np.asarray(times, np.float64)
        frame = frame_duration(times, fps)
        jumps = np.flatnonzero(np.diff(times[:total]) > 1 + 10 * frame) + 1
        stride = int(spans[1, 0] - spans[0, 0]) if len(spans) > 1 else CELLS_PER_STRIDE
        cell = max(stride // CELLS_PER_STRIDE, 1)
        self.edges = np.union1d(np.arange(0, total, cell), [*jumps, total]).astype(np.int64)
        self.breaks = np.searchsorted(self.edges, jumps)
        self.starts = times[self.edges[:-1]]
        after = np.append(times, times[-1] + frame)[self.edges[1:]]
        own = times[self.edges[1:] - 1] + frame
        self.ends = np.where(np.isin(self.edges[1:], [*jumps, total]), own, after)
        self.middles = (self.starts + self.ends) / 2

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return int(self.scores.shape[1])

    def blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """The first cell and the scores (cells, classes) of each block, in order; 0 where there is no window."""
        for first in range(0, len(self), BLOCK):
            yield first, self._smoothed(first, min(first + BLOCK, len(self)))

    def of(self, classes: list[int]) -> np.ndarray:
        """Scores (cells, len(classes)) of some classes."""
        return np.concatenate([block[:, classes] for _, block in self.blocks()])

    def best(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Indices and scores (cells, k) of the best classes of each cell, best first."""
        indices, values = [], []
        for _, block in self.blocks():
            order = np.argsort(-block, axis=1, kind='stable')[:, :k]
            indices.append(order.astype(np.int32))
            values.append(np.take_along_axis(block, order, 1).astype(np.float32))
        return np.concatenate(indices), np.concatenate(values)

    def cell_of(self, frame: int) -> int:
        """The cell of a frame."""
        return int(np.searchsorted(self.edges, frame, 'right')) - 1

    def _smoothed(self, first: int, stop: int) -> np.ndarray:
        if not self.smooth:
            return self._means(first, stop)[0]
        middles = self.middles[first:stop]
        low = int(np.searchsorted(self.middles, middles[0] - self.smooth))
        high = int(np.searchsorted(self.middles, middles[-1] + self.smooth, 'right'))
        means, covered = self._means(low, high)
        distances = np.abs(middles[:, None] - self.middles[None, low:high]) / self.smooth
        weights = np.where(distances < 1, 0.5 + 0.5 * np.cos(np.pi * distances), 0) * covered
        own = covered[first - low : stop - low]
        return _normalised(weights * own[:, None]) @ means

    def _means(self, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Scores of cells without smoothing, and which cells a window contains."""
        middles = (self.edges[first:stop] + self.edges[first + 1 : stop + 1] - 1) / 2
        low = int(np.searchsorted(self.spans[:, 1] - 1, middles[0]))
        high = int(np.searchsorted(self.spans[:, 0], middles[-1], 'right'))
        spans = self.spans[low:high]
        weights = ((middles[:, None] >= spans[:, 0]) & (middles[:, None] <= spans[:, 1] - 1)).astype(np.float64)
        return _normalised(weights) @ self.scores[low:high], np.asarray(weights.any(1))


def frame_duration(times: np.ndarray, fps: float) -> float:
    """The median duration of a frame, which a jump of the time stamps does not change as it does the frame rate.

    Args:
        times: Presentation times of the frames in seconds.
        fps: Frame rate, for a video of one frame.
    """
    return float(np.median(np.diff(times))) if len(times) > 1 else 1 / fps


def _normalised(weights: np.ndarray) -> np.ndarray:
    """Weights whose rows sum to 1, or are 0."""
    sums = weights.sum(1, keepdims=True)
    return np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)
