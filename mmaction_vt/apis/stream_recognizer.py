"""Scores of a stream, frame by frame."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from torch import nn

from ..errors import InputError
from ..models.heads import thresholds_of
from ..registry import MODELS
from ..streaming import DEFAULT_FPS, WindowScorer, check_frames, clip_offsets, clips_step, window_length
from ..utils.precision import check_precision
from .model import default_device, init_recognizer, names_for
from .predictions import Prediction
from .sliding_windows import default_stride, describe_reuse
from .window_prediction import WindowPrediction


class StreamRecognizer:
    """Push frames, get scores: those of a test of the window that ends with the frame.

    A frame is resized and cropped once. What the backbone computes of one tubelet alone (see ``reuse``) is computed
    once too, and kept while a window can contain the tubelet.

    Args:
        model: A model's name, a config, or a model that ``init_recognizer`` or ``create_model`` returned.
        checkpoint: As ``VideoInferencer`` takes it, with a name or a config.
        device: Where the model runs, with a name or a config. Default: a GPU if there is one.
        labels: Names of the classes, instead of the config's.
        window: Frames of a window. Default: the config's ``window``, or what a clip of the test pipeline spans.
        stride: Frames from one prediction to the next. Default: half a window, in whole tubelets.
        fps: Frames per second of the stream, by which some pipelines choose frames.
        one_view: Whether only the middle view is used.
        amp: ``bf16`` or ``fp16`` for mixed precision.

    Attributes:
        window: Frames of a window.
        stride: Frames from one prediction to the next.

    Raises:
        InputError: If the model, its test pipeline or a number cannot be used.

    Example:
        >>> stream = StreamRecognizer('config.py', 'model.pth', stride=4)  # doctest: +SKIP
        >>> for frame in camera:  # doctest: +SKIP
        ...     if (prediction := stream.push(frame)) is not None:
        ...         print(prediction.stop, prediction.top(1))
    """

    def __init__(
        self,
        model: str | Path | Config | dict | nn.Module,
        checkpoint: str | Path | None = None,
        device: str | torch.device | None = None,
        labels: Sequence[str] | Sequence[Sequence[str]] | None = None,
        window: int | None = None,
        stride: int | None = None,
        fps: float = DEFAULT_FPS,
        one_view: bool = False,
        amp: str | None = None,
    ) -> None:
        if not isinstance(fps, (int, float)) or not 0 < fps < float('inf'):
            raise InputError(f'fps must be a positive number of frames per second, not {fps!r}')
        self.model = recognizer_of(model, checkpoint, device)
        config = self.model.cfg
        if 'test_pipeline' not in config:
            raise InputError('the config has no test_pipeline, by which frames are sampled and cropped')
        step = clips_step(Compose(list(config.test_pipeline)))
        self.fps = float(fps)
        self.window = window_length(window, config, step.sampling, self.fps)
        offsets = clip_offsets(step.sampling, self.window, self.fps)
        self.stride = default_stride(self.window, offsets, self.model.backbone) if stride is None else stride
        check_frames('stride', self.stride)
        self.labels = names_for(self.model, config, labels)
        self.thresholds = thresholds_of(self.model.cls_head)
        self._step, self._options = step, (offsets, one_view, self.stride < self.window, self._dtype(amp))
        self.reset()

    def _dtype(self, amp: str | None) -> torch.dtype | None:
        on_gpu = next(self.model.backbone.parameters()).device.type != 'cpu'
        return None if amp is None else check_precision(amp, on_gpu)

    def reset(self) -> None:
        """Forget all frames: the next one is the first of another stream."""
        self._scorer = WindowScorer(self.model, self._step.geometry, *self._options)
        self._times: dict[int, float] = {}
        self._scored: int | None = None
        self.num_frames = 0

    def push(self, frame: np.ndarray, time: float | None = None) -> WindowPrediction | None:
        """Take the next frame.

        Args:
            frame: (H, W, 3) in RGB, uint8; its size may differ from that of others.
            time: When it was taken, in seconds. Default: its number over ``fps``.

        Returns:
            The prediction for the window that ends with this frame, if one does: every ``stride`` frames, from the
            first complete window on.

        Raises:
            InputError: If it is not such a frame.
        """
        return self.push_crops(self.cut(frame), time)

    def cut(self, frame: np.ndarray) -> np.ndarray:
        """The crops of a frame that the model sees, for ``push_crops``: in another thread, or for frames that wait.

        Args:
            frame: (H, W, 3) in RGB, uint8.

        Returns:
            (crops, H', W', 3) in uint8.

        Raises:
            InputError: If it is not such a frame.
        """
        return self._scorer.cut(frame)

    def push_crops(self, crops: np.ndarray, time: float | None = None, score: bool = True) -> WindowPrediction | None:
        """Take the crops of the next frame.

        Args:
            crops: What ``cut`` returned for it.
            time: When it was taken, in seconds. Default: its number over ``fps``.
            score: Whether a window that ends with it is scored; a model that is slower than its stream skips windows.

        Returns:
            As ``push``.

        Raises:
            InputError: If the crops have another size than those before.
        """
        number = self.num_frames
        self._scorer.keep(number, crops)
        self._times[number] = number / self.fps if time is None else float(time)
        self.num_frames += 1
        if not self.completes(self.num_frames):
            return None
        start = self.num_frames - self.window
        self._drop_before(start)
        if not score:
            return None
        (prediction,) = self._predict([start], self.window)
        self._scored = start
        self._drop_before(start + self.stride)
        return prediction

    def completes(self, num_frames: int) -> bool:
        """Whether a window ends with the last of so many frames of a stream."""
        start = num_frames - self.window
        return start >= 0 and start % self.stride == 0

    def finish(self) -> WindowPrediction | None:
        """The prediction for the last window of a stream that has ended, if ``push`` has not returned it.

        A stream that is shorter than a window is one window.
        """
        length = min(self.window, self.num_frames)
        start = self.num_frames - length
        if not length or self._scored == start:
            return None
        self._scored = start
        return self._predict([start], length)[0]

    def _predict(self, starts: list[int], length: int) -> list[WindowPrediction]:
        offsets = None if length == self.window else clip_offsets(self._step.sampling, length, self.fps)
        scores = self._scorer.score(starts, offsets)
        return [
            WindowPrediction(
                self._times[start],
                self._times[start + length - 1] + 1 / self.fps,
                start,
                start + length - 1,
                Prediction('stream', each, None, self.labels, self.thresholds),
            )
            for start, each in zip(starts, scores, strict=True)
        ]

    def _drop_before(self, start: int) -> None:
        """Forget frames before the next window, but keep enough for ``finish``."""
        first = min(start, self.num_frames + 1 - self.window)
        self._scorer.drop_before(first)
        self._times = {number: time for number, time in self._times.items() if number >= first}

    @property
    def reuse(self) -> str:
        """What overlapping windows share, in one sentence."""
        return describe_reuse(self._scorer)

    def __repr__(self) -> str:
        name = type(self.model.backbone).__name__
        return f'StreamRecognizer({name}, a window of {self.window} frames every {self.stride})'


def recognizer_of(model: Any, checkpoint: str | Path | None, device: str | torch.device | None) -> Any:
    """The recognizer that a name, a config or a model stands for.

    Raises:
        InputError: If a model is given with a checkpoint or a device, or has no config.
    """
    if not isinstance(model, nn.Module):
        return init_recognizer(model, checkpoint, default_device() if device is None else device, new_classifier=False)
    if checkpoint is not None or device is not None:
        raise InputError('give a checkpoint and a device with a name or a config, not with a model that is built')
    if not hasattr(model, 'cfg'):
        raise InputError('the model has no config as cfg: build it by init_recognizer or create_model')
    built: Any = model
    if not hasattr(built, 'data_preprocessor'):  # create_model's, which has the recognizer's backbone and head
        preprocessor = MODELS.build(built.cfg.model.data_preprocessor)
        built.data_preprocessor = preprocessor.to(next(built.parameters()).device)
    return built.eval()
