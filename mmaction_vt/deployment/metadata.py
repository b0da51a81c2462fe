"""The metadata of an exported file, with which a server can prepare clips without this package."""

import json
from typing import Any

from mmengine.config import Config
from torch import nn

from ..class_names import name_classes
from ..models.heads import CLASS
from ..version import __version__


def describe(
    model: nn.Module,
    scorer: Any,
    clip_shape: tuple[int, ...],
    labels: list[str] | dict[str, list[str]] | None = None,
) -> dict[str, str]:
    """The metadata by name, each as JSON.

    - ``model``: the backbone; ``mmaction_vt``: the version that wrote the file;
    - ``clip_shape``: [3, T, H, W] of a clip; ``channel_order``: ``rgb`` or ``bgr``; ``mean`` and ``std``: the input is
      (pixels from 0 to 255 - mean) / std;
    - ``num_classes`` of each output; ``output``: ``logits`` or ``probabilities``; ``labels``: the class names;
    - ``test_pipeline``: the test pipeline of the config.

    Args:
        model: The recognizer, with its config as ``cfg`` if there is one.
        scorer: The module that is exported.
        clip_shape: (3, T, H, W).
        labels: Class names; for a model with several classifiers a list for each.

    Raises:
        InputError: If the number of names is not that of the classes.
    """
    facts: dict[str, Any] = dict(
        model=type(model.backbone).__name__,
        mmaction_vt=__version__,
        clip_shape=list(clip_shape),
        **normalisation_of(model),
        num_classes=scorer.num_classes,
        output='probabilities' if scorer.softmax else 'logits',
    )
    if labels is not None:
        lists = labels if isinstance(labels, dict) else {CLASS: labels}
        named = name_classes(list(lists.values()), scorer.num_classes)
        facts['labels'] = named.get('scores', named)
    config = getattr(model, 'cfg', None) or {}
    if 'test_pipeline' in config:
        facts['test_pipeline'] = Config(dict(steps=config['test_pipeline'])).to_dict()['steps']
    return {name: json.dumps(value) for name, value in facts.items()}


def normalisation_of(model: nn.Module) -> dict[str, list[float] | str]:
    """``mean``, ``std`` and ``channel_order`` of the recognizer's preprocessor."""
    preprocessor: Any = getattr(model, 'data_preprocessor', None)
    order = dict(channel_order='bgr' if getattr(preprocessor, 'to_rgb', False) else 'rgb')  # to_rgb reverses channels
    if not hasattr(preprocessor, 'mean'):
        return dict(mean=[0.0] * 3, std=[1.0] * 3, **order)
    return dict(mean=preprocessor.mean.flatten().tolist(), std=preprocessor.std.flatten().tolist(), **order)
