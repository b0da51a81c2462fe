"""What a notebook or a service calls."""

import logging
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from .checkpoints import load_into
from .config_files import load_config
from .errors import InputError
from .registry import MODELS


def init_recognizer(
    config: str | Path | Config | dict,
    checkpoint: str | Path | None = None,
    device: str | torch.device = 'cpu',
    new_classifier: bool = True,
) -> nn.Module:
    """Build a recognizer, load a checkpoint of any layout into it and make it ready to predict.

    Args:
        config: A config file, a ``Config``, or a dict with ``model``.
        checkpoint: As ``read_checkpoint`` takes it; without one the weights are random.
        device: Where the model goes.
        new_classifier: Whether a checkpoint for another number of classes is taken, with a warning and without its
            classifier; otherwise it is refused.

    Returns:
        The recognizer in evaluation mode, with the config as ``cfg``. ``model.cls_head(model.backbone(x))`` gives the
        scores of clips (N, 3, T, H, W).

    Raises:
        InputError: If the config has no model, the checkpoint cannot be read or does not fit, or there is no such
            device.
    """
    check_device(device)
    config = load_config(config)
    if 'model' not in config:
        raise InputError('the config has no `model`')
    init_default_scope(config.get('default_scope', 'mmaction'))
    model = MODELS.build(config.model)
    if checkpoint is not None:
        load_into(model, checkpoint, new_classifier)
    else:
        logging.getLogger(__name__).info('No checkpoint was given: the weights are random.')
    model.cfg = config
    return model.to(device).eval()


def check_device(device: str | torch.device) -> None:
    """Refuse a device that is not there.

    Raises:
        InputError: If nothing can be put on it.
    """
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f'device {device} cannot be used: {reason} ("cpu" is always there)') from error
