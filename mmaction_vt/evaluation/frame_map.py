"""Frame mAP: average precision of detections in key frames, as of PASCAL VOC and AVA."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Frame(NamedTuple):
    """The annotated and the detected boxes of a frame; each detected box has a score for every class.

    Attributes:
        truth: Annotated boxes (G, 4): left, top, right, bottom.
        labels: Their classes (G, classes), bool.
        boxes: Detected boxes (P, 4).
        scores: Their scores (P, classes).
    """

    truth: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray


def box_overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union (M, N) of boxes (M, 4) and (N, 4); 0 for boxes without area."""
    corner = np.maximum(first[:, None, :2], second[None, :, :2])
    opposite = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common = (opposite - corner).clip(0).prod(2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).clip(0).prod(1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None] - common
    overlaps: np.ndarray = common / np.where(union > 0, union, 1)
    return overlaps


def match(boxes: np.ndarray, truth: np.ndarray, threshold: float) -> np.ndarray:
    """Which detections (P,) of a class are true: each annotated box counts for the first detection that overlaps it.

    Args:
        boxes: Detected boxes (P, 4) by descending score.
        truth: Annotated boxes (G, 4) of the class.
        threshold: Least intersection over union. A detection is compared with the annotated box it overlaps most.
    """
    hits = np.zeros(len(boxes), bool)
    if len(truth):
        overlaps = box_overlaps(boxes, truth)
        found: set[int] = set()
        for number, nearest in enumerate(overlaps.argmax(1).tolist()):
            if overlaps[number, nearest] >= threshold and nearest not in found:
                hits[number] = True
                found.add(nearest)
    return hits


def average_precision(scores: np.ndarray, hits: np.ndarray, count: int) -> float:
    """Area under the curve of precision, made monotonic, over recall; NaN if nothing is annotated.

    Args:
        scores: Scores (D,) of all detections of a class.
        hits: Which of them are true (D,).
        count: Annotated boxes of the class.
    """
    if not count:
        return float('nan')
    true = np.cumsum(hits[np.argsort(-scores, kind='stable')])
    precision = true / np.arange(1, len(true) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(true, prepend=0) / count
    return float((steps * precision).sum())


def class_average_precisions(frames: Sequence[Frame], threshold: float = 0.5, least: float = 0.0) -> np.ndarray:
    """Average precision (classes,) of each class over all frames; NaN where nothing is annotated.

    Args:
        frames: All frames.
        threshold: Least intersection over union.
        least: Detections whose score is not above it are left out.
    """
    precisions = np.empty(frames[0].scores.shape[1])
    for index in range(len(precisions)):
        scores, hits, count = [], [], 0
        for frame in frames:
            truth = frame.truth[frame.labels[:, index]]
            order = np.argsort(-frame.scores[:, index], kind='stable')
            order = order[frame.scores[order, index] > least]
            scores.append(frame.scores[order, index])
            hits.append(match(frame.boxes[order], truth, threshold))
            count += len(truth)
        precisions[index] = average_precision(np.concatenate(scores), np.concatenate(hits), count)
    return precisions
