"""Which classes a model confuses."""

from typing import NamedTuple

import numpy as np


class Confusion(NamedTuple):
    """Two classes that are confused.

    Attributes:
        label: The true class.
        predicted: The predicted class.
        videos: Number of videos.
        share: Share of the videos of the true class.
    """

    label: int
    predicted: int
    videos: int
    share: float


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, num_classes: int) -> np.ndarray:
    """Counts (classes, classes): a row for each label, a column for each prediction."""
    matrix = np.zeros((num_classes, num_classes), int)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def class_accuracy(matrix: np.ndarray) -> np.ndarray:
    """Accuracy of each class; NaN for classes without videos."""
    counts = matrix.sum(1)
    return np.where(counts > 0, matrix.diagonal() / np.maximum(counts, 1), np.nan)


def confused_pairs(matrix: np.ndarray, most: int = 20) -> list[Confusion]:
    """The most frequent confusions, most frequent first."""
    wrong = matrix - np.diag(matrix.diagonal())
    order = np.argsort(-wrong, axis=None, kind='stable')[:most]
    pairs = (np.unravel_index(index, wrong.shape) for index in order)
    counts = matrix.sum(1)
    return [
        Confusion(int(label), int(other), int(wrong[label, other]), float(wrong[label, other] / counts[label]))
        for label, other in pairs
        if wrong[label, other]
    ]
