"""The sequence of labels that explains scores over time best, if changes of the label are rare."""

import numpy as np

from .over_time import ScoresOverTime

FLOOR = 0.1  # is added to scores, so that a cell in which a model is sure of another class does not decide alone


def decode(scores: ScoresOverTime, change_cost: float) -> np.ndarray:
    """The labels of cells by the Viterbi algorithm.

    They maximise the sum of the logarithms of their scores times the durations of the cells, less a cost for each
    change of the label. Back pointers take a bit for each cell and class.

    Args:
        scores: Scores of the classes over time.
        change_cost: Cost of a change, in seconds times nats; 0 for the best class of each cell.

    Returns:
        The class of each cell, (cells,).
    """
    total = np.zeros(scores.num_classes)
    kept: list[np.ndarray] = []
    best: list[int] = []
    durations = scores.ends - scores.starts
    for first, block in scores.blocks():
        gains = np.log(block + FLOOR) * durations[first : first + len(block), None]
        for gain in gains:
            leader = int(total.argmax())
            changed = total[leader] - change_cost
            keep = total >= changed
            kept.append(np.packbits(keep))
            best.append(leader)
            total = np.where(keep, total, changed) + gain
    labels = np.empty(len(best), np.int64)
    label = int(total.argmax())
    for cell in range(len(best) - 1, -1, -1):
        labels[cell] = label
        if not kept[cell][label // 8] >> (7 - label % 8) & 1:
            label = best[cell]
    return labels
