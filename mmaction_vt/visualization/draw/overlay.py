"""Heat maps over frames."""

import matplotlib
import numpy as np

from ...errors import InputError

BRIGHT = 0.99  # quantile of a map that is drawn as 1, so that a single high peak leaves the rest visible


def draw_overlay(
    frames: np.ndarray, maps: np.ndarray, colormap: str = 'viridis', alpha: float = 0.5, beside: bool = False
) -> np.ndarray:
    """Blend a map with its frames.

    Args:
        frames: (T, H, W, 3) in RGB, uint8.
        maps: (T, H, W), from 0 to 1.
        colormap: A colour map of matplotlib.
        alpha: Opacity of the map where it is 1, from 0 to 1; elsewhere it follows the map, and where the map is 0 the
            frame remains.
        beside: Whether to put the original frames to the left.

    Returns:
        (T, H, W, 3) or (T, H, 2 W, 3) in RGB, uint8.

    Raises:
        InputError: If matplotlib has no such colour map, or alpha is not in [0, 1].
    """
    if colormap not in matplotlib.colormaps:
        raise InputError(f"unknown colormap {colormap!r}; choose one of matplotlib's, such as viridis, turbo or jet")
    if not 0 <= alpha <= 1:
        raise InputError(f'alpha must be in [0, 1], not {alpha}')
    maps = np.clip(maps / max(np.quantile(maps, BRIGHT), 1e-20), 0, 1)
    colours = matplotlib.colormaps[colormap](maps)[..., :3] * 255
    share = alpha * maps[..., None]
    blended = np.rint(share * colours + (1 - share) * frames).clip(0, 255).astype(np.uint8)
    return np.concatenate((frames, blended), axis=2) if beside else blended


def contact_sheet(frames: np.ndarray, columns: int = 4, most: int = 16) -> np.ndarray:
    """Evenly spaced frames of a clip in a grid, as one picture (H', W', 3).

    Args:
        frames: (T, H, W, 3).
        columns: Frames per row.
        most: Maximum number of frames.
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
