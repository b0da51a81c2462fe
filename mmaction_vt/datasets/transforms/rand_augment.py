"""RandAugment for videos."""

import random

import numpy as np
from mmcv.transforms import BaseTransform
from PIL import Image, ImageOps
from timm.data.auto_augment import rand_augment_transform

from ...errors import InputError
from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandAugment(BaseTransform):
    """timm's RandAugment (Cubuk et al., 2020), with the same operations and magnitudes for all frames of a sample.

    Required and changed key: ``imgs``.

    Args:
        policy: In timm's notation: ``rand-m15-mstd0.5-inc1`` draws two operations whose severity increases with their
            magnitude, 15 with a standard deviation of 0.5. timm clips magnitudes at 10.
        fill: Grey value for pixels from outside the frame, from 0 to 255.

    Raises:
        InputError: If timm does not know the policy.
    """

    def __init__(self, policy: str, fill: int = 128) -> None:
        self.policy = policy
        try:
            self.augment = rand_augment_transform(policy, dict(img_mean=(fill,) * 3))
        except (AssertionError, ValueError) as error:
            raise InputError(
                f'timm has no RandAugment policy {policy!r}; a valid one is rand-m15-mstd0.5-inc1'
            ) from error
        for op in self.augment.ops:
            if op.name.startswith('Posterize'):
                op.aug_fn = posterize

    def transform(self, results: dict) -> dict:
        # timm uses the global generators of Python and NumPy: they are in the same state for each frame.
        seed = np.random.randint(2**31)
        states = random.getstate(), np.random.get_state()
        try:
            results['imgs'] = [self._augment_frame(img, seed) for img in results['imgs']]
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
        return results

    def _augment_frame(self, img: np.ndarray, seed: int) -> np.ndarray:
        random.seed(seed)
        np.random.seed(seed)
        return np.array(self.augment(Image.fromarray(img)))


def posterize(img: Image.Image, bits: int, **kwargs: object) -> Image.Image:
    """Keep the most significant bits of each channel, at least one.

    At the largest magnitude timm asks for none, for which older versions of Pillow return black and newer ones fail.
    """
    return img if bits >= 8 else ImageOps.posterize(img, max(bits, 1))
