"""A frame with labels, scores and the lag, always of one size."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from ..visualization.draw.predictions import BEST, DIM, OTHER, PANEL, TEXT, TRACK, font, shorten

LEAST_WIDTH, MOST_WIDTH = 400, 1280
WAITING = 'waiting for the first window'
Row = tuple[str, float | None]


class LivePicture:
    """Draws frames of any size as pictures of one size, with a panel below.

    Args:
        frame: The first one, (H, W, 3): later ones are fitted into its shape.
        num_rows: Lines of the panel for labels.

    Attributes:
        size: Width and height of the pictures, both even.
    """

    def __init__(self, frame: np.ndarray, num_rows: int) -> None:
        height, width = frame.shape[:2]
        scale = min(max(width, LEAST_WIDTH), MOST_WIDTH) / width
        self.width, self.height = even(width * scale), even(height * scale)
        self.letter = max(11, self.width // 32)
        self.line, self.num_rows = round(self.letter * 1.6), num_rows
        self.size = (self.width, self.height + even(self.line * (num_rows + 1) + self.letter))

    def draw(self, frame: np.ndarray, rows: Sequence[Row] | None, note: str) -> np.ndarray:
        """A picture, (H', W', 3) in RGB, uint8.

        Args:
            frame: (H, W, 3) in RGB, uint8.
            rows: Labels and scores, best first; None before the first window.
            note: The last line.
        """
        picture = Image.new('RGB', self.size, PANEL)
        height, width = frame.shape[:2]
        scale = min(self.width / width, self.height / height)
        fitted = Image.fromarray(frame).resize((round(width * scale) or 1, round(height * scale) or 1))
        picture.paste(fitted, ((self.width - fitted.width) // 2, (self.height - fitted.height) // 2))
        pen = ImageDraw.Draw(picture)
        pen.rectangle((0, self.height, *self.size), fill=PANEL)
        rows = [(WAITING, None)] if rows is None else rows
        for number, (label, score) in enumerate(rows[: self.num_rows]):
            self._row(pen, number, label, score)
        self._text(pen, self.num_rows, note, DIM)
        return np.array(picture)

    def _middle(self, number: int) -> float:
        return self.height + (self.letter + self.line) / 2 + number * self.line

    def _text(self, pen: ImageDraw.ImageDraw, number: int, text: str, colour: tuple[int, int, int]) -> None:
        text = shorten(pen, text, self.width - 2 * self.letter, self.letter)
        pen.text((self.letter, self._middle(number)), text, colour, font(self.letter), anchor='lm')

    def _row(self, pen: ImageDraw.ImageDraw, number: int, label: str, score: float | None) -> None:
        """A label, and its score as a bar and a number."""
        if score is None:
            self._text(pen, number, label, TEXT)
            return
        middle, half = self._middle(number), self.letter * 0.3
        left, right = 0.5 * self.width, self.width - self.letter - pen.textlength('100.0 % ', font(self.letter))
        pen.text((self.letter, middle), shorten(pen, label, left - 2 * self.letter, self.letter), TEXT,
                 font(self.letter), anchor='lm')  # fmt: skip
        pen.rounded_rectangle((left, middle - half, right, middle + half), 2, fill=TRACK)
        end = left + (right - left) * min(max(score, 0.0), 1.0)
        if end - left >= 1:
            pen.rounded_rectangle((left, middle - half, end, middle + half), 2, fill=OTHER if number else BEST)
        text = f'{100 * score:.1f} %'
        pen.text((self.width - self.letter, middle), text, DIM if number else TEXT, font(self.letter), anchor='rm')


def even(length: float) -> int:
    """The even number closest to a length, at least 2, as H.264 in yuv420p needs it."""
    return max(2 * round(length / 2), 2)
