"""How well segments agree with the truth."""

from collections.abc import Sequence

from .segment import Segment


def tiou(first: Segment, second: Segment) -> float:
    """Temporal intersection over union of two segments."""
    overlap = max(min(first.end, second.end) - max(first.start, second.start), 0.0)
    union = first.duration + second.duration - overlap
    return overlap / union if union else 0.0


def f1_score(found: Sequence[Segment], truth: Sequence[Segment], threshold: float = 0.5) -> float:
    """The F1 score of segments: a segment is right if it overlaps one of the truth with its class enough.

    Each segment of the truth is matched once, by the segment with the highest score among those that fit it best.

    Args:
        found: Segments that were found.
        truth: The truth.
        threshold: Temporal intersection over union from which on a segment is right.
    """
    left = list(truth)
    right = 0
    for segment in sorted(found, key=lambda each: -each.score):
        fitting = [each for each in left if each.class_index == segment.class_index and each.task == segment.task]
        best = max(fitting, key=lambda each: tiou(segment, each), default=None)
        if best is not None and tiou(segment, best) >= threshold:
            left.remove(best)
            right += 1
    count = len(found) + len(truth)
    return 2 * right / count if count else 1.0
