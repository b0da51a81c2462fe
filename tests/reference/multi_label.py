"""Losses and figures for several labels and calibrated probabilities, written out from the papers, in Python floats."""

import math


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def asymmetric_loss(scores, labels, gamma_negative, gamma_positive, margin):
    """Ridnik et al., 2021, equations 2 to 7: summed over the classes, averaged over the videos."""
    total = 0.0
    for row, targets in zip(scores, labels, strict=True):
        for score, target in zip(row, targets, strict=True):
            p = sigmoid(score)
            shifted = max(p - margin, 0)
            positive = (1 - p) ** gamma_positive * math.log(p)
            negative = shifted**gamma_negative * math.log(1 - shifted)
            total -= target * positive + (1 - target) * negative
    return total / len(scores)


def average_precision(scores, labels):
    """Precision at each distinct score as threshold, weighted by the growth of the recall."""
    positives = sum(labels)
    total, recall = 0.0, 0.0
    for threshold in sorted(set(scores), reverse=True):
        above = [label for score, label in zip(scores, labels, strict=True) if score >= threshold]
        total += (sum(above) / positives - recall) * sum(above) / len(above)
        recall = sum(above) / positives
    return total


def f1(predicted, labels):
    """The harmonic mean of precision and recall; 0 without a hit."""
    hits = sum(p and t for p, t in zip(predicted, labels, strict=True))
    if not hits:
        return 0.0
    precision, recall = hits / sum(predicted), hits / sum(labels)
    return 2 * precision * recall / (precision + recall)


def softmax(row):
    exponentials = [math.exp(value - max(row)) for value in row]
    return [value / sum(exponentials) for value in exponentials]


def calibration_error(probabilities, labels, bins=15):
    """Guo et al., 2017, equations 1 to 3, with bins ((m - 1) / M, m / M]."""
    total = 0.0
    for index in range(bins):
        inside = [
            (max(row), row.index(max(row)) == label)
            for row, label in zip(probabilities, labels, strict=True)
            if index / bins < max(row) <= (index + 1) / bins
        ]
        if inside:
            confidence = sum(value for value, _ in inside) / len(inside)
            accuracy = sum(right for _, right in inside) / len(inside)
            total += len(inside) / len(labels) * abs(accuracy - confidence)
    return total


def likelihood_loss(scores, labels, temperature):
    """The mean of -log softmax(scores / T)[label]."""
    rows = ([value / temperature for value in row] for row in scores)
    return -sum(math.log(softmax(row)[label]) for row, label in zip(rows, labels, strict=True)) / len(labels)


def energy(row, temperature):
    """Liu et al., 2020, equation 4: -T log sum exp(f / T)."""
    return -temperature * math.log(sum(math.exp(value / temperature) for value in row))
