"""Action detection in a video of any length, frame by frame, in flat memory."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from mmaction.structures import ActionDataSample
from mmengine.structures import InstanceData

from ..datasets.boxes.proposals import Boxes
from ..datasets.transforms import JitterBoxes, MoveBoxes, SampleAroundKeyFrame, VideoToClips
from ..datasets.transforms.geometry import Plan, Size
from ..errors import InputError
from ..models.detectors import ActionDetector
from ..registry import TRANSFORMS
from .box_sources import BoxSource
from .box_tracks import BoxTracks, Shown, Track, score_tracks
from .model import init_recognizer as init_model

Frame = tuple[float, np.ndarray]  # when it is shown, in seconds, and (H, W, 3) in RGB, uint8


class Held(NamedTuple):
    """A frame that waits for the prediction of its key frame.

    Attributes:
        number: Its number.
        time: When it is shown.
        picture: (H, W, 3).
        tracks: Its tracks and boxes; None if boxes are known of key frames only.
    """

    number: int
    time: float
    picture: np.ndarray
    tracks: list[tuple[Track, np.ndarray]] | None


class VideoDetector:
    """An ``ActionDetector`` that runs over a video.

    Every ``step`` frames there is a key frame: its boxes get scores from the clip around it, which tracks keep and
    average. Frames are decoded once, in order; only those of a clip and a step are in memory.

    Args:
        config: The config of an action detector.
        checkpoint: As ``read_checkpoint`` takes it.
        boxes: Where boxes come from.
        device: The device.
        step: Frames between key frames.
        threshold: Least score of a label.
        most: Most labels of a box.

    Raises:
        InputError: If the model is no action detector, or its test pipeline has other steps than those of the configs.
    """

    def __init__(
        self,
        config: Any,
        checkpoint: str | None,
        boxes: BoxSource,
        device: torch.device | str = 'cpu',
        step: int = 8,
        threshold: float = 0.5,
        most: int = 5,
    ) -> None:
        self.model: Any = init_model(config, checkpoint, device, new_classifier=False)
        if not isinstance(self.model, ActionDetector):
            raise InputError(
                f'{type(self.model).__name__} is no action detector: give a config of configs/detection; demo/demo.py '
                'is for recognizers'
            )
        self.source, self.device = boxes, torch.device(device)
        self.step, self.threshold, self.most = step, threshold, most
        self.clips, self.moves = steps_of(self.model.cfg.test_pipeline)
        sampling = self.clips.sampling
        self.offsets = (np.arange(sampling.clip_len) - sampling.clip_len // 2) * sampling.frame_interval
        self.target_fps: float | None = sampling.target_fps

    def run(self, frames: Iterable[Frame], fps: float | None = None) -> Iterator[tuple[float, np.ndarray, list[Shown]]]:
        """Each frame with its boxes and labels, delayed by half a clip and half a step.

        Args:
            frames: The frames in order.
            fps: Their rate, if the distance of a clip's frames refers to another one.
        """
        offsets = self.offsets
        if self.target_fps is not None and fps:
            offsets = np.rint(offsets * fps / self.target_fps).astype(int)
        return _Run(self, offsets).over(frames)

    @torch.inference_mode()
    def predict(self, clip: np.ndarray, boxes: np.ndarray, scores: np.ndarray, plan: Plan, size: Size) -> np.ndarray:
        """Scores (K, classes) of boxes.

        Args:
            clip: The frames as the model sees them, (T, H, W, 3).
            boxes: (K, 4) as shares of the frame.
            scores: Scores (K,) of the boxes.
            plan: How frames were resized and cropped.
            size: Height and width of the video.
        """
        found: dict = dict(proposals=boxes.astype(np.float32), crop_plan=plan, original_shape=size)
        found['img_shape'] = clip.shape[1:3]
        for move in self.moves:
            found = move(found)
        sample = ActionDataSample()
        sample.proposals = InstanceData(
            bboxes=torch.from_numpy(found['proposals']),
            frame_bboxes=torch.from_numpy(boxes),
            scores=torch.from_numpy(scores.astype(np.float32)),
        )
        inputs = torch.from_numpy(np.ascontiguousarray(clip.transpose(3, 0, 1, 2)))[None]
        predicted = self.model.test_step(dict(inputs=[inputs], data_samples=[sample]))[0]
        values: np.ndarray = predicted.pred_instances.scores.cpu().numpy()
        return values


class _Run:
    """The state of one pass over a video."""

    def __init__(self, detector: VideoDetector, offsets: np.ndarray) -> None:
        self.detector, self.offsets = detector, offsets
        self.before, self.after = -int(offsets.min()), max(int(offsets.max()), 0)
        self.tracks = BoxTracks(patience=3 * detector.step)
        self.views: deque[tuple[int, np.ndarray]] = deque()  # as the model sees them
        self.held: deque[Held] = deque()
        self.plans: dict[Size, Plan] = {}
        self.waiting: dict[int, tuple[list[Track], Boxes, Size]] = {}  # key frames

    def over(self, frames: Iterable[Frame]) -> Iterator[tuple[float, np.ndarray, list[Shown]]]:
        number = -1
        for number, (time, picture) in enumerate(frames):
            self._take(number, time, picture)
            yield from self._finished(number)
        if number >= 0:
            last = number
            if not self._is_key(last) and last % self.detector.step < self.detector.step // 2:
                self._add_key(last)  # of the frames after the last whole step
            yield from self._finished(last, complete=True)

    def _is_key(self, number: int) -> bool:
        return number % self.detector.step == self.detector.step // 2

    def _take(self, number: int, time: float, picture: np.ndarray) -> None:
        height, width = picture.shape[:2]
        plan = self.plans.setdefault((height, width), self.detector.clips.geometry.plan((height, width)))
        self.views.append((number, plan.views[0].cut(plan.resize(picture))))
        while self.views[0][0] < number - self.before - self.after:
            self.views.popleft()
        found = None
        if self.detector.source.every_frame or self._is_key(number):
            boxes = self.detector.source.at(time, picture)
            tracks = self.tracks.update(boxes[0], 1 if self.detector.source.every_frame else self.detector.step)
            found = list(zip(tracks, boxes[0], strict=True))
            if self._is_key(number):
                self.waiting[number] = tracks, boxes, (height, width)
        self.held.append(Held(number, time, picture, found))

    def _add_key(self, number: int) -> None:
        """Make the last frame of the video a key frame."""
        frame = self.held[-1]
        boxes = self.detector.source.at(frame.time, frame.picture)
        tracks = self.tracks.update(boxes[0], 0)
        height, width = frame.picture.shape[:2]
        self.waiting[number] = tracks, boxes, (height, width)

    def _finished(self, newest: int, complete: bool = False) -> Iterator[tuple[float, np.ndarray, list[Shown]]]:
        """The frames whose key frame has been scored."""
        for key in [each for each in self.waiting if complete or each + self.after <= newest]:
            tracks, boxes, size = self.waiting.pop(key)
            self._score(key, tracks, boxes, size)
            end = key - key % self.detector.step + self.detector.step
            while self.held and self.held[0].number < end:
                held = self.held.popleft()
                shown = held.tracks if held.tracks is not None else list(zip(tracks, boxes[0], strict=True))
                labels = [Shown(track.number, box, self._labels(track)) for track, box in shown]
                yield held.time, held.picture, labels
        if complete:
            while self.held:
                held = self.held.popleft()
                yield (
                    held.time,
                    held.picture,
                    [Shown(track.number, box, self._labels(track)) for track, box in held.tracks or ()],
                )

    def _labels(self, track: Track) -> list[tuple[int, float]]:
        return track.labels(self.detector.most)

    def _score(self, key: int, tracks: list[Track], boxes: Boxes, size: Size) -> None:
        if not len(boxes[0]):
            return
        shape = next(view.shape for number, view in self.views if number == key)
        views = {number: view for number, view in self.views if view.shape == shape}  # a video may change its size
        clip = np.stack([views[int(number)] for number in (key + self.offsets).clip(min(views), max(views))])
        scores = self.detector.predict(clip, boxes[0], boxes[1], self.plans[size], size)
        score_tracks(tracks, scores, self.detector.threshold)


def steps_of(pipeline: list[dict]) -> tuple[VideoToClips, list[Any]]:
    """The step that makes clips, and those that move boxes, of a test pipeline.

    Raises:
        InputError: If it does not begin with clips around key frames.
    """
    steps = [TRANSFORMS.build(step) for step in pipeline]
    clips = steps[0] if steps else None
    if not isinstance(clips, VideoToClips) or not isinstance(clips.sampling, SampleAroundKeyFrame):
        raise InputError(
            'the test pipeline of an action detector must begin with mmaction_vt.VideoToClips and sampling of '
            'mmaction_vt.SampleAroundKeyFrame'
        )
    return clips, [step for step in steps if isinstance(step, MoveBoxes | JitterBoxes)]
