"""Crop geometry: which pixels of a frame a model sees, decided before any is resized."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import cv2
import numpy as np

from ...errors import InputError

Size = tuple[int, int]


class Box(NamedTuple):
    """A rectangle of pixels."""

    top: int
    left: int
    height: int
    width: int

    def cut(self, frame: np.ndarray) -> np.ndarray:
        return frame[self.top : self.top + self.height, self.left : self.left + self.width]


class Plan(NamedTuple):
    """How views are made: a part of a frame is resized, and the views are boxes of the result.

    Attributes:
        source: The part of the frame.
        size: Its size after resizing, (height, width).
        views: A box for each crop.
        flip: Whether to flip horizontally.
    """

    source: Box
    size: Size
    views: tuple[Box, ...]
    flip: bool = False

    def resize(self, frame: np.ndarray) -> np.ndarray:
        """The resized part of a frame (H, W, 3)."""
        part = self.source.cut(frame)
        if part.shape[:2] != self.size:
            part = cv2.resize(part, self.size[::-1], interpolation=cv2.INTER_LINEAR)
        return part[:, ::-1] if self.flip else part


class Geometry(Protocol):
    """A way of cropping."""

    def plan(self, frame: Size) -> Plan:
        """The plan for frames of a size; random for random crops."""


class WholeFrame:
    """The whole frame, resized if a size is given.

    Args:
        size: Height and width after resizing.
        short_side: Instead of ``size``, length of the shorter side, or its range; the aspect ratio is kept.
        long_side: With ``short_side``, largest length of the longer side.
    """

    def __init__(
        self,
        size: int | Size | None = None,
        short_side: int | Sequence[int] | None = None,
        long_side: int | None = None,
    ) -> None:
        self.size = pair(size) if size is not None else None
        self.range = None if short_side is None else pair(short_side)
        self.long_side = long_side

    def plan(self, frame: Size) -> Plan:
        size = self.size or frame
        if self.size is None and self.range is not None:
            short = draw_length(*self.range, inverse=False) if self.range[0] != self.range[1] else self.range[0]
            if self.long_side is not None and short * max(frame) > self.long_side * min(frame):
                short = max(int(self.long_side * min(frame) / max(frame)), 1)
            size = keep_aspect_ratio(frame, short)
        return Plan(Box(0, 0, *frame), size, (Box(0, 0, *size),))


class TestCrops:
    """The shorter side is resized, then cropped as by mmaction2's ``CenterCrop`` and ``ThreeCrop``.

    Three crops are the left or upper end of the longer side, the right or lower end, and the centre.

    Args:
        short_side: Length of the shorter side; None to not resize.
        size: Height and width of a crop.
        count: 1 for the centre, 3 for the centre and both ends of the longer side.
    """

    __test__ = False  # not a test class for pytest

    def __init__(self, short_side: int | None, size: int | Size, count: int) -> None:
        self.short_side = short_side
        self.crop = pair(size)
        self.count = count

    def plan(self, frame: Size) -> Plan:
        size = frame if self.short_side is None else self.resized(frame, self.short_side)
        check_size(size, self.crop)
        return Plan(Box(0, 0, *frame), size, self.boxes(size))

    def resized(self, frame: Size, short_side: int) -> Size:
        """A frame's size after its shorter side is resized."""
        return keep_aspect_ratio(frame, short_side)

    def boxes(self, size: Size) -> tuple[Box, ...]:
        """The crops of a frame."""
        height, width = self.crop
        down, right = size[0] - height, size[1] - width
        center = Box(down // 2, right // 2, height, width)
        if self.count == 1:
            return (center,)
        if right >= down:
            ends = (Box(down // 2, 0, height, width), Box(down // 2, 2 * (right // 2), height, width))
        else:
            ends = (Box(0, right // 2, height, width), Box(2 * (down // 2), right // 2, height, width))
        return (*ends, center)


class UniformCrops(TestCrops):
    """Test crops of PySlowFast, with which TimeSformer and Motionformer were published.

    The longer side is rounded down, the centre's offset is rounded up, and the last crop ends with the frame. Three
    crops are the left or upper end of the longer side, the centre, and the right or lower end. Arguments are those of
    ``TestCrops``.
    """

    def resized(self, frame: Size, short_side: int) -> Size:
        short = min(frame)
        if short == short_side:
            return frame
        height, width = (short_side if side == short else math.floor(side / short * short_side) for side in frame)
        return height, width

    def boxes(self, size: Size) -> tuple[Box, ...]:
        height, width = self.crop
        down, right = size[0] - height, size[1] - width
        center = Box(math.ceil(down / 2), math.ceil(right / 2), height, width)
        if self.count == 1:
            return (center,)
        if size[0] > size[1]:
            return center._replace(top=0), center, center._replace(top=down)
        return center._replace(left=0), center, center._replace(left=right)


class RandomCrop:
    """The shorter side is resized to a random length, and a random crop is taken. Only the crop's pixels are computed.

    Args:
        short_side: Length of the shorter side, or its range; None to not resize.
        size: Height and width of the crop.
        inverse: Whether 1 / length is drawn uniformly instead of the length.
        anchor: Position of the crop along width and height, from (0, 0), the upper left, to (1, 1), the lower right.
            Default: random.
        jitter: Maximum random shift of the anchor in each direction.
    """

    def __init__(
        self,
        short_side: int | Sequence[int] | None,
        size: int | Size,
        inverse: bool = False,
        anchor: Sequence[float] | None = None,
        jitter: float = 0.0,
    ) -> None:
        if anchor is not None and (len(anchor) != 2 or not all(0 <= part <= 1 for part in (*anchor, jitter))):
            raise InputError(f'anchor must be two numbers in [0, 1] and jitter one, not {anchor} and {jitter}')
        self.range = None if short_side is None else pair(short_side)
        self.crop = pair(size)
        self.inverse = inverse
        self.anchor = anchor
        self.jitter = jitter

    def plan(self, frame: Size) -> Plan:
        size = frame if self.range is None else keep_aspect_ratio(frame, draw_length(*self.range, self.inverse))
        check_size(size, self.crop)
        margin = (size[0] - self.crop[0], size[1] - self.crop[1])
        if self.anchor is None:
            top, left = (np.random.randint(pixels + 1) for pixels in margin)
        else:
            top, left = draw_corner(margin, self.anchor, self.jitter)
        scale = (frame[0] / size[0], frame[1] / size[1])
        start = (round(top * scale[0]), round(left * scale[1]))
        stop = (round((top + self.crop[0]) * scale[0]), round((left + self.crop[1]) * scale[1]))
        source = Box(*start, max(stop[0] - start[0], 1), max(stop[1] - start[1], 1))
        return Plan(source, self.crop, (Box(0, 0, *self.crop),))


class RandomResizedCrop:
    """A box of random area, aspect ratio and position, resized (Szegedy et al., 2015).

    Args:
        size: Height and width of the result.
        area_range: Range of the box's area relative to the frame's.
        aspect_range: Range of its aspect ratio, width over height.
    """

    ATTEMPTS = 10

    def __init__(
        self,
        size: int | Size,
        area_range: Sequence[float] = (0.08, 1.0),
        aspect_range: Sequence[float] = (3 / 4, 4 / 3),
    ) -> None:
        self.size = pair(size)
        self.area_range = area_range
        self.aspect_range = aspect_range

    def plan(self, frame: Size) -> Plan:
        return Plan(self.draw_box(frame), self.size, (Box(0, 0, *self.size),))

    def draw_box(self, frame: Size) -> Box:
        """A random box; the largest central square if no box that was drawn fits."""
        height, width = frame
        min_area, max_area = self.area_range
        min_log_aspect, max_log_aspect = np.log(self.aspect_range)
        for _ in range(self.ATTEMPTS):
            area = np.random.uniform(min_area, max_area) * height * width
            aspect = np.exp(np.random.uniform(min_log_aspect, max_log_aspect))
            box_height, box_width = round((area / aspect) ** 0.5), round((area * aspect) ** 0.5)
            if 0 < box_height <= height and 0 < box_width <= width:
                top, left = np.random.randint(height - box_height + 1), np.random.randint(width - box_width + 1)
                return Box(int(top), int(left), box_height, box_width)
        side = min(frame)
        return Box((height - side) // 2, (width - side) // 2, side, side)


def draw_length(low: int, high: int, inverse: bool) -> int:
    """A random length in [low, high]: uniform, or with 1 / length uniform, which makes smaller lengths more likely."""
    if inverse:
        return round(1 / np.random.uniform(1 / high, 1 / low))
    return round(np.random.uniform(low, high))


def draw_corner(margin: Size, anchor: Sequence[float], jitter: float) -> Size:
    """Top and left of a crop near an anchor, (width, height); ``margin`` is the frame's size less the crop's."""
    shifted = np.clip(np.random.uniform(-jitter, jitter, 2) + anchor, 0, 1)
    top, left = (round(pixels * part) for pixels, part in zip(margin, shifted[::-1], strict=True))
    return top, left


def pair(size: int | Sequence[int]) -> Size:
    height, width = (size, size) if isinstance(size, int) else size
    return height, width


def keep_aspect_ratio(frame: Size, short_side: int) -> Size:
    """A frame's size after its shorter side is resized, rounded as in mmcv."""
    scale = short_side / min(frame)
    height, width = (int(pixels * scale + 0.5) for pixels in frame)
    return height, width


def check_size(frame: Size, crop: Size) -> None:
    if crop[0] > frame[0] or crop[1] > frame[1]:
        raise InputError(
            f'a crop of {crop[0]}x{crop[1]} does not fit into a frame of {frame[0]}x{frame[1]} pixels: set a larger '
            'short_side'
        )
