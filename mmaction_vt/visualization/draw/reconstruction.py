"""What a masked autoencoder sees of a clip, and what it makes of it."""

import numpy as np
from PIL import Image, ImageDraw

from .predictions import PANEL, TEXT, font

MASKED = (96, 100, 110)
TITLES = dict(pixels='reconstructed', motion='motion')  # by what is predicted


def hide_patches(frames: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Frames in which the patches that are not seen are grey.

    Args:
        frames: (T, H, W, 3) in RGB, uint8.
        seen: Which patches of a frame are seen, (H / P, W / P) in bool.

    Returns:
        (T, H, W, 3) in uint8.
    """
    rows, columns = frames.shape[1] // seen.shape[0], frames.shape[2] // seen.shape[1]
    pixels = seen.repeat(rows, 0).repeat(columns, 1)
    return np.where(pixels[..., None], frames, np.array(MASKED, np.uint8))


def draw_reconstruction(
    frames: np.ndarray, reconstructed: np.ndarray, seen: np.ndarray, width: int = 256, target: str = 'pixels'
) -> np.ndarray:
    """Draw each frame beside what is seen of it and its reconstruction, with a title below each.

    Args:
        frames: (T, H, W, 3) in RGB, uint8.
        reconstructed: Likewise.
        seen: Which patches of a frame are seen, (H / P, W / P) in bool.
        width: Width of a frame; the result has three of them side by side.
        target: What the model predicts, ``pixels`` or ``motion``.

    Returns:
        (T, H', 3 width, 3) in RGB, uint8.
    """
    height = round(frames.shape[1] * width / frames.shape[2])
    size = max(11, width // 16)
    total = height + 2 * size
    out = np.empty((len(frames), total + total % 2, 3 * width, 3), np.uint8)
    for index, parts in enumerate(zip(frames, hide_patches(frames, seen), reconstructed, strict=True)):
        canvas = Image.new('RGB', (3 * width, out.shape[1]), PANEL)
        draw = ImageDraw.Draw(canvas)
        for column, (part, title) in enumerate(zip(parts, ('original', 'masked', TITLES[target]), strict=True)):
            canvas.paste(Image.fromarray(part).resize((width, height), Image.Resampling.NEAREST), (column * width, 0))
            draw.text(((column + 0.5) * width, height + size), title, TEXT, font(size), anchor='mm')
        out[index] = np.asarray(canvas)
    return out
