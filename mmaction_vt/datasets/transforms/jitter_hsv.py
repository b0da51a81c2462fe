"""Random changes of colour."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS

TURN = 180  # of OpenCV's hue in 8 bits
MOST = 255


@TRANSFORMS.register_module()
class JitterHSV(BaseTransform):
    """Shift hue, saturation and value by random amounts, the same for all frames, as VideoMAE is trained on AVA.

    Required and changed key: ``imgs``, frames (H, W, 3) in RGB, uint8, as ``VideoToClips`` with ``format='frames'``
    returns them.

    Args:
        hue: Largest shift of the hue, in degrees.
        saturation: Largest shift of the saturation, from 0 to 1.
        value: Largest shift of the value, from 0 to 1.
    """

    def __init__(self, hue: float = 20, saturation: float = 0.1, value: float = 0.1) -> None:
        self.bounds = (round(hue / 2), round(saturation * MOST), round(value * MOST))

    def transform(self, results: dict) -> dict:
        shift = [np.random.randint(-bound, bound + 1) for bound in self.bounds]
        results['imgs'] = [shift_hsv(frame, shift) for frame in results['imgs']]
        return results


def shift_hsv(frame: np.ndarray, shift: list[int]) -> np.ndarray:
    """A frame (H, W, 3) in RGB whose hue, saturation and value, in OpenCV's 8 bits, are shifted."""
    hsv = cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2HSV).astype(np.int32) + shift
    hsv[..., 0] %= TURN
    return cv2.cvtColor(hsv.clip(0, MOST).astype(np.uint8), cv2.COLOR_HSV2RGB)
