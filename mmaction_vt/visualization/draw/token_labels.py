"""The label of every token of a clip."""

import matplotlib
import numpy as np
from PIL import Image, ImageDraw

from .predictions import PANEL, TEXT, font, shorten

REST = (128, 134, 146)
SET2 = matplotlib.colormaps['Set2']
COLOURS = [tuple(int(255 * part) for part in SET2(index)[:3]) for index in range(SET2.N)]


def draw_token_labels(
    frames: np.ndarray,
    classes: np.ndarray,
    probabilities: np.ndarray,
    names: list[str],
    width: int = 256,
    alpha: float = 0.65,
    most: int = len(COLOURS),
) -> np.ndarray:
    """Draw each frame beside its tokens, coloured by label, with a legend below.

    Args:
        frames: (T, H, W, 3) in RGB, uint8.
        classes: The best class of each token, (T', H', W').
        probabilities: Its probability, likewise, which sets the opacity.
        names: Names of all classes.
        width: Width of a frame; the result has two of them side by side.
        alpha: Opacity of a token with probability 1.
        most: Maximum number of classes with a colour, most frequent first; other classes are grey.

    Returns:
        (T, H', 2 width, 3) in RGB, uint8.
    """
    found, counts = np.unique(classes, return_counts=True)
    found = found[np.argsort(-counts, kind='stable')]
    colour_of = np.full((len(names), 3), REST, np.uint8)
    for index, colour in zip(found[:most], COLOURS, strict=False):
        colour_of[index] = colour
    shares = {int(index): float((classes == index).mean()) for index in found}
    height = round(frames.shape[1] * width / frames.shape[2])
    legend = _legend([(names[index], tuple(colour_of[index]), shares[int(index)]) for index in found[:most]], 2 * width)
    total = height + legend.height + (height + legend.height) % 2
    out = np.empty((len(frames), total, 2 * width, 3), np.uint8)
    for index, frame in enumerate(frames):
        time = index * len(classes) // len(frames)
        picture = Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC)
        tokens = Image.fromarray(colour_of[classes[time]]).resize((width, height), Image.Resampling.NEAREST)
        opacity = Image.fromarray((255 * alpha * probabilities[time]).astype(np.uint8))
        canvas = Image.new('RGB', (2 * width, total), PANEL)
        canvas.paste(picture)
        canvas.paste(
            Image.composite(tokens, picture, opacity.resize((width, height), Image.Resampling.NEAREST)), (width, 0)
        )
        canvas.paste(legend, (0, height))
        out[index] = np.asarray(canvas)
    return out


def _legend(entries: list[tuple[str, tuple[int, int, int], float]], width: int, columns: int = 2) -> Image.Image:
    """Colour, name and share of the tokens of each class."""
    size = max(11, width // 40)
    line, rows = round(size * 1.7), -(-len(entries) // columns)
    panel = Image.new('RGB', (width, rows * line + size), PANEL)
    draw = ImageDraw.Draw(panel)
    for index, (name, colour, share) in enumerate(entries):
        left = size + index % columns * (width // columns)
        middle = size / 2 + (index // columns + 0.5) * line
        draw.rounded_rectangle((left, middle - size / 2, left + size, middle + size / 2), 2, fill=colour)
        text = shorten(draw, name, width / columns - 6 * size, size)
        draw.text((left + 1.6 * size, middle), text, TEXT, font(size), anchor='lm')
        end = (1 + index % columns) * (width // columns) - size
        draw.text((end, middle), f'{100 * share:.0f} %', TEXT, font(size), anchor='rm')
    return panel
