"""A grid of videos with their predictions."""

from math import ceil

import numpy as np
from PIL import Image, ImageDraw

from .predictions import PANEL, TEXT, font, shorten

RIGHT = (76, 190, 120)
WRONG = (236, 92, 84)


def draw_gallery(
    clips: list[np.ndarray], captions: list[str], right: list[bool], columns: int = 4, side: int = 176
) -> np.ndarray:
    """Draw clips in a grid, each with a caption below, and a green or red bar for right or wrong predictions.

    Args:
        clips: Videos (T, H, W, 3) in RGB, uint8; a shorter one holds its last frame.
        captions: A caption for each clip.
        right: For each clip, whether the prediction is right.
        columns: Clips per row.
        side: Longer side of a clip in pixels; the aspect ratio is kept.

    Returns:
        (T, H', W', 3) in RGB, uint8.
    """
    size, gap = max(11, side // 12), 8
    line = round(size * 1.7)
    rows = ceil(len(clips) / columns)
    width, height = columns * (side + gap) + gap, rows * (side + line + gap) + gap
    length = max(map(len, clips))
    out = np.empty((length, height, width, 3), np.uint8)
    for time in range(length):
        picture = Image.new('RGB', (width, height), PANEL)
        draw = ImageDraw.Draw(picture)
        for index, (clip, caption, is_right) in enumerate(zip(clips, captions, right, strict=True)):
            left, top = gap + index % columns * (side + gap), gap + index // columns * (side + line + gap)
            frame = Image.fromarray(clip[min(time, len(clip) - 1)])
            scale = side / max(frame.size)
            frame = frame.resize((round(frame.width * scale), round(frame.height * scale)), Image.Resampling.BICUBIC)
            picture.paste(frame, (left + (side - frame.width) // 2, top + (side - frame.height) // 2))
            draw.rectangle((left, top + side, left + side - 1, top + side + 2), fill=RIGHT if is_right else WRONG)
            text = shorten(draw, caption, side, size)
            draw.text((left + side / 2, top + side + 2 + line / 2), text, TEXT, font(size), anchor='mm')
        out[time] = np.asarray(picture)
    return out
