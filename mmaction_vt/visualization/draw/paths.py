"""Paths of points, drawn over frames."""

import matplotlib
import numpy as np
from PIL import Image, ImageDraw

SUPERSAMPLING = 3
FADING = 0.75  # opacity of a tail's segment relative to the next one


def draw_paths(frames: np.ndarray, paths: np.ndarray, width: int, colormap: str = 'turbo') -> np.ndarray:
    """Draw the paths of points: the current position as a dot with a tail that fades towards the past.

    Args:
        frames: (T, H, W, 3) in RGB, uint8.
        paths: x and y in pixels of the frames, (points, T, 2).
        width: Width of the result; the aspect ratio is kept.
        colormap: A colour map of matplotlib, from the last point to the first.

    Returns:
        (T, H', width, 3) in RGB, uint8.
    """
    height = round(frames.shape[1] * width / frames.shape[2])
    scale = SUPERSAMPLING * width / frames.shape[2]
    canvas_size = (SUPERSAMPLING * width, SUPERSAMPLING * height)
    line = max(1, SUPERSAMPLING * width // 256)
    colours = matplotlib.colormaps[colormap](np.linspace(0.95, 0.05, len(paths)))
    colours = (255 * colours[:, :3]).astype(int)
    out = np.empty((len(frames), height, width, 3), np.uint8)
    for time, frame in enumerate(frames):
        picture = Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC).convert('RGBA')
        canvas = Image.new('RGBA', canvas_size, (0, 0, 0, 0))
        draw = ImageDraw.Draw(canvas)
        for path, colour in zip(paths, colours, strict=True):
            positions = [tuple(position) for position in path * scale]
            for past in range(time):
                opacity = round(255 * FADING ** (time - 1 - past))
                draw.line(positions[past : past + 2], (*colour, opacity), 2 * line)
            x, y = positions[time]
            draw.ellipse((x - 4 * line, y - 4 * line, x + 4 * line, y + 4 * line), (255, 255, 255, 255))
            draw.ellipse((x - 3 * line, y - 3 * line, x + 3 * line, y + 3 * line), (*colour, 255))
        canvas = canvas.resize((width, height), Image.Resampling.LANCZOS)
        out[time] = np.asarray(Image.alpha_composite(picture, canvas).convert('RGB'))
    return out
