"""Building a recognizer with its weights and class names."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from ..checkpoints import load_into
from ..class_names import name_classes, resolve_class_names
from ..errors import InputError
from ..models.heads import classifiers_of
from ..registry import MODELS
from ..utils.config import load_config, published_checkpoint


def init_recognizer(
    config: str | Path | Config | dict,
    checkpoint: str | Path | None = None,
    device: str | torch.device = 'cpu',
    new_classifier: bool = True,
    non_finite: bool = False,
) -> nn.Module:
    """Build a recognizer, load a checkpoint of any layout into it and make it ready to predict.

    Args:
        config: A model's name, a config file, a ``Config``, or a dict with ``model``.
        checkpoint: As ``read_checkpoint`` takes it, or ``'published'`` for the file that the model's authors publish;
            without one the weights are random.
        device: The device of the model.
        new_classifier: Whether a checkpoint for another number of classes is accepted, with a warning and without its
            classifier.
        non_finite: Whether weights of the checkpoint may be NaN or infinite.

    Returns:
        The recognizer in evaluation mode, with the config as ``cfg``. ``model.cls_head(model.backbone(x))`` returns the
        scores of clips (N, 3, T, H, W).

    Raises:
        InputError: If the config has no model, or one without classes, the checkpoint cannot be read or does not fit,
            or there is no such device.
    """
    check_device(device)
    config = load_config(config)
    if 'model' not in config:
        raise InputError('the config has no `model`')
    init_default_scope(config.get('default_scope', 'mmaction'))
    model = MODELS.build(config.model)
    if not hasattr(model, 'cls_head'):
        raise InputError(
            f'{type(model).__name__} has no classes: give the config and the checkpoint of a model that was fine-tuned'
        )
    if checkpoint is not None:
        load_into(model, published_checkpoint(checkpoint, config), new_classifier, non_finite)
    else:
        logging.getLogger(__name__).info('No checkpoint given: the weights are random.')
    model.cfg = config
    return model.to(device).eval()


def class_names_of(config: Config, model: Any) -> dict[str, list[str]] | None:
    """Class names from the config of a model: a list for each classifier, or None.

    If their number differs from the model's classes, they belong to the data set that the config was derived from: a
    warning is logged, and None is returned.

    Args:
        config: The config, whose ``class_names`` are names or the name of a data set.
        model: A recognizer.

    Raises:
        InputError: If ``class_names`` of the config is neither a known list nor names.
    """
    names, classes = resolve_class_names(config.get('class_names')), classifiers_of(model.cls_head)
    if names is None:
        return None
    counts = {task: len(values) for task, values in names.items()}
    if counts != classes:
        logging.getLogger(__name__).warning(
            'class_names of the config has %s names, and the model has %s classes: no names are shown; set class_names '
            'or give --label-file.',
            *(' and '.join(map(str, each.values())) for each in (counts, classes)),
        )
        return None
    return names


def names_for(
    model: Any, config: Config, labels: Sequence[str] | Sequence[Sequence[str]] | None = None
) -> dict[str, list[str]] | None:
    """Names of the classes of each classifier of a model: ``labels``, or else the config's.

    Args:
        model: A recognizer.
        config: Its config.
        labels: Names of the classes; for a model with several classifiers a list for each, in order.

    Raises:
        InputError: If ``labels`` do not fit the model, or the config's are invalid.
    """
    return name_classes(labels, classifiers_of(model.cls_head)) if labels else class_names_of(config, model)


def check_device(device: str | torch.device) -> None:
    """Check that a device can be used.

    Args:
        device: Such as ``cpu``, ``cuda:1`` or ``mps``.

    Raises:
        InputError: If it cannot.
    """
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f'device {device} cannot be used: {reason} ("cpu" always can)') from error


def default_device() -> torch.device:
    """The current CUDA device if there is one, else Apple's GPU (``mps``) if there is one, else the CPU."""
    if torch.cuda.is_available():
        return torch.device('cuda', torch.cuda.current_device())
    return torch.device('mps' if torch.backends.mps.is_available() else 'cpu')
