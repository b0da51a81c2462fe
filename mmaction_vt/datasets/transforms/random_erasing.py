"""Random erasing for videos."""

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from torchvision.transforms import RandomErasing as ImageErasing

from ...errors import InputError
from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomErasing(BaseTransform):
    """Replace a rectangle, the same in all frames, by noise (Zhong et al., 2020, "Random Erasing").

    Required and changed key: ``imgs``, a list of frames (H, W, 3) in uint8.

    Args:
        prob: Probability that a sample is erased.
        area_range: Range of the rectangle's area relative to the frame's.
        aspect_ratio_range: Range of its aspect ratio, height over width.

    Raises:
        InputError: If ``prob`` is not a probability.
    """

    def __init__(
        self,
        prob: float = 0.25,
        area_range: tuple[float, float] = (0.02, 0.33),
        aspect_ratio_range: tuple[float, float] = (0.3, 3.3),
    ) -> None:
        if not 0 <= prob <= 1:
            raise InputError(f'prob of RandomErasing must be in [0, 1], not {prob}')
        self.prob = prob
        self.area_range = tuple(area_range)
        self.aspect_ratio_range = tuple(aspect_ratio_range)

    def transform(self, results: dict) -> dict:
        if np.random.rand() >= self.prob:
            return results
        frames = np.stack(results['imgs'])
        one_channel = torch.empty(1, *frames.shape[1:3])
        top, left, height, width, _ = ImageErasing.get_params(
            one_channel, self.area_range, self.aspect_ratio_range, value=[0.0]
        )
        box = frames[:, top : top + height, left : left + width]
        if box.shape[1:3] != frames.shape[1:3]:  # no rectangle was found
            box[...] = np.random.randint(0, 256, box.shape, np.uint8)
        results['imgs'] = list(frames)
        return results
