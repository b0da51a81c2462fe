"""Maps over the frames that they belong to."""

import matplotlib
import numpy as np

from ...errors import InputError

BRIGHT = 0.99  # share of the map that is not drawn at full strength: a single high peak leaves the rest visible


def draw_overlay(
    frames: np.ndarray, maps: np.ndarray, colormap: str = 'viridis', alpha: float = 0.5, beside: bool = False
) -> np.ndarray:
    """Blend a map with its frames.

    Args:
        frames: (T, H, W, 3) in RGB, uint8.
        maps: (T, H, W), from 0 to 1.
        colormap: One of matplotlib's.
        alpha: The map's share of the picture where it is 1, from 0 to 1; where it is 0 it has a third of that.
        beside: Whether the frames alone stand to the left of it.

    Returns:
        (T, H, W, 3) or (T, H, 2 W, 3) in RGB, uint8.

    Raises:
        InputError: If matplotlib has no such colour map, or alpha lies outside [0, 1].
    """
    if colormap not in matplotlib.colormaps:
        raise InputError(f'matplotlib has no colour map {colormap}; viridis, turbo, magma and jet are some that it has')
    if not 0 <= alpha <= 1:
        raise InputError(f'alpha is from 0 to 1, not {alpha}')
    maps = np.clip(maps / max(np.quantile(maps, BRIGHT), 1e-20), 0, 1)
    colours = matplotlib.colormaps[colormap](maps)[..., :3] * 255
    share = alpha * (1 + 2 * maps[..., None]) / 3
    blended = np.rint(share * colours + (1 - share) * frames).clip(0, 255).astype(np.uint8)
    return np.concatenate((frames, blended), axis=2) if beside else blended


def contact_sheet(frames: np.ndarray, columns: int = 4, most: int = 16) -> np.ndarray:
    """Some of a clip's frames in rows, as one picture (H', W', 3).

    Args:
        frames: (T, H, W, 3).
        columns: Frames in a row.
        most: How many are taken at most, evenly spaced.
    """
    count = min(len(frames), most)
    chosen = frames[np.linspace(0, len(frames) - 1, count).round().astype(int)]
    columns = min(columns, count)
    rows = -(-count // columns)
    _, height, width, _ = frames.shape
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    for index, frame in enumerate(chosen):
        top, left = index // columns * height, index % columns * width
        sheet[top : top + height, left : left + width] = frame
    return sheet
