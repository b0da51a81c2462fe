"""What a model says about a video."""

import warnings
from typing import Any, NamedTuple

from torch import Tensor

from ..errors import InputError
from ..evaluation.calibration import Calibration
from ..evaluation.probabilities import as_probabilities
from ..models.heads import CLASS

NONE_OF_THESE = 'none of these'


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
        thresholds: The threshold of each class, for a model with several labels per video, whose scores are a
            probability for each class; None for others.
        calibration: The temperature of the scores, and when a model does not answer; None for the scores as they are.

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
    thresholds: list[float] | None = None
    calibration: Calibration | None = None

    def probabilities(self) -> dict[str, Tensor]:
        """The probabilities (classes,) of each classifier; they do not sum to 1 if a video has several labels."""
        scores = self.scores or {}
        if self.thresholds is not None:
            return scores
        convert = as_probabilities if self.calibration is None else self.calibration.probabilities
        return {task: convert(values) for task, values in scores.items()}

    def best(self, k: int = 5) -> dict[str, list[Guess]]:
        """The k best classes of each classifier, best first; empty if the video could not be read.

        Their scores are probabilities: if the test averages raw scores, the softmax of their mean.
        """
        guesses = {}
        for task, scores in self.probabilities().items():
            values, indices = scores.topk(min(k, len(scores)))
            names = self.names[task] if self.names else None
            guesses[task] = [
                Guess(index, names[index] if names else None, value)
                for index, value in zip(indices.tolist(), values.tolist(), strict=True)
            ]
        return guesses

    def above(self, threshold: float | None = None) -> list[Guess]:
        """The classes that reach their threshold, most probable first; none if the video could not be read.

        Args:
            threshold: One for all classes. Default: those of the model, which must have several labels per video.

        Raises:
            InputError: If no threshold is given, and the model has one label per video or several classifiers.
        """
        if self.scores is None:
            return []
        if set(self.scores) != {CLASS} or (threshold is None and self.thresholds is None):
            raise InputError(
                'labels above a threshold are those of a model with several labels per video '
                '(mmaction_vt.MultiLabelHead): give a threshold for a model with one, or use top'
            )
        (guesses,) = self.best(len(self.scores[CLASS])).values()
        least = self.thresholds if threshold is None else [threshold] * len(guesses)
        return [guess for guess in guesses if least is not None and guess.score >= least[guess.class_index]]

    def labels_above(self, threshold: float | None = None) -> list[tuple[str, float]]:
        """The names and probabilities of the classes that reach their threshold, as ``above`` finds them.

        Args:
            threshold: As for ``above``.

        Raises:
            InputError: As ``above``, or if the video could not be read.
        """
        if self.scores is None:
            raise InputError(str(self.error))
        return [(name_of(guess), guess.score) for guess in self.above(threshold)]

    @property
    def none_of_these(self) -> bool:
        """Whether no class is the answer: none reaches its threshold, or the calibrated model is too unsure."""
        if self.scores is None:
            return False
        if self.thresholds is not None:
            return not self.above()
        return self.calibration is not None and self.calibration.rejects(self.scores[CLASS])

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

    def answer(self, k: int = 5) -> list[tuple[str, float | None]]:
        """What to show: the k best classes, or all labels above their thresholds; first ``none of these`` if so."""
        if self.none_of_these:
            return [(NONE_OF_THESE, None), *self.rows(k)]
        return [*self.rows(k)] if self.thresholds is None else [*self.labels_above()]

    def decision(self) -> dict[str, list[Guess] | bool]:
        """``labels`` of a model with several per video, ``none_of_these`` of one that may not answer; empty else."""
        if self.scores is None:
            return {}
        if self.thresholds is not None:
            return {'labels': self.above()}
        return {'none_of_these': self.none_of_these} if self.can_reject else {}

    def to_dict(self, k: int = 5) -> dict[str, Any]:
        """The video, its error, and the k best classes of each classifier, as JSON can store them.

        Models with several labels per video add ``labels``, those above their thresholds, and calibrated ones
        ``none_of_these``.
        """
        best = {task: [guess._asdict() for guess in guesses] for task, guesses in self.best(k).items()}
        found: dict[str, Any] = {'video': self.video, 'error': self.error, **best}
        for name, value in self.decision().items():
            found[name] = value if isinstance(value, bool) else [guess._asdict() for guess in value]
        return found

    @property
    def can_reject(self) -> bool:
        """Whether the calibration has a threshold for answers."""
        return self.calibration is not None and self.calibration.threshold is not None

    def __repr__(self) -> str:
        if self.scores is None:
            return f'Prediction({self.video!r}, error={self.error!r})'
        words = [name if score is None else f'{name} {score:.3f}' for name, score in self.answer(3)]
        return f'Prediction({self.video!r}, {", ".join(words)})'
