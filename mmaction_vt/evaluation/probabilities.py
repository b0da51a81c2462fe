"""Converting the scores of a test to probabilities."""

from torch import Tensor


def as_probabilities(scores: Tensor) -> Tensor:
    """Convert scores (..., classes) of a video to probabilities.

    Heads average probabilities or raw scores over the views of a video, as published. A softmax is applied to scores
    that are not probabilities: one is negative, or their sum is not 1.
    """
    return scores if are_probabilities(scores) else scores.softmax(-1)


def are_probabilities(scores: Tensor) -> bool:
    """Whether all scores (..., classes) are probabilities: none is negative, and their sums are 1."""
    sums = scores.sum(-1)
    return bool((scores >= 0).all()) and bool(((sums - 1).abs() < 0.02).all())  # half precision rounds
