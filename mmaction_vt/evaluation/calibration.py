"""Probabilities that mean what they say, and when a model had better not answer."""

import json
import math
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import InputError
from ..utils.annotation_files import read_json
from ..utils.file_kinds import display_path
from .probabilities import are_probabilities, as_probabilities

PROBABILITY, ENERGY = 'probability', 'energy'
CRITERIA = (PROBABILITY, ENERGY)
BINS = 15
EXPECTED = 'a JSON file with "temperature", as tools/analysis/calibrate.py writes it'


class Calibration(NamedTuple):
    """A temperature for the scores of a model, and from which confidence on it answers.

    Attributes:
        temperature: What raw scores, or log-probabilities, are divided by (Guo et al., 2017).
        reject_by: The confidence: ``probability``, the largest one, or ``energy``, the negative free energy
            T logsumexp(scores / T) (Liu et al., 2020).
        threshold: The least confidence of an answer; None if every video gets one.
    """

    temperature: float = 1.0
    reject_by: str = PROBABILITY
    threshold: float | None = None

    def probabilities(self, scores: Tensor) -> Tensor:
        """Calibrated probabilities (..., classes) of scores (..., classes), raw ones or probabilities."""
        return (log_scores(scores) / self.temperature).softmax(-1)

    def confidence(self, scores: Tensor) -> Tensor:
        """The confidence (...) of scores (..., classes).

        Raises:
            InputError: If it is the energy, and the scores are probabilities.
        """
        if self.reject_by == PROBABILITY:
            return self.probabilities(scores).amax(-1)
        if are_probabilities(scores):
            raise InputError(
                'the energy needs raw scores, but the head averages probabilities: set '
                'model.cls_head.average_clips=score, or take --reject-by probability'
            )
        return self.temperature * (scores.float() / self.temperature).logsumexp(-1)

    def rejects(self, scores: Tensor) -> bool:
        """Whether scores (classes,) are too unsure for an answer."""
        return self.threshold is not None and bool(self.confidence(scores) < self.threshold)


def read_calibration(given: 'Calibration | float | str | Path') -> Calibration:
    """A calibration from a file of ``tools/analysis/calibrate.py``, or from a temperature.

    Raises:
        InputError: If the file cannot be read, or a value is not accepted.
    """
    if isinstance(given, Calibration):
        return given
    if isinstance(given, (int, float)):
        return _checked(Calibration(given), '')
    content = read_json(Path(given), dict, EXPECTED)
    if 'temperature' not in content:
        raise InputError(f'{display_path(given)} has no "temperature": expected {EXPECTED}')
    values = {key: content[key] for key in Calibration._fields if content.get(key) is not None}
    return _checked(Calibration(**values), f' of {display_path(given)}')


def _checked(calibration: Calibration, where: str) -> Calibration:
    temperature, reject_by, threshold = calibration
    if not _is_finite(temperature) or temperature <= 0:
        raise InputError(f'the temperature{where} must be a number above 0, not {temperature!r}')
    if reject_by not in CRITERIA:
        raise InputError(f'reject_by{where} must be {" or ".join(CRITERIA)}, not {reject_by!r}')
    if threshold is not None and not _is_finite(threshold):
        raise InputError(f'the threshold{where} must be a number, not {threshold!r}')
    return calibration


def _is_finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def log_scores(scores: Tensor) -> Tensor:
    """Scores (..., classes) whose softmax are the probabilities: raw scores, or the logarithms of probabilities."""
    scores = scores.float()
    return scores.clamp(min=torch.finfo(torch.float32).tiny).log() if are_probabilities(scores) else scores


def fit_temperature(scores: Tensor, labels: Tensor) -> float:
    """The temperature with the least negative log-likelihood, by L-BFGS on its logarithm.

    Args:
        scores: (videos, classes), raw or probabilities.
        labels: (videos,).
    """
    scores = log_scores(scores).double()
    log_temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [log_temperature], max_iter=200, tolerance_grad=1e-9, tolerance_change=1e-12, line_search_fn='strong_wolfe'
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(scores / log_temperature.exp(), labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    # Beyond these a set without errors, or without any success, has its optimum.
    return float(log_temperature.detach().clamp(-math.log(100), math.log(100)).exp())


def negative_log_likelihood(probabilities: Tensor, labels: Tensor) -> float:
    """The mean of -log p(label)."""
    chosen = probabilities.double().gather(1, labels[:, None])
    return float(-chosen.clamp(min=torch.finfo(torch.float32).tiny).log().mean())


class Reliability(NamedTuple):
    """Confidence and accuracy by bins of the confidence, from (k / bins, (k + 1) / bins].

    Attributes:
        counts: Videos of each bin (bins,).
        confidence: The mean largest probability (bins,); 0 for an empty bin.
        accuracy: The share of right predictions (bins,); 0 for an empty bin.
    """

    counts: Tensor
    confidence: Tensor
    accuracy: Tensor

    @property
    def error(self) -> float:
        """The expected calibration error: the mean over the videos of |accuracy - confidence| of their bins."""
        return float((self.counts * (self.accuracy - self.confidence).abs()).sum() / self.counts.sum())


def reliability(probabilities: Tensor, labels: Tensor, bins: int = BINS) -> Reliability:
    """How often the most probable class is right, by how probable it is (Guo et al., 2017).

    Args:
        probabilities: (videos, classes).
        labels: (videos,).
        bins: Number of bins of equal width.
    """
    confidence, predicted = probabilities.double().max(-1)
    right = (predicted == labels).double()
    index = (confidence * bins).ceil().long().sub(1).clamp(0, bins - 1)
    counts, sums, hits = (
        torch.zeros(bins, dtype=torch.float64).index_add(0, index, values)
        for values in (torch.ones_like(confidence), confidence, right)
    )
    return Reliability(counts, sums / counts.clamp(min=1), hits / counts.clamp(min=1))


def threshold_for(confidences: Tensor, accepted: float) -> float:
    """The largest threshold that accepts at least a share of videos by their confidences (videos,)."""
    kept = max(math.ceil(accepted * len(confidences) - 1e-9), 1)
    return float(confidences.sort(descending=True).values[kept - 1])


def calibrate(
    scores: Tensor, labels: Tensor, reject_by: str = PROBABILITY, accepted: float | None = None
) -> tuple[Calibration, dict[str, float]]:
    """Fit the temperature of a model and the threshold of its answers, and measure what that changes.

    Args:
        scores: (videos, classes) of a validation set, raw or probabilities.
        labels: (videos,).
        reject_by: One of ``CRITERIA``.
        accepted: The share of the videos that are to be answered; None for all.

    Returns:
        The calibration, and figures: ``ece_before``, ``ece_after``, ``ece_held_out`` (with the temperature of one half
        of the videos for the other), ``nll_before``, ``nll_after`` and ``accuracy``.

    Raises:
        InputError: If the confidence is the energy, and the scores are probabilities.
    """
    calibration = Calibration(fit_temperature(scores, labels), reject_by)
    if accepted is not None:
        calibration = calibration._replace(threshold=threshold_for(calibration.confidence(scores), accepted))
    before, after = as_probabilities(scores.float()), calibration.probabilities(scores)
    figures = dict(
        accuracy=float((before.argmax(-1) == labels).double().mean()),
        ece_before=reliability(before, labels).error,
        ece_after=reliability(after, labels).error,
        ece_held_out=_held_out_error(scores, labels),
        nll_before=negative_log_likelihood(before, labels),
        nll_after=negative_log_likelihood(after, labels),
    )
    return calibration, figures


def _held_out_error(scores: Tensor, labels: Tensor) -> float:
    """The calibration error with the temperature of every second video for the others, and the reverse."""
    if len(scores) < 2:
        return float('nan')
    probabilities = torch.empty_like(scores, dtype=torch.float32)
    halves = torch.arange(len(scores)) % 2 == 0
    for half in (halves, ~halves):
        temperature = fit_temperature(scores[~half], labels[~half])
        probabilities[half] = Calibration(temperature).probabilities(scores[half])
    return reliability(probabilities, labels).error


def calibration_text(calibration: Calibration, figures: dict[str, float]) -> str:
    """The JSON text of a calibration and its figures."""
    values = {key: value for key, value in calibration._asdict().items() if value is not None}
    if calibration.threshold is None:
        values.pop('reject_by')
    finite = {key: value for key, value in figures.items() if math.isfinite(value)}
    return json.dumps({**values, **finite}, indent=1) + '\n'
