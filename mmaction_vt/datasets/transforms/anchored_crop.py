"""Crops from where the action is known to be."""

from collections.abc import Sequence

from mmcv.transforms import BaseTransform

from ...errors import InputError
from ...registry import TRANSFORMS
from .geometry import draw_corner, pair


@TRANSFORMS.register_module()
class AnchoredCrop(BaseTransform):
    """Crop all frames at a place given relative to the frame, such as its lower right.

    Required keys: ``imgs``, a list of frames (H, W, 3), and ``img_shape``; both are changed.

    Args:
        crop_size: Height and width of the crop in pixels, as one number or two.
        anchor: Where the crop lies along width and height, from (0, 0), the upper left corner, by (0.5, 0.5), the
            middle, to (1, 1), the lower right.
        jitter: By how much the anchor is moved at random in each direction, uniformly; the crop stays in the frame.

    Raises:
        InputError: If anchor or jitter are no parts of a frame, or (on use) a frame is smaller than the crop.
    """

    def __init__(
        self, crop_size: int | Sequence[int], anchor: Sequence[float] = (0.5, 0.5), jitter: float = 0.0
    ) -> None:
        if len(anchor) != 2 or not all(0 <= part <= 1 for part in (*anchor, jitter)):
            raise InputError(
                f'AnchoredCrop takes an anchor of two numbers from 0 to 1 and a jitter from 0 to 1, not {anchor} and '
                f'{jitter}'
            )
        self.crop_size = pair(crop_size)
        self.anchor = tuple(anchor)
        self.jitter = jitter

    def transform(self, results: dict) -> dict:
        height, width = results['img_shape']
        room = (height - self.crop_size[0], width - self.crop_size[1])
        if min(room) < 0:
            raise InputError(
                f'a frame of {height}x{width} pixels has no crop of {self.crop_size[0]}x{self.crop_size[1]}: resize '
                'it before AnchoredCrop'
            )
        top, left = draw_corner(room, self.anchor, self.jitter)
        bottom, right = top + self.crop_size[0], left + self.crop_size[1]
        results['imgs'] = [frame[top:bottom, left:right] for frame in results['imgs']]
        results['img_shape'] = self.crop_size
        return results
