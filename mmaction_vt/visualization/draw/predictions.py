"""A video with its predictions."""

from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

PANEL = (24, 26, 32)
TEXT = (236, 238, 242)
DIM = (150, 156, 168)
TRACK = (52, 56, 66)
BEST = (64, 170, 255)
OTHER = (112, 124, 146)
COLOURS = (PANEL, TEXT, DIM, TRACK, BEST, OTHER)


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib and covers most alphabets."""
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / 'fonts' / 'ttf' / 'DejaVuSans.ttf', size)


def draw_predictions(frames: np.ndarray, labels: list[str], scores: list[float | None], width: int = 400) -> np.ndarray:
    """Draw a progress bar and the scores of the best classes below a video.

    Args:
        frames: (T, H, W, 3) in RGB, uint8.
        labels: Names of the best classes, best first.
        scores: Their scores in [0, 1]; None for a line without a bar, such as "none of these".
        width: Width of the result; the aspect ratio is kept.

    Returns:
        (T, H', width, 3) in RGB, uint8, with even H' and width.
    """
    width -= width % 2
    height = round(frames.shape[1] * width / frames.shape[2])
    panel = _panel(labels, scores, width)
    total = height + panel.height
    total += total % 2
    out = np.empty((len(frames), total, width, 3), np.uint8)
    for index, frame in enumerate(frames):
        picture = Image.new('RGB', (width, total), PANEL)
        picture.paste(Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC))
        picture.paste(panel, (0, height))
        done = round(width * (index + 1) / len(frames))
        ImageDraw.Draw(picture).rectangle((0, height, done, height + 3), fill=BEST)
        out[index] = np.asarray(picture)
    return out


def _panel(labels: list[str], scores: list[float | None], width: int) -> Image.Image:
    """A line per label: its name, a bar and the score."""
    size = max(11, width // 28)
    line, margin = round(size * 1.6), size
    panel = Image.new('RGB', (width, 4 + margin + line * len(labels)), PANEL)
    draw = ImageDraw.Draw(panel)
    draw.rectangle((0, 0, width, 3), fill=TRACK)
    barred = [label for label, score in zip(labels, scores, strict=True) if score is not None]
    name_width = min(max((draw.textlength(label, font(size)) for label in barred), default=0.0), 0.5 * width)
    score_width = draw.textlength('100.0 %', font(size))
    left = margin + name_width + size
    right = max(width - margin - score_width - size // 2, left)  # no bars in a narrow picture
    for row, (label, score) in enumerate(zip(labels, scores, strict=True)):
        top = 4 + margin // 2 + row * line
        middle = top + line / 2
        if score is None:
            draw.text((margin, middle), shorten(draw, label, width - 2 * margin, size), BEST, font(size), anchor='lm')
            continue
        draw.text((margin, middle), shorten(draw, label, name_width, size), TEXT, font(size), anchor='lm')
        draw.rounded_rectangle((left, middle - size * 0.3, right, middle + size * 0.3), 2, fill=TRACK)
        end = left + (right - left) * min(max(score, 0.0), 1.0)
        if end - left >= 1:
            colour = OTHER if row else BEST
            draw.rounded_rectangle((left, middle - size * 0.3, end, middle + size * 0.3), 2, fill=colour)
        colour = DIM if row else TEXT
        draw.text((width - margin, middle), f'{100 * score:.1f} %', colour, font(size), anchor='rm')
    return panel


def shorten(draw: ImageDraw.ImageDraw, text: str, width: float, size: int) -> str:
    """Truncate a text with an ellipsis to fit a width."""
    if draw.textlength(text, font(size)) <= width:
        return text
    while text and draw.textlength(text + '…', font(size)) > width:
        text = text[:-1]
    return text + '…'
