"""What a model says about a video."""

import warnings
from typing import Any, NamedTuple

from torch import Tensor

from ..errors import InputError
from ..evaluation.probabilities import as_probabilities
from ..models.heads import CLASS


class Guess(NamedTuple):
    """One of the best classes.

    Attributes:
        class_index: Its index, from 0.
        label: Its name; None if names are unknown.
        score: Its score.
    """

    class_index: int
    label: str | None
    score: float

    @property
    def number(self) -> int:
        """The former name of ``class_index``, for one release."""
        warnings.warn(
            'Guess.number is class_index since version 0.2; the old name goes with 0.3',
            DeprecationWarning,
            stacklevel=2,
        )
        return self.class_index


def name_of(guess: Guess, task: str = CLASS) -> str:
    """The name of a class, after the name of its classifier where there are several."""
    if guess.label is None:
        return f'{task} {guess.class_index}'
    return guess.label if task == CLASS else f'{task} {guess.label}'


class Prediction(NamedTuple):
    """The scores of a video.

    Attributes:
        video: Its path.
        scores: Scores (classes,) of each classifier, averaged over the views as in a test; a single classifier is
            called ``class``. None if the video could not be read.
        error: Why it could not be read; None if it could.
        names: Names of the classes of each classifier; None if they are unknown.

    Example:
        >>> from torch import tensor
        >>> prediction = Prediction('a.mp4', {'class': tensor([0.25, 0.75])}, names={'class': ['left', 'right']})
        >>> prediction
        Prediction('a.mp4', right 0.750, left 0.250)
        >>> prediction.top(1)
        [('right', 0.75)]
    """

    video: str
    scores: dict[str, Tensor] | None
    error: str | None = None
    names: dict[str, list[str]] | None = None

    def best(self, k: int = 5) -> dict[str, list[Guess]]:
        """The k best classes of each classifier, best first; empty if the video could not be read.

        Their scores are probabilities: if the test averages raw scores, the softmax of their mean.
        """
        guesses = {}
        for task, scores in (self.scores or {}).items():
            values, indices = as_probabilities(scores).topk(min(k, len(scores)))
            names = self.names[task] if self.names else None
            guesses[task] = [
                Guess(index, names[index] if names else None, value)
                for index, value in zip(indices.tolist(), values.tolist(), strict=True)
            ]
        return guesses

    def top(self, k: int = 5, task: str | None = None) -> list[tuple[str, float]]:
        """The names and probabilities of the k best classes, best first.

        Args:
            k: Number of classes.
            task: The classifier, for a model with several, such as ``verb``.

        Raises:
            InputError: If the video could not be read, or there is no such classifier.
        """
        if self.scores is None:
            raise InputError(str(self.error))
        task = next(iter(self.scores)) if task is None and len(self.scores) == 1 else task
        if task not in self.scores:
            raise InputError(
                f'the model has several classifiers: choose task from {", ".join(self.scores)}, not {task}'
            )
        return [(name_of(guess), guess.score) for guess in self.best(k)[task]]

    def rows(self, k: int = 5) -> list[tuple[str, float]]:
        """The names and probabilities of the k best classes of every classifier; empty if the video was not read."""
        return [(name_of(guess, task), guess.score) for task, guesses in self.best(k).items() for guess in guesses]

    def to_dict(self, k: int = 5) -> dict[str, Any]:
        """The video, its error, and the k best classes of each classifier, as JSON can store them."""
        best = {task: [guess._asdict() for guess in guesses] for task, guesses in self.best(k).items()}
        return {'video': self.video, 'error': self.error, **best}

    def __repr__(self) -> str:
        if self.scores is None:
            return f'Prediction({self.video!r}, error={self.error!r})'
        words = [f'{name} {score:.3f}' for name, score in self.rows(3)]
        return f'Prediction({self.video!r}, {", ".join(words)})'
