"""Boxes that are followed through a video by their overlap, so that labels do not flicker."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..evaluation.frame_map import box_overlaps

NEWEST = 0.6  # weight of the newest scores in the running mean
STICKY = 0.8  # a label that is shown stays until its score is below this share of the threshold


class Shown(NamedTuple):
    """A box and its labels in a frame.

    Attributes:
        track: Number of the person or object.
        box: Left, top, right and bottom as shares of the frame's width and height.
        labels: Classes and scores that are shown, best first.
    """

    track: int
    box: np.ndarray
    labels: list[tuple[int, float]]


class Track:
    """A person or an object.

    Args:
        number: Its number.
        box: Its box (4,).
    """

    def __init__(self, number: int, box: np.ndarray) -> None:
        self.number, self.box = number, box
        self.missed = 0  # frames since it was seen
        self.scores: np.ndarray | None = None
        self.shown: set[int] = set()

    def score(self, scores: np.ndarray, threshold: float) -> None:
        """Average new scores (classes,) in, and decide which labels are shown."""
        self.scores = scores if self.scores is None else NEWEST * scores + (1 - NEWEST) * self.scores
        least = np.full(len(scores), threshold)
        least[list(self.shown)] = STICKY * threshold
        self.shown = set(np.flatnonzero(self.scores >= least).tolist())

    def labels(self, most: int) -> list[tuple[int, float]]:
        """The labels that are shown, best first."""
        if self.scores is None:
            return []
        found = sorted(((index, float(self.scores[index])) for index in self.shown), key=lambda each: -each[1])
        return found[:most]


class BoxTracks:
    """The people or objects of a video.

    A box continues the track whose last box it overlaps most, pair by pair from the largest overlap on.

    Args:
        least: Least intersection over union of a box and the last one of its track.
        patience: Frames after which a track that was not seen ends.
    """

    def __init__(self, least: float = 0.3, patience: int = 30) -> None:
        self.least, self.patience = least, patience
        self.tracks: list[Track] = []
        self._next = 1

    def update(self, boxes: np.ndarray, passed: int = 1) -> list[Track]:
        """The tracks of the boxes of a frame.

        Args:
            boxes: (K, 4).
            passed: Frames since the last call.
        """
        found: list[Track | None] = [None] * len(boxes)
        if len(boxes) and self.tracks:
            overlaps = box_overlaps(boxes, np.stack([track.box for track in self.tracks]))
            for flat in np.argsort(-overlaps, axis=None, kind='stable'):
                row, column = np.unravel_index(flat, overlaps.shape)
                if overlaps[row, column] < self.least:
                    break
                if found[row] is None and self.tracks[column] not in found:
                    found[row] = self.tracks[column]
        for track in self.tracks:
            track.missed += passed
        matched = [self._start(box) if track is None else track for track, box in zip(found, boxes, strict=True)]
        for track, box in zip(matched, boxes, strict=True):
            track.box, track.missed = box, 0
        self.tracks = [track for track in self.tracks if track.missed <= self.patience]
        return matched

    def _start(self, box: np.ndarray) -> Track:
        track = Track(self._next, box)
        self._next += 1
        self.tracks.append(track)
        return track


def score_tracks(tracks: Sequence[Track], scores: np.ndarray, threshold: float) -> None:
    """Give the tracks of a key frame their scores (K, classes)."""
    for track, values in zip(tracks, scores, strict=True):
        track.score(values, threshold)
