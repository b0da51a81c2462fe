"""A model by name: one module from clips to scores."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from torch import Tensor, nn

from ..errors import InputError
from ..models.heads import CLASS, classifiers_of, score_classes
from ..utils.config import load_config
from .model import class_names_of, init_recognizer


class Normalize(NamedTuple):
    """The normalisation of a model's clips, which ``normalize(clips)`` applies.

    Attributes:
        mean: The mean of each channel, for pixels from 0 to 1.
        std: The standard deviation of each channel, likewise.
        channel_order: ``rgb``, or ``bgr`` for models that were trained so; clips are given in RGB in either case.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    channel_order: str = 'rgb'

    def __call__(self, clips: Tensor) -> Tensor:
        """Normalise clips (..., 3, T, H, W) in RGB: uint8, or floating point from 0 to 1.

        Raises:
            InputError: If the fourth dimension from the end does not have three channels.
        """
        if clips.ndim < 4 or clips.shape[-4] != 3:
            raise InputError(f'expected clips (..., 3, T, H, W) in RGB, got {tuple(clips.shape)}')
        if not clips.is_floating_point():
            clips = clips.float() / 255
        mean, std = (clips.new_tensor(values).view(3, 1, 1, 1) for values in (self.mean, self.std))
        return ((clips.flip(-4) if self.channel_order == 'bgr' else clips) - mean) / std


class ClipClassifier(nn.Module):
    """A recognizer's backbone and head as one module.

    Shapes: normalised clips (N, 3, T, H, W) to raw scores (N, classes); with several classifiers to a dict of them,
    such as ``verb`` and ``noun``.

    Args:
        recognizer: As ``init_recognizer`` returns it; its parameters are shared.
        name: The name of the model.

    Attributes:
        normalize: ``mean`` and ``std``, and a call that applies them.
        class_names: Names of the classes, in order; for a model with several classifiers a dict of lists; None if they
            are unknown.
        num_classes: Number of classes; for a model with several classifiers a dict.
        clip_shape: (3, T, H, W) of the clips that the backbone expects.
        cfg: The config.
    """

    def __init__(self, recognizer: Any, name: str) -> None:
        super().__init__()
        self.backbone = recognizer.backbone
        self.cls_head = recognizer.cls_head
        self.name = name
        self.cfg = recognizer.cfg
        self.normalize = normalize_of(self.cfg)
        self.class_names = _one_or_all(class_names_of(self.cfg, recognizer))
        self.num_classes = _one_or_all(classifiers_of(self.cls_head))
        self.clip_shape = (3, self.backbone.num_frames, *self.backbone.img_size)
        self.eval()

    def forward(self, clips: Tensor) -> Tensor | dict[str, Tensor]:
        return score_classes(self.cls_head, self.backbone(clips))


def create_model(
    name: str | Path | Config,
    checkpoint: str | Path | None = None,
    num_classes: int | Mapping[str, int] | None = None,
    device: str | torch.device = 'cpu',
) -> ClipClassifier:
    """Build a model by name.

    Args:
        name: One of ``list_models()``, or a config.
        checkpoint: ``'published'`` for the weights that the authors publish, which are fetched on first use, or what
            ``read_checkpoint`` takes; without one the weights are random.
        num_classes: Number of classes of a new classifier; for a model with several classifiers a dict, such as
            ``dict(verb=5, noun=7)``.
        device: The device of the model.

    Returns:
        The model in evaluation mode.

    Raises:
        InputError: If there is no such model or device, ``num_classes`` does not fit, or the checkpoint cannot be
            fetched or does not fit.

    Example:
        >>> model = create_model('timesformer_divST_8x32_224_kinetics400')
        >>> clips = torch.randint(0, 256, (2, *model.clip_shape), dtype=torch.uint8)
        >>> model(model.normalize(clips)).shape
        torch.Size([2, 400])
    """
    config = load_config(name)
    if num_classes is not None:
        config = set_num_classes(config, num_classes)
    recognizer = init_recognizer(config, checkpoint, device)
    return ClipClassifier(recognizer, Path(config.filename).stem if config.filename else str(name))


def set_num_classes(config: Config, num_classes: int | Mapping[str, int]) -> Config:
    """A copy of a config whose head has another number of classes, without class names.

    Raises:
        InputError: If a number is not positive, or the head has other classifiers.
    """
    config = Config(config.to_dict(), filename=config.filename)
    head = config.model.cls_head
    keys = {'verb': 'num_verbs', 'noun': 'num_nouns'} if 'num_verbs' in head else {CLASS: 'num_classes'}
    given = num_classes if isinstance(num_classes, Mapping) else {CLASS: num_classes}
    if set(given) != set(keys):
        accepted = 'a number' if CLASS in keys else f'a dict with {" and ".join(keys)}'
        raise InputError(f'num_classes of this model must be {accepted}, not {num_classes!r}')
    for task, count in given.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise InputError(f'num_classes must be a positive integer, not {count!r}')
        head[keys[task]] = count
    config.pop('class_names', None)
    return config


def normalize_of(config: Config) -> Normalize:
    """The normalisation of a config's data preprocessor."""
    settings = config.model.get('data_preprocessor') or {}
    mean, std = settings.get('mean', (0.0,) * 3), settings.get('std', (1.0,) * 3)  # for pixels from 0 to 255
    order = 'bgr' if settings.get('to_rgb') else 'rgb'  # mmaction2's to_rgb reverses the channels
    return Normalize(tuple(value / 255 for value in mean), tuple(value / 255 for value in std), order)


def _one_or_all(by_task: Mapping[str, Any] | None) -> Any:
    """The value of the only classifier, or the dict of several."""
    return by_task[CLASS] if by_task and CLASS in by_task else by_task
