"""What a model says about a window of a video or a stream."""

from typing import Any, NamedTuple

from torch import Tensor

from .predictions import Guess, Prediction


class WindowPrediction(NamedTuple):
    """The scores of a window.

    Attributes:
        start: Time of its first frame in seconds.
        stop: Time at which its last frame ends.
        first_frame: Number of its first frame.
        last_frame: Number of its last frame.
        prediction: The prediction, as for a video of these frames alone.
    """

    start: float
    stop: float
    first_frame: int
    last_frame: int
    prediction: Prediction

    @property
    def scores(self) -> dict[str, Tensor]:
        """Scores (classes,) of each classifier; a single classifier is called ``class``."""
        assert self.prediction.scores is not None
        return self.prediction.scores

    def best(self, k: int = 5) -> dict[str, list[Guess]]:
        """``Prediction.best``."""
        return self.prediction.best(k)

    def top(self, k: int = 5, task: str | None = None) -> list[tuple[str, float]]:
        """``Prediction.top``."""
        return self.prediction.top(k, task)

    def to_dict(self, k: int = 5) -> dict[str, Any]:
        """Times, frames and the k best classes of each classifier, as JSON can store them."""
        best = {task: [guess._asdict() for guess in guesses] for task, guesses in self.best(k).items()}
        return {
            'start': self.start,
            'stop': self.stop,
            'first_frame': self.first_frame,
            'last_frame': self.last_frame,
            **best,
        }

    def __repr__(self) -> str:
        words = [f'{name} {score:.3f}' for name, score in self.prediction.rows(3)]
        return f'WindowPrediction({self.start:.2f} to {self.stop:.2f} s, {", ".join(words)})'
