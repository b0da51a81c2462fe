"""Weights of classes in the loss."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from ...datasets.class_balance import count_classes, labels_of
from ...errors import InputError
from ...models.heads import CLASS, classifiers_of
from ...registry import HOOKS


@HOOKS.register_module()
class ClassWeightsHook(Hook):
    """Weighs classes in the loss by their frequency in the training data: rare classes count more.

    The weight of a class of n is proportional to n to the power of minus ``power``; the mean over the videos is 1. A
    class without videos has the weight 0. For heads with one ``CrossEntropyLoss``, or for several labels with
    ``BCELossWithLogits`` or ``mmaction_vt.AsymmetricLoss``, where the mean is over the labels of all videos.

    Args:
        power: 1 makes each class count the same, 0 each video.

    Raises:
        InputError: If ``power`` is not in [0, 1]; (before training) if the head's loss has no class weights.
    """

    def __init__(self, power: float = 1.0) -> None:
        if not 0 <= power <= 1:
            raise InputError(f'power of ClassWeightsHook must be in [0, 1], not {power}')
        self.power = power

    def before_train(self, runner: Runner) -> None:
        model: Any = runner.model.module if is_model_wrapper(runner.model) else runner.model
        loss: Any = getattr(model.cls_head, 'loss_cls', None)
        classes = classifiers_of(model.cls_head)
        if list(classes) != [CLASS] or not hasattr(loss, 'class_weight'):
            raise InputError(
                f'ClassWeightsHook needs a head with one CrossEntropyLoss; {type(model.cls_head).__name__} has '
                f'{type(loss).__name__}'
            )
        counts = count_classes(labels_of(runner.train_dataloader.dataset), classes[CLASS]).double()
        weights = torch.where(counts > 0, counts.clamp(min=1) ** -self.power, 0)
        weights = weights * counts.sum() / (weights * counts).sum()
        loss.class_weight = weights.float().to(next(model.parameters()).device)
