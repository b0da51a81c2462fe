"""The newest window of a stream, by a model that may be slower than the stream."""

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch

from ..apis.window_prediction import WindowPrediction


class CutSample(NamedTuple):
    """A frame of the steady rate, cropped for the model.

    Attributes:
        number: Its number.
        time: Its time in seconds.
        crops: (crops, H', W', 3) in uint8.
        restart: Whether frames before it are not continued by it.
    """

    number: int
    time: float
    crops: np.ndarray
    restart: bool


class Recognizer(Protocol):
    """What is needed of a ``StreamRecognizer``."""

    window: int
    stride: int
    num_frames: int

    def push_crops(self, crops: np.ndarray, time: float | None = ..., score: bool = ...) -> WindowPrediction | None: ...

    def completes(self, num_frames: int) -> bool: ...

    def finish(self) -> WindowPrediction | None: ...

    def reset(self) -> None: ...


class NewestWindow:
    """Feeds a recognizer with all frames, in order, and scores the newest window that is complete.

    A window does not reach over a gap, a jump of the time stamps, or a change to crops of another size.

    Args:
        recognizer: A ``StreamRecognizer``.
        skip: Whether windows are skipped if a newer one is complete; otherwise each is scored.
        average: Number of latest windows whose scores are averaged.

    Attributes:
        skipped: Windows that were skipped.
        last: Number of the last frame that was taken.
    """

    def __init__(self, recognizer: Recognizer, skip: bool = True, average: int = 1) -> None:
        self.recognizer, self.skip = recognizer, skip
        self.skipped, self.last = 0, -1
        self.shape: tuple[int, ...] | None = None
        self.recent: deque[dict[str, Any]] = deque(maxlen=average)

    def feed(self, samples: Sequence[CutSample], score: bool = True) -> list[WindowPrediction]:
        """Take samples, in order; returns the predictions, whose frames are numbered as the samples are.

        Args:
            samples: All that have come since the last call.
            score: Whether to score a window at all.
        """
        complete = self._complete(samples)
        chosen = set(complete[-1:] if self.skip else complete) if score else set()
        self.skipped += len(complete) - len(chosen)
        predictions = []
        for index, sample in enumerate(samples):
            if self._restarts(sample, self.last, self.shape):
                self._restart()
            self.last, self.shape = sample.number, sample.crops.shape
            prediction = self.recognizer.push_crops(sample.crops, sample.time, index in chosen)
            if prediction is not None:
                predictions.append(self._finished(prediction))
        return predictions

    def finish(self) -> list[WindowPrediction]:
        """The prediction for the last window of a stream that has ended, if it was not scored."""
        prediction = self.recognizer.finish()
        return [] if prediction is None else [self._finished(prediction)]

    def _complete(self, samples: Sequence[CutSample]) -> list[int]:
        """Indices of the samples with which a window ends."""
        found, last, shape, count = [], self.last, self.shape, self.recognizer.num_frames
        for index, sample in enumerate(samples):
            count = 1 if self._restarts(sample, last, shape) else count + 1
            last, shape = sample.number, sample.crops.shape
            if self.recognizer.completes(count):
                found.append(index)
        return found

    @staticmethod
    def _restarts(sample: CutSample, last: int, shape: tuple[int, ...] | None) -> bool:
        return sample.restart or sample.number != last + 1 or (shape is not None and sample.crops.shape != shape)

    def _restart(self) -> None:
        self.recognizer.reset()
        self.recent.clear()

    def _finished(self, window: WindowPrediction) -> WindowPrediction:
        """A prediction with averaged scores and the numbers of the samples."""
        length = window.last_frame - window.first_frame + 1
        self.recent.append(window.scores)
        scores = {
            task: torch.stack([scores[task] for scores in self.recent]).mean(0) if len(self.recent) > 1 else values
            for task, values in window.scores.items()
        }
        return window._replace(
            first_frame=self.last - length + 1,
            last_frame=self.last,
            prediction=window.prediction._replace(scores=scores),
        )
