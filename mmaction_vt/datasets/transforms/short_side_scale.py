"""Random resizing for training."""

from mmaction.datasets.transforms import Resize
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from .geometry import draw_length


@TRANSFORMS.register_module()
class RandomShortSideScale(BaseTransform):
    """Resize all frames so that their shorter side has a random length, keeping the aspect ratio.

    Required and changed keys are those of mmaction2's ``Resize``.

    Args:
        min_size: Smallest length.
        max_size: Largest length.
        inverse: Whether 1 / length is drawn uniformly instead of the length, as published for Something-Something V2;
            smaller lengths are then more likely.
        interpolation: OpenCV's name of the interpolation.
    """

    def __init__(self, min_size: int, max_size: int, inverse: bool = False, interpolation: str = 'bilinear') -> None:
        self.min_size = min_size
        self.max_size = max_size
        self.inverse = inverse
        self.interpolation = interpolation

    def transform(self, results: dict) -> dict:
        return Resize((-1, self.draw_size()), interpolation=self.interpolation)(results)

    def draw_size(self) -> int:
        """A length in [``min_size``, ``max_size``]."""
        return draw_length(self.min_size, self.max_size, self.inverse)
