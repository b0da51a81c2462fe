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
    """timm's RandAugment (Cubuk et al., 2020), with the same operations and strengths for all frames of a sample.

    Required and changed key: ``imgs``.

    Args:
        policy: In timm's notation: ``rand-m15-mstd0.5-inc1`` draws two operations that grow with their magnitude, which
            is 15 with a standard deviation of 0.5. timm takes magnitudes above 10 for 10.
        fill: Grey value of what comes into the picture from outside, from 0 to 255.

    Raises:
        InputError: If timm does not know the policy.
    """

    def __init__(self, policy: str, fill: int = 128) -> None:
        self.policy = policy
        try:
            self.augment = rand_augment_transform(policy, dict(img_mean=(fill,) * 3))
        except (AssertionError, ValueError) as error:
            raise InputError(
                f'timm has no RandAugment policy {policy!r}; one that it has is rand-m15-mstd0.5-inc1'
            ) from error
        for op in self.augment.ops:
            if op.name.startswith('Posterize'):
                op.aug_fn = posterize

    def transform(self, results: dict) -> dict:
        # timm draws from Python's and numpy's global generators: each frame gets them in the same state.
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
    """Keep the first bits of each colour, at least one.

    At its largest magnitude timm asks for none. Pillow once made a black picture of that, and now refuses.
    """
    return img if bits >= 8 else ImageOps.posterize(img, max(bits, 1))
