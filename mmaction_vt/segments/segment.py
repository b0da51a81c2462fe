"""A stretch of a video with one label."""

from typing import Any, NamedTuple

DIGITS = 4  # of a score, after the point
TIME_DIGITS = 3  # of a time in seconds


class Segment(NamedTuple):
    """A stretch of a video with one label.

    Attributes:
        start: Its start in seconds.
        end: Its end in seconds.
        label: Name of the class.
        class_index: Its index, from 0.
        score: Mean of the class's scores.
        task: The classifier; ``class`` for a model with only one.
    """

    start: float
    end: float
    label: str
    class_index: int
    score: float
    task: str = 'class'

    @property
    def duration(self) -> float:
        """Its duration in seconds."""
        return self.end - self.start

    def to_dict(self) -> dict[str, Any]:
        """Its attributes, rounded, as JSON can store them."""
        return dict(
            start=round(self.start, TIME_DIGITS),
            end=round(self.end, TIME_DIGITS),
            label=self.label,
            class_index=self.class_index,
            score=round(self.score, DIGITS),
            task=self.task,
        )
