"""What a model says of many videos."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from torch import Tensor

from ..errors import InputError
from ..evaluation.probabilities import as_probabilities
from ..models.heads import CLASS, classifiers_of
from ..utils.config import load_config
from ..utils.process_pool import call_in_order
from ..visualization.explain.model_input import check_views, pick_view
from .model import check_device, init_recognizer, names_for

PRECISIONS = dict(bf16=torch.bfloat16, fp16=torch.float16)


class Prediction(NamedTuple):
    """What a model says of a video.

    Attributes:
        video: Its path.
        scores: For each classifier its scores (classes,), averaged over the views as in a test; the classifier of a
            model with one is called ``class``. None if the video could not be read.
        error: Why it could not be read; None if it could.
    """

    video: str
    scores: dict[str, Tensor] | None
    error: str | None = None


class Guess(NamedTuple):
    """One of the best classes: its number from 0, its name if names are known, and its score."""

    number: int
    label: str | None
    score: float


def name_of(guess: Guess, task: str = CLASS) -> str:
    """What a guess is called; of one of several classifiers with the classifier's name in front."""
    if guess.label is None:
        return f'{task} {guess.number}'
    return guess.label if task == CLASS else f'{task} {guess.label}'


class Sample(NamedTuple):
    """A video as the test pipeline packs it, or why it could not be read."""

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
        labels: Names of the classes in place of the config's; of a model with several classifiers, a list of names for
            each, in their order.
        batch_size: Videos in one forward pass. Views of different sizes do not meet in one.
        num_workers: Processes that decode; with 0 this one does.
        amp: ``bf16`` or ``fp16`` for mixed precision.
        one_view: Whether only the middle view of each video is looked at.

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
            raise InputError('the config has no test_pipeline, which says how a video is read')
        check_device(device)
        self.device = torch.device(device)
        if amp not in (None, *PRECISIONS):
            raise InputError(f'the precision is one of {" and ".join(PRECISIONS)}, not {amp}')
        if amp == 'fp16' and self.device.type == 'cpu':
            raise InputError('fp16 needs a GPU: take bf16 on a CPU')
        if batch_size < 1 or num_workers < 0:
            raise InputError(f'batch_size is at least 1 and num_workers 0, not {batch_size} and {num_workers}')
        self.model = init_recognizer(config, checkpoint, device, new_classifier=False)
        self.classes = classifiers_of(self.model.cls_head)
        self.labels = names_for(self.model, config, labels)
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.dtype = PRECISIONS.get(amp)
        self.pipeline = Compose(copy.deepcopy(list(config.test_pipeline)))
        self.one_view = one_view

    def __call__(self, videos: Iterable[str | Path]) -> Iterator[Prediction]:
        """Predictions for videos, in their order, as they come."""
        samples = call_in_order(self.read, map(str, videos), self.num_workers, on_crash=crashed)
        for batch in in_batches(samples, self.batch_size):
            yield from self.classify(batch)

    def read(self, video: str | Path) -> Sample:
        """A video as the test pipeline packs it; a video that cannot be read is a sample with an error."""
        try:
            if not Path(video).is_file():
                raise InputError(f'{video} does not exist')
            packed = self.pipeline(dict(filename=str(video), modality='RGB', start_index=0, label=-1))
            if self.one_view:
                packed['inputs'] = pick_view(check_views(packed['inputs']), None)
        except Exception as error:  # noqa: BLE001  whatever a decoder raises, it is this video that is lost and not the list
            return Sample(str(video), None, describe(error))
        return Sample(str(video), packed)

    @torch.no_grad()
    def classify(self, samples: list[Sample]) -> list[Prediction]:
        """Predictions for samples whose views have one size.

        Raises:
            InputError: If they do not fit into the memory of the device, or the model gives scores of no known kind.
        """
        whole = [sample.packed for sample in samples if sample.error is None]
        scores = iter(self._forward(whole) if whole else ())
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
                f'{len(packed)} videos at once, with {views}, do not fit into the memory of {self.device}: take a '
                'smaller batch, one view or mixed precision'
            ) from error
        return [self._scores(result.pred_score) for result in results]

    def _scores(self, scores: Tensor | dict[str, Tensor]) -> dict[str, Tensor]:
        scores = scores if isinstance(scores, dict) else {CLASS: scores}
        scores = {name: values.float().cpu() for name, values in scores.items()}
        shapes = {name: tuple(values.shape) for name, values in scores.items()}
        if shapes != {name: (count,) for name, count in self.classes.items()}:
            raise InputError(
                f'the model gives scores of {shapes} for a video, where {self.classes} classes are expected: does '
                'model.cls_head.average_clips say how views are averaged?'
            )
        return scores

    def best(self, prediction: Prediction, k: int = 5) -> dict[str, list[Guess]]:
        """The k best classes of each classifier, best first; empty if the video could not be read.

        Their scores are probabilities: where a model's test averages raw scores, the softmax of their mean.
        """
        guesses = {}
        for name, scores in (prediction.scores or {}).items():
            values, numbers = as_probabilities(scores).topk(min(k, len(scores)))
            names = self.labels[name] if self.labels else None
            guesses[name] = [
                Guess(number, names[number] if names else None, value)
                for number, value in zip(numbers.tolist(), values.tolist(), strict=True)
            ]
        return guesses


def in_batches(samples: Iterable[Sample], size: int) -> Iterator[list[Sample]]:
    """Samples in batches of up to ``size`` that could be read, all with views of one shape; the order stays."""
    batch, shape, count = [], None, 0
    for sample in samples:
        if sample.error is None:
            own = tuple(sample.packed['inputs'].shape)
            if count and own != shape:
                yield batch
                batch, count = [], 0
            shape, count = own, count + 1
        batch.append(sample)
        if count in (0, size):  # 0: nothing in it has to wait for others
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
