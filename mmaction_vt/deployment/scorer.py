"""A recognizer as one module from clips to scores."""

from typing import Any

from torch import Tensor, nn

from ..errors import InputError
from ..models.backbones.base import VideoTransformer
from ..models.heads import CLASS, classifiers_of, score_classes, thresholds_of


def check_backbone(model: Any) -> None:
    """Check that a model can be exported.

    Raises:
        InputError: If its backbone is not one of this package.
    """
    if not isinstance(getattr(model, 'backbone', None), VideoTransformer):
        name = type(getattr(model, 'backbone', model)).__name__
        raise InputError(
            f'the backbone of an exported model must be TimeSformer, Motionformer, ViViT, VideoMAE, VJEPA2 or '
            f'DualFormer, not {name}'
        )


class Scorer(nn.Module):
    """A recognizer's backbone and head as one module, in evaluation mode.

    Shapes: normalised clips (N, 3, T, H, W) to a dict of (N, classes): ``scores``, or ``verb`` and ``noun``. Of a head
    with token labels only the scores of the classes are returned.

    Args:
        model: The recognizer; its parameters are shared.
        softmax: Whether to output probabilities, as in a test with ``average_clips='prob'``: of a head for several
            labels the sigmoid of each score.

    Attributes:
        num_classes: Number of classes of each output.

    Raises:
        InputError: If the recognizer is not a backbone of this package followed by a head.
    """

    def __init__(self, model: Any, softmax: bool = False) -> None:
        super().__init__()
        check_backbone(model)
        if getattr(model, 'neck', None) is not None or getattr(model, 'cls_head', None) is None:
            raise InputError('an exported model must have its cls_head directly after the backbone, without a neck')
        self.backbone = model.backbone
        self.cls_head = model.cls_head
        self.softmax = softmax
        self.several = thresholds_of(model.cls_head) is not None
        classes = classifiers_of(self.cls_head)
        self.num_classes = dict(scores=classes[CLASS]) if CLASS in classes else classes
        self.eval()

    def forward(self, clips: Tensor) -> dict[str, Tensor]:
        scores = score_classes(self.cls_head, self.backbone(clips))
        by_name = scores if isinstance(scores, dict) else dict(scores=scores)
        if not self.softmax:
            return by_name
        return {name: values.sigmoid() if self.several else values.softmax(-1) for name, values in by_name.items()}
