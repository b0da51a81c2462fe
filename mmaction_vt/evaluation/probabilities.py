"""Converting the scores of a test to probabilities."""

from torch import Tensor


def as_probabilities(scores: Tensor) -> Tensor:
    """Convert scores (..., classes) of a video to probabilities.

    Heads average probabilities or raw scores over the views of a video, as published. A softmax is applied to scores
    that are not probabilities: one is negative, or their sum is not 1.
    """
    sums = scores.sum(-1)
    is_probability = bool((scores >= 0).all()) and bool(((sums - 1).abs() < 0.02).all())  # half precision rounds
    return scores if is_probability else scores.softmax(-1)
