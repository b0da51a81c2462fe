"""Confusion matrix, accuracy per class and confused pairs, by hand."""

import numpy as np
import pytest

from mmaction_vt.evaluation.confusion import class_accuracy, confused_pairs, confusion_matrix

LABELS, PREDICTED = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0, 2])


def test_figures():
    matrix = confusion_matrix(LABELS, PREDICTED, 4)
    assert matrix.tolist() == [[1, 2, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(class_accuracy(matrix), [1 / 3, 1 / 2, 1, np.nan])
    assert confused_pairs(matrix) == [(0, 1, 2, pytest.approx(2 / 3)), (1, 0, 1, 0.5)]
    assert confused_pairs(matrix, most=1) == [(0, 1, 2, pytest.approx(2 / 3))]
