"""Which pixels of a frame a model sees, decided before any is computed."""

import math
from collections.abc import Sequence
from typing import NamedTuple

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
    """How views come from frames: a part of a frame is resized, and the views are boxes of the result.

    Attributes:
        source: The part of the frame.
        size: What it is resized to, (height, width).
        views: One box for each crop.
        flip: Whether left and right change places.
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


class WholeFrame:
    """All of the frame, as it is or at a height and width."""

    def __init__(self, size: int | Size | None = None) -> None:
        self.size = pair(size) if size is not None else None

    def plan(self, frame: Size) -> Plan:
        size = self.size or frame
        return Plan(Box(0, 0, *frame), size, (Box(0, 0, *size),))


class TestCrops:
    """The shorter side is resized, and crops are taken as mmaction2's ``CenterCrop`` and ``ThreeCrop`` take them.

    Three crops are the left or upper end of the longer side, the right or lower end, and the middle.

    Args:
        short_side: Pixels of the shorter side; None leaves the frame as it is.
        size: Height and width of a crop.
        count: 1 for the middle, 3 for the middle and both ends of the longer side.
    """

    __test__ = False  # pytest takes it for tests

    def __init__(self, short_side: int | None, size: int | Size, count: int) -> None:
        self.short_side = short_side
        self.crop = pair(size)
        self.count = count

    def plan(self, frame: Size) -> Plan:
        size = frame if self.short_side is None else self.resized(frame)
        check_room(size, self.crop)
        return Plan(Box(0, 0, *frame), size, self.boxes(size))

    def resized(self, frame: Size) -> Size:
        """A frame's size once its shorter side is resized."""
        return keep_proportions(frame, self.short_side)

    def boxes(self, size: Size) -> tuple[Box, ...]:
        """The crops of a frame of a size."""
        height, width = self.crop
        down, right = size[0] - height, size[1] - width
        middle = Box(down // 2, right // 2, height, width)
        if self.count == 1:
            return (middle,)
        if right >= down:
            ends = (Box(down // 2, 0, height, width), Box(down // 2, 2 * (right // 2), height, width))
        else:
            ends = (Box(0, right // 2, height, width), Box(2 * (down // 2), right // 2, height, width))
        return (*ends, middle)


class UniformCrops(TestCrops):
    """Test crops as PySlowFast takes them, with which TimeSformer and Motionformer were published.

    The longer side is rounded down, the middle's offset is rounded up, and the last crop ends with the frame. Three
    crops are the left or upper end of the longer side, the middle, and the right or lower end. Arguments are those of
    ``TestCrops``.
    """

    def resized(self, frame: Size) -> Size:
        short = min(frame)
        if short == self.short_side:
            return frame
        return tuple(self.short_side if side == short else math.floor(side / short * self.short_side) for side in frame)

    def boxes(self, size: Size) -> tuple[Box, ...]:
        height, width = self.crop
        down, right = size[0] - height, size[1] - width
        middle = Box(math.ceil(down / 2), math.ceil(right / 2), height, width)
        if self.count == 1:
            return (middle,)
        if size[0] > size[1]:
            return middle._replace(top=0), middle, middle._replace(top=down)
        return middle._replace(left=0), middle, middle._replace(left=right)


class RandomCrop:
    """The shorter side gets a random length, and a random crop is taken: only the crop's pixels are computed.

    Args:
        short_side: Its length, or the smallest and largest; None leaves the frame as it is.
        size: Height and width of the crop.
        inverse: Whether 1 / length is drawn uniformly instead of the length.
        anchor: Where the crop lies along width and height, from (0, 0), the upper left, to (1, 1), the lower right,
            instead of anywhere.
        jitter: By how much the anchor is moved at random in each direction.
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
            raise InputError(f'anchor is two numbers from 0 to 1 and jitter one, not {anchor} and {jitter}')
        self.range = None if short_side is None else pair(short_side)
        self.crop = pair(size)
        self.inverse = inverse
        self.anchor = anchor
        self.jitter = jitter

    def plan(self, frame: Size) -> Plan:
        size = frame if self.range is None else keep_proportions(frame, self.draw_length())
        check_room(size, self.crop)
        room = (size[0] - self.crop[0], size[1] - self.crop[1])
        if self.anchor is None:
            top, left = (np.random.randint(pixels + 1) for pixels in room)
        else:
            top, left = draw_corner(room, self.anchor, self.jitter)
        scale = (frame[0] / size[0], frame[1] / size[1])
        start = (round(top * scale[0]), round(left * scale[1]))
        stop = (round((top + self.crop[0]) * scale[0]), round((left + self.crop[1]) * scale[1]))
        source = Box(*start, max(stop[0] - start[0], 1), max(stop[1] - start[1], 1))
        return Plan(source, self.crop, (Box(0, 0, *self.crop),))

    def draw_length(self) -> int:
        return draw_length(*self.range, self.inverse)


class RandomResizedCrop:
    """A box of random area and shape anywhere in the frame, resized (Szegedy et al., 2015).

    Args:
        size: Height and width of the result.
        area_range: Share of the frame that the box has.
        aspect_range: Its width over its height.
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
        """A box; the largest square in the middle if none that was drawn fits."""
        height, width = frame
        for _ in range(self.ATTEMPTS):
            area = np.random.uniform(*self.area_range) * height * width
            aspect = np.exp(np.random.uniform(*np.log(self.aspect_range)))
            box_height, box_width = round((area / aspect) ** 0.5), round((area * aspect) ** 0.5)
            if 0 < box_height <= height and 0 < box_width <= width:
                top, left = np.random.randint(height - box_height + 1), np.random.randint(width - box_width + 1)
                return Box(int(top), int(left), box_height, box_width)
        side = min(frame)
        return Box((height - side) // 2, (width - side) // 2, side, side)


def draw_length(low: int, high: int, inverse: bool) -> int:
    """A length between two, both included, drawn uniformly, or with 1 / length uniform: then the smaller likelier."""
    if inverse:
        return round(1 / np.random.uniform(1 / high, 1 / low))
    return round(np.random.uniform(low, high))


def draw_corner(room: Size, anchor: Sequence[float], jitter: float) -> Size:
    """Top and left of a crop that has some room, (height, width), near an anchor along width and height."""
    moved = np.clip(np.random.uniform(-jitter, jitter, 2) + anchor, 0, 1)
    return tuple(round(pixels * part) for pixels, part in zip(room, moved[::-1], strict=True))


def pair(size: int | Sequence[int]) -> Size:
    return (size, size) if isinstance(size, int) else tuple(size)


def keep_proportions(frame: Size, short_side: int) -> Size:
    """A frame's size when its shorter side has so many pixels, rounded as mmcv rounds it."""
    scale = short_side / min(frame)
    return tuple(int(pixels * scale + 0.5) for pixels in frame)


def check_room(frame: Size, crop: Size) -> None:
    if crop[0] > frame[0] or crop[1] > frame[1]:
        raise InputError(
            f'a frame of {frame[0]}x{frame[1]} pixels has no crop of {crop[0]}x{crop[1]}: set a larger short_side'
        )
