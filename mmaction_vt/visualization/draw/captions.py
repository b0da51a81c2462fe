"""The labels of a long video, drawn into its frames."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from ...segments import Segment
from .predictions import DIM, OTHER, PANEL, TEXT, TRACK, font, shorten
from .timeline import Key, colours_of

OPACITY = 0.72  # of what is drawn
SHARE = 0.4  # of the height that is drawn over, at most


class Captions:
    """What is drawn into the lower part of each frame: the best labels, and a bar with the segments of the video.

    Args:
        width: Width of the frames.
        height: Their height.
        segments: The segments of the video.
        duration: Its duration in seconds.
        lines: Labels at a time, if the frames are high enough.
    """

    def __init__(self, width: int, height: int, segments: Sequence[Segment], duration: float, lines: int = 5) -> None:
        self.width, self.height, self.duration = width, height, max(duration, 1e-6)
        self.segments, self.colours = segments, colours_of(segments)
        self.size = max(9, round(min(height / 26, width / 34)))
        self.line = round(1.45 * self.size)
        self.bar = max(3, round(height / 60))
        self.lines = min(lines, max(int((SHARE * height - self.bar) // self.line), 1))
        self.strip = self._strip()
        self._key: object = None
        self._panel = np.empty(0, np.uint8)

    def _strip(self) -> np.ndarray:
        """The segments of the video from left to right, (bar, width, 3)."""
        picture = Image.new('RGB', (self.width, self.bar), TRACK)
        draw = ImageDraw.Draw(picture)
        for segment in self.segments:
            left, right = (round(time / self.duration * self.width) for time in segment[:2])
            draw.rectangle(
                (left, 0, max(right - 1, left), self.bar), fill=self._colour((segment.task, segment.class_index))
            )
        return np.asarray(picture)

    def _colour(self, key: Key) -> str | tuple[int, int, int]:
        return self.colours.get(key, OTHER)

    def draw(self, frame: np.ndarray, time: float, best: Sequence[tuple[Key, str, float]]) -> np.ndarray:
        """Draw into a frame.

        Args:
            frame: (H, W, 3) in RGB, uint8.
            time: When it is shown, in seconds.
            best: Class, name and score of the best labels at that time, best first.

        Returns:
            Another frame of the same size.
        """
        frame = np.array(frame)
        key = tuple(best)
        if key != self._key:
            self._key, self._panel = key, self._labels(best[: self.lines])
        rows = len(self._panel)
        if rows:
            part = frame[self.height - self.bar - rows : self.height - self.bar]
            part[:] = (part * (1 - OPACITY) + self._panel[-len(part) :] * OPACITY).astype(np.uint8)
        frame[-self.bar :] = self.strip
        now = min(round(time / self.duration * self.width), self.width - 1)
        frame[-self.bar - 1 :, max(now - 1, 0) : now + 1] = 255
        return frame

    def _labels(self, best: Sequence[tuple[Key, str, float]]) -> np.ndarray:
        """A line for each label: a mark in its colour, its name, a bar and its score."""
        if not best:
            return np.empty((0, self.width, 3), np.uint8)
        margin = self.size // 2
        panel = Image.new('RGB', (self.width, self.line * len(best) + margin), PANEL)
        draw = ImageDraw.Draw(panel)
        right = self.width - margin
        left = right - draw.textlength('100 %', font(self.size)) - margin
        for row, (key, name, score) in enumerate(best):
            middle = margin / 2 + (row + 0.5) * self.line
            draw.rectangle(
                (margin, middle - 0.3 * self.size, margin + 0.4 * self.size, middle + 0.3 * self.size),
                fill=self._colour(key),
            )
            text = shorten(draw, name, left - margin - self.size, self.size)
            draw.text((margin + self.size, middle), text, DIM if row else TEXT, font(self.size), anchor='lm')
            draw.text((right, middle), f'{100 * score:.0f} %', DIM if row else TEXT, font(self.size), anchor='rm')
        return np.asarray(panel)
