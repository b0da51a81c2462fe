"""Recognising the actions in many videos."""

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from torch import Tensor

from ..errors import InputError
from ..evaluation.calibration import Calibration, read_calibration
from ..models.heads import CLASS, classifiers_of
from ..utils.config import load_config
from ..utils.file_kinds import display_path
from ..utils.frame_arrays import frames_of, name_of_video
from ..utils.precision import check_precision
from ..utils.process_pool import call_in_order
from ..utils.thresholds import Thresholds
from ..utils.time_limit import call_in_time, video_timeout
from ..utils.video_files import check_local_video
from ..visualization.explain.explanation import Explanation, explain_video
from ..visualization.explain.model_input import check_views, pick_view, sampled_rate
from .decisions import check_calibration, thresholds_for
from .model import check_device, default_device, init_recognizer, names_for
from .predictions import Guess, Prediction
from .sliding_windows import SlidingWindows
from .weight_precision import cast_backbone

Video = str | Path | np.ndarray | Tensor


class Sample(NamedTuple):
    """A video as the test pipeline packs it, or the error that reading it raised.

    Attributes:
        video: Its name.
        packed: ``inputs`` and ``data_samples``.
        error: One sentence.
        fps: Frames of a clip per second of the video; None if it has no frame rate.
    """

    video: str
    packed: dict | None
    error: str | None = None
    fps: float | None = None


class VideoInferencer:
    """Recognise the actions in videos, as ``tools/test.py`` does, without annotations.

    Videos are read by the config's ``test_pipeline``, and scores are averaged over its views. A video that cannot be
    read, or does not fit the pipeline or the model, gets a prediction with an error and does not end the run.

    Args:
        config: A model's name, a config file, a ``Config`` or a dict, with ``model`` and ``test_pipeline``.
        checkpoint: As ``read_checkpoint`` takes it, or ``'published'`` for the file that the model's authors publish;
            without one the weights are random.
        device: Where the model runs. Default: a GPU if there is one (see ``default_device``).
        labels: Names of the classes, instead of the config's; for a model with several classifiers a list for each, in
            order.
        batch_size: Videos per forward pass; views of different sizes are not batched together.
        num_workers: Processes that decode; 0 decodes in this one.
        amp: ``bf16`` or ``fp16`` for mixed precision.
        one_view: Whether only the middle view of each video is used.
        timeout: Time limit for reading a video in seconds, 0 for none. Default: ``MMACTION_VT_VIDEO_TIMEOUT``, or 300.
        precision: ``bf16`` or ``fp16`` for a backbone that is cast once, instead of ``amp`` (see ``cast_backbone``).
        thresholds: From which probability on a label is predicted, for a model with several labels per video: a number,
            one for each class, or a file of ``tools/analysis/tune_thresholds.py``. Default: the head's.
        calibration: A temperature, a file of ``tools/analysis/calibrate.py``, or a ``Calibration``, for a model with
            one label per video.

    Raises:
        InputError: If the config, the checkpoint, the device, the names, the precision, the thresholds or the
            calibration cannot be used.

    Example:
        >>> recognise = VideoInferencer('config.py', 'model.pth', labels=['left', 'right'])  # doctest: +SKIP
        >>> recognise('a.mp4').top(1)  # doctest: +SKIP
        [('left', 0.93)]
        >>> for prediction in recognise(['a.mp4', 'b.mp4']):  # doctest: +SKIP
        ...     print(prediction)
    """

    def __init__(
        self,
        config: str | Path | Config | dict,
        checkpoint: str | Path | None = None,
        device: str | torch.device | None = None,
        labels: Sequence[str] | Sequence[Sequence[str]] | None = None,
        batch_size: int = 1,
        num_workers: int = 0,
        amp: str | None = None,
        one_view: bool = False,
        timeout: float | None = None,
        precision: str | None = None,
        thresholds: Thresholds | None = None,
        calibration: Calibration | float | str | Path | None = None,
    ) -> None:
        config = load_config(config)
        calibration = None if calibration is None else read_calibration(calibration)
        if 'test_pipeline' not in config:
            raise InputError('the config has no test_pipeline, by which videos are read')
        device = default_device() if device is None else device
        check_device(device)
        self.device = torch.device(device)
        self.dtype = check_precision(amp, self.device.type != 'cpu') if amp is not None else None
        if batch_size < 1 or num_workers < 0:
            raise InputError(
                f'batch_size must be at least 1 and num_workers at least 0, not {batch_size} and {num_workers}'
            )
        if amp is not None and precision is not None:
            raise InputError(f'give amp or precision, not both: {amp!r} and {precision!r}')
        self.model: Any = init_recognizer(config, checkpoint, self.device, new_classifier=False)
        if precision is not None:
            cast_backbone(self.model, precision)
        self.name = Path(config.filename).stem if config.filename else type(self.model.backbone).__name__
        self.classes = classifiers_of(self.model.get_submodule('cls_head'))
        self.labels = names_for(self.model, config, labels)
        self.thresholds = thresholds_for(self.model, thresholds)
        self.calibration = calibration
        check_calibration(self.model, calibration)
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.pipeline = Compose(copy.deepcopy(list(config.test_pipeline)))
        self.one_view = one_view
        self.timeout = video_timeout() if timeout is None else timeout

    @overload
    def __call__(self, videos: Video) -> Prediction: ...  # type: ignore[overload-overlap]  # a string is iterable too

    @overload
    def __call__(self, videos: Iterable[Video]) -> Iterator[Prediction]: ...

    def __call__(self, videos: Video | Iterable[Video]) -> Prediction | Iterator[Prediction]:
        """Predictions for videos.

        Args:
            videos: The path of a video, or its frames (T, H, W, 3) in RGB, uint8, as an array or a tensor; a tensor may
                be (T, 3, H, W) too. Or any number of them.

        Returns:
            The prediction for one video; an iterator of predictions, in order, as they are computed, for several.

        Raises:
            InputError: For anything else.
        """
        one, several = one_or_several(videos)
        predictions = self._predict(several)
        return next(predictions) if one else predictions

    def _predict(self, videos: Iterable[Video]) -> Iterator[Prediction]:
        named = (str(video) if isinstance(video, Path) else video for video in videos)
        samples = call_in_order(self._reader(), named, self.num_workers, on_crash=crashed)
        for batch in in_batches(samples, self.batch_size):
            yield from self._classify_or_explain(batch)

    def read(self, video: Video) -> Sample:
        """Read a video with the test pipeline; if it cannot be read, the sample has the error."""
        return self._reader()(video)

    def slide(
        self, video: Video, window: int | None = None, stride: int | None = None, input_step: int = 1
    ) -> SlidingWindows:
        """Slide a window over a video of any length: the scores of each are those of a test of its frames alone.

        The video is decoded once, in order; what overlapping windows share is computed once.

        Args:
            video: A path, or frames, as in a call.
            window: Frames of a window. Default: the config's ``window``, or what a clip of the test pipeline spans.
            stride: Frames from the start of a window to that of the next. Default: half a window, in whole tubelets.
            input_step: 2 for every second frame of the video only, and so on; all numbers of frames are then among
                these.

        Returns:
            The windows: ``len`` is their number, and iterating yields a ``WindowPrediction`` for each.

        Raises:
            InputError: If the video cannot be read, or a number is not positive.

        Example:
            >>> for window in recognise.slide('film.mp4', stride=32):  # doctest: +SKIP
            ...     print(window.start, window.stop, window.top(1))
        """
        return SlidingWindows(self, source_of(video), window, stride, input_step)

    def _reader(self) -> Callable[[Video], Sample]:
        """``read`` without the model, which other processes do not need."""
        return partial(read_video, self.pipeline, self.one_view, self.timeout)

    def _classify_or_explain(self, samples: list[Sample]) -> list[Prediction]:
        """Predictions; if the model does not take a batch, one video after the other, and errors for those at fault."""
        try:
            return self.classify(samples)
        except (InputError, MemoryError, torch.OutOfMemoryError):
            raise
        except Exception as error:  # noqa: BLE001  whatever a model raises for an unexpected shape
            if len(samples) > 1:
                return [prediction for sample in samples for prediction in self._classify_or_explain([sample])]
            (sample,) = samples
            return [Prediction(sample.video, None, f'{sample.video} does not fit the model: {describe(error)}')]

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
            Prediction(sample.video, None, sample.error) if sample.error else self.predict(sample.video, next(scores))
            for sample in samples
        ]

    @property
    def decides(self) -> str | None:
        """What the model decides beside the scores: ``labels``, ``none_of_these``, or nothing."""
        if self.thresholds is not None:
            return 'labels'
        return 'none_of_these' if self.calibration is not None and self.calibration.threshold is not None else None

    def predict(self, video: str, scores: dict[str, Tensor]) -> Prediction:
        """The prediction for a video, from the scores of each classifier."""
        return Prediction(video, scores, None, self.labels, self.thresholds, self.calibration)

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
        """The k best classes of each classifier: ``prediction.best(k)``."""
        return prediction._replace(names=self.labels).best(k)

    def explain(
        self,
        video: Video,
        method: str = 'gradcam',
        category: int | str | None = None,
        layer: str | None = None,
        head: int | None = None,
        view: int | None = None,
    ) -> Explanation:
        """Where in a video a model finds evidence for a class: ``mmaction_vt.show`` draws the answer.

        Args:
            video: A path, or frames, as in a call.
            method: ``gradcam``, ``gradcam++``, ``layercam``, ``eigencam``, ``rollout`` or ``attention``.
            category: The class, by index or name. Default: the predicted class.
            layer: For ``attention`` and class activation maps, a name such as ``backbone/blocks/3``. Default: see
                ``default_layer``.
            head: For ``attention``, the head. Default: the mean of all.
            view: The view of the test pipeline, from 0. Default: the middle one.

        Raises:
            InputError: If the video cannot be read, the model has several classifiers, or there is no such method,
                class, layer, head or view.

        Example:
            >>> show(recognise.explain('a.mp4', method='rollout'))  # doctest: +SKIP
        """
        source = source_of(video)
        names = (self.labels or {}).get(CLASS)
        return explain_video(
            self.model, source.get('array', source['filename']), method, category, layer, head, view, names,
            self.timeout,
        )  # fmt: skip

    def __repr__(self) -> str:
        classes = ', '.join(f'{task}: {count} classes' for task, count in self.classes.items())
        return f'VideoInferencer({self.name}, {classes.removeprefix(f"{CLASS}: ")}, on {self.device})'


def one_or_several(videos: Video | Iterable[Video]) -> tuple[bool, Iterable[Video]]:
    """Whether a single video is given, and the videos.

    Raises:
        InputError: If it is neither a video nor several.
    """
    if isinstance(videos, (str, Path, np.ndarray, Tensor)):
        return True, [videos]
    if isinstance(videos, (bytes, Mapping)) or not isinstance(videos, Iterable):
        raise InputError(
            f'expected the path of a video, frames (T, H, W, 3) in uint8, or several of them; got '
            f'{type(videos).__name__}'
        )
    return False, videos


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


def read_video(pipeline: Compose, one_view: bool, timeout: float, video: Video) -> Sample:
    """Read a video.

    Args:
        pipeline: The test pipeline.
        one_view: Whether to keep the middle view only.
        timeout: Time limit in seconds; 0 for none.
        video: The video.

    Returns:
        The sample, which has the error if the video cannot be read.
    """
    name = name_of_video(video)
    try:
        results = source_of(video)
        packed = call_in_time(pipeline, results, name, timeout)
        if one_view:
            packed['inputs'] = pick_view(check_views(packed['inputs']), None)
    except Exception as error:  # noqa: BLE001  whatever a decoder raises, other videos go on
        return Sample(name, None, describe(error))
    return Sample(name, packed, fps=sampled_rate(results))  # the pipeline has added its frames to what it was given


def source_of(video: Video) -> dict:
    """What a test pipeline is given for a video.

    Raises:
        InputError: If there is no such file, or it is not one video; if an array does not have frames in uint8.
    """
    info = dict(modality='RGB', start_index=0, label=-1)
    if isinstance(video, (np.ndarray, Tensor)):
        return dict(info, filename=name_of_video(video), array=frames_of(video))
    if not isinstance(video, (str, Path)):
        raise InputError(f'expected the path of a video or frames (T, H, W, 3) in uint8; got {type(video).__name__}')
    if not os.path.lexists(video):
        raise InputError(f'{display_path(video)} does not exist')
    return dict(info, filename=check_local_video(str(video)))


def crashed(video: Video) -> Sample:
    video = name_of_video(video)
    return Sample(
        video, None, f'the process that read {video} died: its decoder crashed, or memory or shared memory ran out'
    )


def describe(error: Exception) -> str:
    """An error in one line."""
    text = ' '.join(str(error).split())
    return text if isinstance(error, InputError) and text else f'{type(error).__name__}: {text}'
