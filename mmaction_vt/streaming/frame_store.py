"""Frames of a video as the model sees them, each resized and cropped once."""

from collections.abc import Iterable

import numpy as np

from ..datasets.transforms.geometry import Geometry, Plan, Size
from ..errors import InputError


class FrameStore:
    """The crops of recent frames.

    Frames may change their size: each is resized and cropped for its own.

    Args:
        geometry: How frames are cropped.
    """

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry
        self.plans: dict[Size, Plan] = {}
        self.crops: dict[int, np.ndarray] = {}
        self.shape: tuple[int, ...] | None = None

    def cut(self, frame: np.ndarray) -> np.ndarray:
        """The crops of a frame, (crops, H', W', 3) in uint8, without keeping them.

        Args:
            frame: (H, W, 3) in RGB, uint8.

        Raises:
            InputError: If it is not such a frame.
        """
        if not isinstance(frame, np.ndarray) or frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
            given = f'{frame.shape} in {frame.dtype}' if isinstance(frame, np.ndarray) else type(frame).__name__
            raise InputError(f'a frame must be an array (H, W, 3) in uint8; got {given}')
        height, width = frame.shape[:2]
        size = (height, width)
        if size not in self.plans:
            self.plans[size] = self.geometry.plan(size)
        plan = self.plans[size]
        resized = plan.resize(frame)
        return np.stack([box.cut(resized) for box in plan.views])

    def keep(self, number: int, crops: np.ndarray) -> None:
        """Keep crops of ``cut``.

        Args:
            number: Number of the frame.
            crops: Its crops.

        Raises:
            InputError: If they have another size than those of other frames.
        """
        if self.shape is not None and crops.shape != self.shape:
            raise InputError(
                f'the crops of frame {number} are {crops.shape[1]} x {crops.shape[2]} pixels, unlike those before it, '
                'and the pipeline does not crop frames of all sizes to one: set short_side and size of VideoToClips'
            )
        self.shape = crops.shape
        self.crops[number] = crops

    def add(self, number: int, frame: np.ndarray) -> None:
        """Keep the crops of a frame; arguments and errors are those of ``cut`` and ``keep``.

        Args:
            number: Number of the frame.
            frame: (H, W, 3) in RGB, uint8.
        """
        self.keep(number, self.cut(frame))

    @property
    def num_crops(self) -> int:
        """Crops of a frame; 0 before the first one."""
        return 0 if self.shape is None else self.shape[0]

    def views(self, clips: np.ndarray, middle: bool = False) -> list[tuple[int, list[int]]]:
        """The views of clips, ordered by crop: each is a crop and the numbers of its frames.

        Args:
            clips: Numbers of the frames of each clip, (clips, T).
            middle: Whether only the middle view is wanted.
        """
        views = [(crop, clip) for crop in range(self.num_crops) for clip in clips.tolist()]
        return [views[len(views) // 2]] if middle else views

    def get(self, crop: int, numbers: Iterable[int]) -> np.ndarray:
        """One crop of some frames, (T, H, W, 3)."""
        return np.stack([self.crops[number][crop] for number in numbers])

    def drop_before(self, number: int) -> None:
        """Forget the frames before one."""
        for old in [key for key in self.crops if key < number]:
            del self.crops[old]
