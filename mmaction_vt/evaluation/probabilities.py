"""Scores of a test as probabilities."""

from torch import Tensor


def as_probabilities(scores: Tensor) -> Tensor:
    """Scores (..., classes) of a video as probabilities.

    Heads average probabilities or raw scores over the views of a video, as published. Scores that are not probabilities
    (one is negative, or their sum is not 1) become so by a softmax.
    """
    sums = scores.sum(-1)
    is_probability = bool((scores >= 0).all()) and bool(((sums - 1).abs() < 0.02).all())  # half precision rounds
    return scores if is_probability else scores.softmax(-1)
