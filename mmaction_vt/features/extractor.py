"""Extracting features from many videos."""

import copy
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from torch import Tensor

from ..apis.inferencer import Video, describe, one_or_several
from ..apis.model import check_device, default_device, init_recognizer
from ..apis.weight_precision import cast_backbone
from ..errors import InputError, check_one_of
from ..streaming.windows import check_frames, clips_step
from ..utils.config import load_config
from ..utils.precision import check_precision
from ..utils.process_pool import call_in_order
from ..utils.time_limit import video_timeout
from ..visualization.explain.model_input import prepare
from .pieces import Piece, check_views_option, crashed_piece, read_clips
from .taps import Tap
from .video_features import VideoFeatures
from .windows import Windows, read_windows

CLIP, WINDOW, FRAME = LEVELS = ('clip', 'window', 'frame')


class Unit(NamedTuple):
    """A window of a piece, or a piece that has an error."""

    piece: Piece
    views: Tensor | None  # (V, 3, T, H, W)
    is_last: bool


class FeatureExtractor:
    """Features of videos, from any layer of a backbone.

    - ``clip``: the views of the config's ``test_pipeline``, averaged: one vector for each video, as a test sees it.
    - ``window``: a row for each sliding window of the video.
    - ``frame``: a row for each time step of the token map, in windows that follow each other.

    Windows are read as the test pipeline reads a video that has their frames alone. A video that cannot be read, or
    does not fit the pipeline or the model, gets an error and does not end the run.

    Args:
        config: A model's name, a config file, a ``Config`` or a dict, with ``model`` and ``test_pipeline``.
        checkpoint: As ``read_checkpoint`` takes it, or ``'published'``; without one the weights are random.
        layer: A name such as ``backbone/blocks/8``. Default: the backbone's output.
        pool: ``cls``, the class token as the backbone returns it, or where it has none the mean over all positions;
            ``mean``, that mean; ``map``, the whole map (C, T', H', W'), at the frame level (C, H', W'). Default:
            ``cls``, at the frame level ``mean``.
        level: ``clip``, ``window`` or ``frame``.
        window: Frames of a window. Default: those that a clip of the pipeline spans.
        stride: Frames between the starts of two windows. Default: ``window``.
        views: What happens to the views of a video or a window: their ``mean``; ``all`` are kept, in a dimension after
            the rows (at the clip level they are the rows); or only the ``middle`` one is computed. Default: ``mean``,
            and ``all`` for maps.
        device: Where the model runs. Default: a GPU if there is one.
        batch_size: Videos, or windows, per forward pass.
        num_workers: Processes that decode; 0 decodes in this one.
        amp: ``bf16`` or ``fp16`` for mixed precision.
        precision: ``bf16`` or ``fp16`` for a backbone that is cast once, instead of ``amp``.
        timeout: Time limit for reading a video, or a window, in seconds, 0 for none. Default:
            ``MMACTION_VT_VIDEO_TIMEOUT``, or 300.

    Raises:
        InputError: If the config, the checkpoint, the device, the layer or an option cannot be used.

    Example:
        >>> extract = FeatureExtractor('config.py', 'model.pth', level='window', stride=16)  # doctest: +SKIP
        >>> extract('a.mp4').features.shape  # doctest: +SKIP
        torch.Size([12, 768])
        >>> for found in extract(['a.mp4', 'b.mp4']):  # doctest: +SKIP
        ...     print(found.video, found.times, found.error)
    """

    def __init__(
        self,
        config: str | Path | Config | dict,
        checkpoint: str | Path | None = None,
        layer: str | None = None,
        pool: str | None = None,
        level: str = CLIP,
        window: int | None = None,
        stride: int | None = None,
        views: str | None = None,
        device: str | torch.device | None = None,
        batch_size: int = 1,
        num_workers: int = 0,
        amp: str | None = None,
        precision: str | None = None,
        timeout: float | None = None,
    ) -> None:
        config = load_config(config)
        if 'test_pipeline' not in config:
            raise InputError('the config has no test_pipeline, by which videos are read')
        check_one_of('level', level, LEVELS)
        self.level = level
        self.pool = pool or ('mean' if level == FRAME else 'cls')
        self.views = check_views_option(views, self.pool)
        self.window, self.stride = window, stride
        check_options(self, batch_size, num_workers)
        self.device = torch.device(default_device() if device is None else device)
        check_device(self.device)
        self.dtype = check_precision(amp, self.device.type != 'cpu') if amp is not None else None
        if amp is not None and precision is not None:
            raise InputError(f'give amp or precision, not both: {amp!r} and {precision!r}')
        self.model: Any = init_recognizer(config, checkpoint, self.device)
        self.pipeline = Compose(copy.deepcopy(list(config.test_pipeline)))
        if level != CLIP:
            clips_step(self.pipeline)
        if precision is not None:
            cast_backbone(self.model, precision)
        self.tap = Tap(self.model, layer, self.pool, per_frame=level == FRAME)
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.timeout = video_timeout() if timeout is None else timeout

    @property
    def options(self) -> dict[str, Any]:
        """What decides which features are extracted, besides config and checkpoint."""
        return dict(
            level=self.level, layer=self.tap.layer, pool=self.pool, views=self.views, window=self.window,
            stride=self.window if self.stride is None else self.stride,
        )  # fmt: skip

    @overload
    def __call__(self, videos: Video) -> VideoFeatures: ...  # type: ignore[overload-overlap]  # a string is iterable too

    @overload
    def __call__(self, videos: Iterable[Video]) -> Iterator[VideoFeatures]: ...

    def __call__(self, videos: Video | Iterable[Video]) -> VideoFeatures | Iterator[VideoFeatures]:
        """Features of videos.

        Args:
            videos: The path of a video, or its frames (T, H, W, 3) in RGB, uint8, as an array or a tensor. Or any
                number of them.

        Returns:
            The features of one video; an iterator of them, in order, as they are computed, for several.

        Raises:
            InputError: For anything else.
        """
        one, several = one_or_several(videos)
        features = self._extract(several)
        return next(features) if one else features

    def _extract(self, videos: Iterable[Video]) -> Iterator[VideoFeatures]:
        rows: list[Tensor] = []
        spans: list[np.ndarray | None] = []
        failed: str | None = None
        for batch in batches(units_of(self._read(videos)), self.batch_size):
            for unit, features in zip(batch, self._compute_or_explain(batch), strict=True):
                failed = failed or unit.piece.error or (features if isinstance(features, str) else None)
                if isinstance(features, Tensor):
                    rows.append(features)
                    spans.append(unit.piece.spans)
                if unit.is_last:
                    yield self._finish(unit.piece, rows, spans, failed)
                    rows, spans, failed = [], [], None

    def _read(self, videos: Iterable[Video]) -> Iterator[Piece]:
        named = (str(video) if isinstance(video, Path) else video for video in videos)
        if self.level == CLIP:
            read: Callable[[Video], Piece] = partial(read_clips, self.pipeline, self.views, self.timeout)
            return call_in_order(read, named, self.num_workers, on_crash=crashed_piece)
        windows = Windows(
            self.pipeline, self.window, self.stride, self.views, self.level == FRAME, self.timeout
        )  # fmt: skip
        return read_windows(windows, named, self.num_workers)

    def _compute_or_explain(self, units: list[Unit]) -> list[Tensor | str | None]:
        """Features of units; if the model does not take a batch, one after the other, and errors for those at fault."""
        try:
            return self._compute(units)
        except (InputError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001  whatever a model raises for an unexpected shape
            if len(units) > 1:
                return [found for unit in units for found in self._compute_or_explain([unit])]
            return [f'{units[0].piece.video} does not fit the model: {describe(error)}']

    def _compute(self, units: list[Unit]) -> list[Tensor | str | None]:
        """Features of units whose views have one size: (V, ...) on the CPU."""
        views = [unit.views for unit in units if unit.views is not None]
        if not views:
            return [None] * len(units)
        try:
            with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
                features = self.tap(prepare(self.model, torch.cat(views)))
        except torch.OutOfMemoryError as error:
            raise InputError(
                f'{self.device} is out of memory with {len(views)} videos or windows of {len(views[0])} views in a '
                'batch: use a smaller batch, --views middle or mixed precision'
            ) from error
        found = iter(features.cpu().split([len(part) for part in views]))
        return [None if unit.views is None else next(found) for unit in units]

    def _finish(
        self, last: Piece, rows: list[Tensor], spans: list[np.ndarray | None], failed: str | None
    ) -> VideoFeatures:
        """The features of a video from those of its windows."""
        if failed is not None or not rows:
            return VideoFeatures(last.video, None, error=failed or 'no frames')
        known = [part for part in spans if part is not None]
        frames = np.concatenate(known) if len(known) == len(rows) else None
        features = torch.stack([part if self.views == 'all' else part.mean(0) for part in rows])  # (W, V, ...)
        if self.level == CLIP:
            features = features[0]
            if frames is not None and self.views != 'all':
                frames = np.array([[frames[:, 0].min(), frames[:, 1].max()]])
        if self.level == FRAME:
            features, frames = by_frame(features, frames, self.views == 'all')
        times = None if frames is None or not last.fps else torch.from_numpy(frames / last.fps)
        return VideoFeatures(last.video, features, times, last.fps, last.num_frames)


def by_frame(features: Tensor, spans: np.ndarray | None, keeps_views: bool) -> tuple[Tensor, np.ndarray | None]:
    """Features (W * T', ...) and the spans of time steps, from those of windows (W, T', ...) or (W, V, T', ...)."""
    if keeps_views:
        features = features.transpose(1, 2)
    if spans is not None:
        steps = np.linspace(spans[:, 0], spans[:, 1], features.shape[1] + 1, axis=1)  # (W, T' + 1)
        spans = np.stack((steps[:, :-1], steps[:, 1:]), axis=2).reshape(-1, 2)
    return features.flatten(0, 1), spans


def units_of(pieces: Iterable[Piece]) -> Iterator[Unit]:
    """The windows of pieces."""
    for piece in pieces:
        if piece.views is None:
            yield Unit(piece, None, piece.is_last)
            continue
        single = len(piece.views) == 1
        for index, views in enumerate(piece.views):
            spans = piece.spans if single or piece.spans is None else piece.spans[index : index + 1]
            yield Unit(piece._replace(spans=spans), views, piece.is_last and index == len(piece.views) - 1)


def batches(units: Iterable[Unit], size: int) -> Iterator[list[Unit]]:
    """Batches of units in order, each with up to ``size`` that could be read, all with views of one shape."""
    batch: list[Unit] = []
    shape, count = None, 0
    for unit in units:
        if unit.views is not None:
            if count and unit.views.shape != shape:
                yield batch
                batch, count = [], 0
            shape, count = unit.views.shape, count + 1
        batch.append(unit)
        if count in (0, size):  # 0: only errors, which need no forward pass
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def check_options(extractor: FeatureExtractor, batch_size: int, num_workers: int) -> None:
    """Check the options of an extractor that depend on each other.

    Raises:
        InputError: If they do not fit.
    """
    if batch_size < 1 or num_workers < 0:
        raise InputError(
            f'batch_size must be at least 1 and num_workers at least 0, not {batch_size} and {num_workers}'
        )
    if extractor.pool == 'map' and extractor.views == 'mean':
        raise InputError(
            'views of a map show different places and times, which have no mean: set views to all or middle'
        )
    for name, value in (('window', extractor.window), ('stride', extractor.stride)):
        if value is not None and extractor.level == CLIP:
            raise InputError(f'{name} is for level window or frame, not clip')
    for name, value in (('window', extractor.window), ('stride', extractor.stride)):
        if value is not None:
            check_frames(name, value)
