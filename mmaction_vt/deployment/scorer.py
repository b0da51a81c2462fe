"""A recognizer as one function from clips to scores."""

from torch import Tensor, nn

from ..errors import InputError
from ..models.backbones.base import VideoTransformer
from ..models.heads import CLASS, classifiers_of, score_classes


class Scorer(nn.Module):
    """A recognizer's backbone and head as one module, in evaluation mode.

    Shapes: normalised clips (N, 3, T, H, W) to a dict of (N, classes): ``scores``, or ``verb`` and ``noun``. Of a head
    that scores tokens too, the scores of the classes.

    Args:
        model: The recognizer; it shares its parameters.
        softmax: Whether scores become probabilities, as a config with ``average_clips='prob'`` has them in a test.

    Attributes:
        num_classes: Classes of each output.

    Raises:
        InputError: If the recognizer is not a backbone of this package with a head right behind it.
    """

    def __init__(self, model: nn.Module, softmax: bool = False) -> None:
        super().__init__()
        if not isinstance(getattr(model, 'backbone', None), VideoTransformer):
            name = type(getattr(model, 'backbone', model)).__name__
            raise InputError(
                f'export takes models whose backbone is TimeSformer, Motionformer, ViViT or DualFormer, not {name}'
            )
        if getattr(model, 'neck', None) is not None or getattr(model, 'cls_head', None) is None:
            raise InputError('export takes models whose cls_head is right behind the backbone, without a neck')
        self.backbone = model.backbone
        self.cls_head = model.cls_head
        self.softmax = softmax
        classes = classifiers_of(self.cls_head)
        self.num_classes = dict(scores=classes[CLASS]) if CLASS in classes else classes
        self.eval()

    def forward(self, clips: Tensor) -> dict[str, Tensor]:
        scores = score_classes(self.cls_head, self.backbone(clips))
        scores = scores if isinstance(scores, dict) else dict(scores=scores)
        return {name: values.softmax(-1) if self.softmax else values for name, values in scores.items()}
