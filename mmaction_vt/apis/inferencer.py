"""Recognising the actions in many videos."""

import copy
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from torch import Tensor

from ..errors import InputError
from ..evaluation.probabilities import as_probabilities
from ..models.heads import CLASS, classifiers_of
from ..utils.config import load_config
from ..utils.precision import check_precision
from ..utils.process_pool import call_in_order
from ..visualization.explain.model_input import check_views, pick_view
from .model import check_device, init_recognizer, names_for


class Prediction(NamedTuple):
    """The scores of a video.

    Attributes:
        video: Its path.
        scores: Scores (classes,) of each classifier, averaged over the views as in a test; a single classifier is
            called ``class``. None if the video could not be read.
        error: Why it could not be read; None if it could.
    """

    video: str
    scores: dict[str, Tensor] | None
    error: str | None = None


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


class Sample(NamedTuple):
    """A video as the test pipeline packs it, or the error that reading it raised."""

    video: str
    packed: dict | None
    error: str | None = None


class VideoInferencer:
    """Recognise the actions in videos, as ``tools/test.py`` does, without annotations.

    Videos are read by the config's ``test_pipeline``, and scores are averaged over its views. A video that cannot be
    read gets a prediction with an error and does not end the run.

    Args:
        config: A model's name, a config file, a ``Config`` or a dict, with ``model`` and ``test_pipeline``.
        checkpoint: As ``read_checkpoint`` takes it, or ``'published'`` for the file that the model's authors publish;
            without one the weights are random.
        device: Where the model runs.
        labels: Names of the classes, instead of the config's; for a model with several classifiers a list for each, in
            order.
        batch_size: Videos per forward pass; views of different sizes are not batched together.
        num_workers: Processes that decode; 0 decodes in this one.
        amp: ``bf16`` or ``fp16`` for mixed precision.
        one_view: Whether only the middle view of each video is used.

    Raises:
        InputError: If the config, the checkpoint, the device, the names or the precision cannot be used.

    Example:
        >>> infer = VideoInferencer('config.py', 'model.pth', labels=['left', 'right'])  # doctest: +SKIP
        >>> for prediction in infer(['a.mp4', 'b.mp4']):  # doctest: +SKIP
        ...     print(prediction.video, prediction.error or infer.best(prediction, 1))
    """

    def __init__(
        self,
        config: str | Path | Config | dict,
        checkpoint: str | Path | None = None,
        device: str | torch.device = 'cpu',
        labels: Sequence[str] | Sequence[Sequence[str]] | None = None,
        batch_size: int = 1,
        num_workers: int = 0,
        amp: str | None = None,
        one_view: bool = False,
    ) -> None:
        config = load_config(config)
        if 'test_pipeline' not in config:
            raise InputError('the config has no test_pipeline, by which videos are read')
        check_device(device)
        self.device = torch.device(device)
        self.dtype = check_precision(amp, self.device.type != 'cpu') if amp is not None else None
        if batch_size < 1 or num_workers < 0:
            raise InputError(
                f'batch_size must be at least 1 and num_workers at least 0, not {batch_size} and {num_workers}'
            )
        self.model: Any = init_recognizer(config, checkpoint, device, new_classifier=False)
        self.classes = classifiers_of(self.model.get_submodule('cls_head'))
        self.labels = names_for(self.model, config, labels)
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.pipeline = Compose(copy.deepcopy(list(config.test_pipeline)))
        self.one_view = one_view

    def __call__(self, videos: Iterable[str | Path]) -> Iterator[Prediction]:
        """Predictions for videos, in order, as they are computed."""
        samples = call_in_order(self.read, map(str, videos), self.num_workers, on_crash=crashed)
        for batch in in_batches(samples, self.batch_size):
            yield from self.classify(batch)

    def read(self, video: str | Path) -> Sample:
        """Read a video with the test pipeline; if it cannot be read, the sample has the error."""
        try:
            if not Path(video).is_file():
                raise InputError(f'{video} does not exist')
            packed = self.pipeline(dict(filename=str(video), modality='RGB', start_index=0, label=-1))
            if self.one_view:
                packed['inputs'] = pick_view(check_views(packed['inputs']), None)
        except Exception as error:  # noqa: BLE001  whatever a decoder raises, other videos go on
            return Sample(str(video), None, describe(error))
        return Sample(str(video), packed)

    @torch.no_grad()
    def classify(self, samples: list[Sample]) -> list[Prediction]:
        """Predictions for samples whose views have one size.

        Raises:
            InputError: If the batch does not fit into the memory of the device, or the scores are not averaged over
                the views.
        """
        packed = [sample.packed for sample in samples if sample.packed is not None]
        scores = iter(self._forward(packed) if packed else ())
        return [
            Prediction(sample.video, None, sample.error) if sample.error else Prediction(sample.video, next(scores))
            for sample in samples
        ]

    def _forward(self, packed: list[dict]) -> list[dict[str, Tensor]]:
        batch = {key: [part[key] for part in packed] for key in ('inputs', 'data_samples')}
        try:
            with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
                results = self.model.test_step(batch)
        except torch.OutOfMemoryError as error:
            views = 'their middle views' if self.one_view else 'all their views'
            raise InputError(
                f'{self.device} is out of memory with {len(packed)} videos, {views}, in a batch: use a smaller '
                'batch, one view or mixed precision'
            ) from error
        return [self._scores(result.pred_score) for result in results]

    def _scores(self, scores: Tensor | dict[str, Tensor]) -> dict[str, Tensor]:
        scores = scores if isinstance(scores, dict) else {CLASS: scores}
        scores = {name: values.float().cpu() for name, values in scores.items()}
        shapes = {name: tuple(values.shape) for name, values in scores.items()}
        if shapes != {name: (count,) for name, count in self.classes.items()}:
            raise InputError(
                f'got scores {shapes} of a video, expected one for each of {self.classes} classes: set '
                'model.cls_head.average_clips, by which views are averaged'
            )
        return scores

    def best(self, prediction: Prediction, k: int = 5) -> dict[str, list[Guess]]:
        """The k best classes of each classifier, best first; empty if the video could not be read.

        Their scores are probabilities: if the test averages raw scores, the softmax of their mean.
        """
        guesses = {}
        for name, scores in (prediction.scores or {}).items():
            values, indices = as_probabilities(scores).topk(min(k, len(scores)))
            names = self.labels[name] if self.labels else None
            guesses[name] = [
                Guess(index, names[index] if names else None, value)
                for index, value in zip(indices.tolist(), values.tolist(), strict=True)
            ]
        return guesses


def in_batches(samples: Iterable[Sample], size: int) -> Iterator[list[Sample]]:
    """Batches of samples in order, each with up to ``size`` that could be read, all with views of one shape."""
    batch: list[Sample] = []
    shape, count = None, 0
    for sample in samples:
        if sample.packed is not None:
            own = tuple(sample.packed['inputs'].shape)
            if count and own != shape:
                yield batch
                batch, count = [], 0
            shape, count = own, count + 1
        batch.append(sample)
        if count in (0, size):  # 0: only errors, which need no forward pass
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def crashed(video: str) -> Sample:
    return Sample(
        video, None, f'the process that read {video} died: its decoder crashed, or memory or shared memory ran out'
    )


def describe(error: Exception) -> str:
    """An error in one line."""
    text = ' '.join(str(error).split())
    return text if isinstance(error, InputError) and text else f'{type(error).__name__}: {text}'
