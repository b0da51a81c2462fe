"""Figures for videos with several labels, as functions of arrays (videos, classes)."""

import numpy as np


def average_precision(scores: np.ndarray, labels: np.ndarray) -> float:
    """The area under the steps of a precision-recall curve: sum of (R_k - R_(k-1)) P_k over the distinct scores.

    Args:
        scores: (N,) higher for what is more likely a positive; NaN ranks last.
        labels: (N,) whether each is a positive.

    Returns:
        The average precision, NaN if there is no positive.
    """
    labels = labels.astype(bool)
    if not labels.any():
        return float('nan')
    scores = np.where(np.isnan(scores), -np.inf, scores.astype(np.float64))
    order = np.argsort(-scores, kind='stable')
    scores, labels = scores[order], labels[order]
    ends = np.r_[np.flatnonzero(scores[1:] != scores[:-1]), len(scores) - 1]  # ties share a precision
    hits = labels.cumsum()[ends]
    recall = hits / hits[-1]
    return float((np.diff(recall, prepend=0.0) * hits / (ends + 1)).sum())


def class_precisions(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The average precision of each class over the videos (classes,); NaN for classes without a video."""
    return np.array([average_precision(*columns) for columns in zip(scores.T, labels.T, strict=True)])


def video_precisions(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The average precision of each video over the classes (videos,); NaN for videos without a label."""
    return np.array([average_precision(*rows) for rows in zip(scores, labels, strict=True)])


def mean_of(values: np.ndarray) -> float:
    """The mean of what is not NaN; NaN if all is."""
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else float('nan')


def class_f1(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The F1 score of each class (classes,), 2 TP / (2 TP + FP + FN); NaN for classes without a video.

    Args:
        predicted: (videos, classes) whether a label is predicted.
        labels: (videos, classes) whether it is there.
    """
    predicted, labels = predicted.astype(bool), labels.astype(bool)
    hits, total = (predicted & labels).sum(0), predicted.sum(0) + labels.sum(0)
    return np.where(labels.any(0), 2 * hits / np.maximum(total, 1), np.nan)


def micro_f1(predicted: np.ndarray, labels: np.ndarray) -> float:
    """The F1 score of all decisions together; NaN if no video has a label."""
    return float(class_f1(predicted.reshape(-1, 1), labels.reshape(-1, 1))[0])


def best_thresholds(scores: np.ndarray, labels: np.ndarray, default: float = 0.5) -> np.ndarray:
    """The threshold of each class (classes,) with the highest F1 score, halfway between two scores.

    Args:
        scores: Probabilities (videos, classes).
        labels: (videos, classes) whether a label is there.
        default: The threshold of classes without a video.
    """
    return np.array([_best_threshold(*columns, default) for columns in zip(scores.T, labels.T, strict=True)])


def _best_threshold(scores: np.ndarray, labels: np.ndarray, default: float) -> float:
    labels = labels.astype(bool)
    if not labels.any():
        return default
    order = np.argsort(-scores, kind='stable')
    scores, labels = scores[order].astype(np.float64), labels[order]
    ends = np.r_[np.flatnonzero(scores[1:] != scores[:-1]), len(scores) - 1]
    best = ends[np.argmax(2 * labels.cumsum()[ends] / (ends + 1 + labels.sum()))]
    below = scores[best + 1] if best + 1 < len(scores) else 0.0
    return float((scores[best] + max(below, 0.0)) / 2)
