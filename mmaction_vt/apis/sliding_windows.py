"""Sliding windows over a video of any length."""

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
from mmengine.logging import print_log

from ..datasets.video_readers import Reader
from ..errors import BrokenVideoError
from ..streaming import (
    DEFAULT_FPS,
    EveryNth,
    Span,
    WindowScorer,
    check_frames,
    check_times,
    clip_offsets,
    clips_step,
    complete_windows,
    frames_in_time,
    frames_of_windows,
    spans_of,
    window_length,
)
from ..utils.time_limit import call_in_time
from .window_prediction import WindowPrediction


class SlidingWindows:
    """The windows of a video; iterating over them decodes the video once, in order, in flat memory.

    Args:
        inferencer: A ``VideoInferencer``.
        source: What its pipeline is given for the video.
        window: Frames of a window. Default: the config's ``window``, or what a clip of the test pipeline spans.
        stride: Frames from the start of a window to that of the next. Default: half a window, in whole tubelets.
        input_step: 2 for every second frame of the video only, and so on; all numbers of frames are then among these.

    Attributes:
        name: Name of the video.
        fps: Its frames per second.
        num_frames: Its number of frames.
        times: When each is shown, in seconds.
        window: Frames of a window.
        stride: Frames between the starts of windows.
        spans: The first frame of each window, and the frame after its last.
        scorer: What computes the scores.

    Raises:
        InputError: If the video cannot be read, or the window or the stride is not a positive integer.
    """

    def __init__(
        self,
        inferencer: Any,
        source: dict,
        window: int | None = None,
        stride: int | None = None,
        input_step: int = 1,
    ) -> None:
        check_frames('input_step', input_step)
        self.input_step = input_step
        self.inferencer, self.source, self.name = inferencer, source, source['filename']
        self.step = clips_step(inferencer.pipeline)
        reader = self._open()
        try:
            self.fps, self.num_frames = reader.fps or DEFAULT_FPS, reader.num_frames
            self.times = reader.times()
        finally:
            reader.close()
        sampling = self.step.sampling
        self.window = window_length(window, inferencer.model.cfg, sampling, self.fps)
        self.offsets = clip_offsets(sampling, min(self.window, self.num_frames), self.fps)
        self.set_stride(
            default_stride(self.window, self.offsets, inferencer.model.backbone) if stride is None else stride
        )
        for sentence in [*self._short(), *check_times(self.times, self.fps)]:
            print_log(f'{self.name}: {sentence}', 'current', logging.WARNING)

    def set_stride(self, stride: int) -> None:
        """Choose other windows.

        Args:
            stride: Frames from the start of a window to that of the next.

        Raises:
            InputError: If it is not a positive integer.
        """
        check_frames('stride', stride)
        self.stride = stride
        self.spans = list(spans_of(self.window, stride, self.num_frames))
        self.scorer = self._scorer()

    def _open(self) -> Reader | EveryNth:
        reader = self._open_whole()
        return reader if self.input_step == 1 else EveryNth(reader, self.input_step)

    def _open_whole(self) -> Reader:
        return call_in_time(self.step.open, dict(self.source), self.name, self.inferencer.timeout)

    def frames(self) -> Iterator[tuple[float, np.ndarray]]:
        """All frames (H, W, 3) of the video, whatever the input step, and when they are shown, in seconds.

        Raises:
            BrokenVideoError: If one cannot be decoded; those before it have been yielded.
        """
        reader = self._open_whole()
        try:
            times = reader.times()
            for number, frame in frames_in_time(reader, np.arange(reader.num_frames), self.inferencer.timeout):
                yield float(times[number]), frame
        finally:
            reader.close()

    def _short(self) -> list[str]:
        if self.num_frames >= self.window:
            return []
        return [f'its {self.num_frames} frames are fewer than the {self.window} of a window, and are one window']

    def _scorer(self) -> WindowScorer:
        infer = self.inferencer
        reuse = self.stride < self.window
        return WindowScorer(infer.model, self.step.geometry, self.offsets, infer.one_view, reuse, infer.dtype)

    def __len__(self) -> int:
        return len(self.spans)

    def __iter__(self) -> Iterator[WindowPrediction]:
        return self.iterate()

    def iterate(self, first: int = 0) -> Iterator[WindowPrediction]:
        """The predictions of the windows, in order.

        Args:
            first: Number of the first window, from 0: those before it are neither decoded nor scored.

        Raises:
            BrokenVideoError: If a frame cannot be decoded; the windows before it have been yielded.
        """
        self.scorer = self._scorer()
        spans = self.spans[first:]
        numbers = frames_of_windows(spans, self.offsets, self.num_frames)
        reader = self._open()
        pending: list[Span] = []
        failure: BrokenVideoError | None = None
        try:
            frames = frames_in_time(reader, numbers, self.inferencer.timeout)
            for span in complete_windows(frames, spans, self.offsets, self.scorer.add):
                pending.append(span)
                if len(pending) == self.inferencer.batch_size:
                    yield from self._score(pending)
                    pending = []
        except BrokenVideoError as error:
            failure = error
        finally:
            reader.close()
        yield from self._score(pending)
        if failure is not None:
            raise failure

    def _score(self, spans: list[Span]) -> list[WindowPrediction]:
        if not spans:
            return []
        scores = self.scorer.score([span.start for span in spans])
        self.scorer.drop_before(min(spans[-1].start + self.stride, self.num_frames - self.window))
        return [
            WindowPrediction(
                float(self.times[span.start]),
                self.end_of(span.stop - 1),
                span.start,
                span.stop - 1,
                self.inferencer.predict(self.name, each),
            )
            for span, each in zip(spans, scores, strict=True)
        ]

    def end_of(self, frame: int) -> float:
        """When a frame ends, in seconds.

        Args:
            frame: Its number.
        """
        return float(self.times[frame + 1]) if frame + 1 < self.num_frames else float(self.times[frame]) + 1 / self.fps

    @property
    def reuse(self) -> str:
        """What overlapping windows share, in one sentence, with the share so far."""
        return describe_reuse(self.scorer)


def default_stride(window: int, offsets: np.ndarray, backbone: Any) -> int:
    """Half a window, rounded to whole tubelets.

    Args:
        window: Frames of a window.
        offsets: Frames that a test takes from a window, (clips, T).
        backbone: The backbone, whose ``tubelet_size`` says how many frames a tubelet has.
    """
    size = int(getattr(backbone, 'tubelet_size', 1))
    tubelet = max(round((offsets[0, -1] - offsets[0, 0]) * size / max(offsets.shape[1] - 1, 1)), 1)
    return max(window // 2 // tubelet, 1) * tubelet if tubelet <= window // 2 else max(window // 2, 1)


def describe_reuse(scorer: WindowScorer) -> str:
    """What windows share, in one sentence.

    Args:
        scorer: What computed their scores.
    """
    if scorer.cache is None:
        return 'each frame is decoded and resized once'
    step = scorer.model.backbone.tubelet_step
    text = f'each frame is decoded and resized once; computed once per tubelet: {step}'
    if scorer.cache.used:
        share = 1 - scorer.cache.computed / scorer.cache.used
        text += f', which saved {100 * share:.0f} % of {scorer.cache.used} tubelets'
    return text
