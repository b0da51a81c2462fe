"""Boxes with their labels and scores, drawn over frames."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from .predictions import PANEL, TEXT, font, shorten

# Colours that differ, one for each person or object in turn.
PALETTE = (
    (64, 170, 255),
    (255, 159, 64),
    (102, 204, 102),
    (255, 99, 132),
    (186, 140, 255),
    (255, 214, 79),
    (77, 208, 200),
)
OPACITY = 0.72
Line = tuple[str, float]
LabelledBox = tuple[int, Sequence[float], Sequence[Line]]


def draw_boxes(frame: np.ndarray, boxes: Sequence[LabelledBox]) -> np.ndarray:
    """Draw boxes into a frame, each with its labels, the best first.

    Args:
        frame: (H, W, 3) in RGB, uint8.
        boxes: For each box a number, which decides its colour; left, top, right and bottom as shares of the frame's
            width and height; and its labels with their scores.

    Returns:
        Another frame of the same size.
    """
    picture = Image.fromarray(frame).convert('RGB')
    width, height = picture.size
    size = max(9, round(min(width, height) / 30))
    line = max(1, round(min(width, height) / 200))
    draw = ImageDraw.Draw(picture)
    corners = [scaled(box, width, height) for _, box, _ in boxes]
    for (number, _, _), place in zip(boxes, corners, strict=True):
        draw.rectangle(place, outline=PALETTE[number % len(PALETTE)], width=line)
    for (number, _, labels), place in zip(boxes, corners, strict=True):
        if labels:
            panel = label_panel(labels, size, width, PALETTE[number % len(PALETTE)])
            left = min(max(place[0], 0), max(width - panel.width, 0))
            above = place[1] - panel.height
            top = above if above >= 0 else min(place[3] + 1, height - panel.height)
            under = picture.crop((left, top, left + panel.width, top + panel.height))
            picture.paste(Image.blend(under, panel, OPACITY), (left, top))
    return np.asarray(picture)


def scaled(box: Sequence[float], width: int, height: int) -> tuple[int, int, int, int]:
    """A box in pixels, within the frame."""
    left, top, right, bottom = (
        round(float(corner) * side) for corner, side in zip(box, (width, height) * 2, strict=True)
    )
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    return left, top, max(min(right, width - 1), left), max(min(bottom, height - 1), top)


def label_panel(labels: Sequence[Line], size: int, most: int, colour: tuple[int, int, int]) -> Image.Image:
    """A line for each label: its name and score; the colour of its box marks the left edge.

    Args:
        labels: Names and scores.
        size: Size of the letters.
        most: Largest width.
        colour: The box's.
    """
    measure = ImageDraw.Draw(Image.new('RGB', (1, 1)))
    edge = max(2, size // 4)
    room = most - measure.textlength(' 100 %', font(size)) - 3 * edge
    texts = [f'{shorten(measure, name, room, size)} {100 * score:.0f} %' for name, score in labels]
    width = min(round(max(measure.textlength(text, font(size)) for text in texts)) + 3 * edge, most)
    height = round(1.3 * size)
    panel = Image.new('RGB', (width, height * len(texts)), PANEL)
    draw = ImageDraw.Draw(panel)
    draw.rectangle((0, 0, edge - 1, panel.height), fill=colour)
    for row, text in enumerate(texts):
        draw.text((2 * edge, (row + 0.5) * height), text, TEXT, font(size), anchor='lm')
    return panel
