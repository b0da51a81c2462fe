"""All maps by the names of their methods."""

from typing import Any

import torch
from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ...models.backbones import Motionformer
from ...models.heads import classifiers_of
from .activation_maps import METHODS as CAM_METHODS
from .activation_maps import ActivationMaps, activation_maps, class_scores, pick_categories
from .layers import default_layer, evaluating
from .rollout import BACKBONES, attention_rollout, class_token_attention

METHODS = (*CAM_METHODS, 'rollout', 'attention')
TRAJECTORY = 'trajectory'  # paths instead of maps, see ``trajectories``


def clip_maps(
    model: nn.Module,
    clips: Tensor,
    method: str = 'gradcam',
    layer: str | None = None,
    category: int | None = None,
    head: int | None = None,
) -> ActivationMaps:
    """Class activation maps or attention maps of clips, by any method.

    Args:
        model: A recognizer, which is not changed.
        clips: Normalised clips (N, 3, T, H, W).
        method: One of ``METHODS``.
        layer: For ``attention`` and class activation maps, a name such as ``backbone/blocks/3/3``.
        category: For class activation maps, the class. Default: the predicted class of each clip.
        head: For ``attention``, the head. Default: the mean of all.

    Raises:
        InputError: If there is no such method, layer, class or head, or the model or the method does not support it.
    """
    check_one_of('method', method, METHODS)
    if head is not None and method != 'attention':
        raise InputError(f'head is for method attention, not {method}')
    if layer is not None and method == 'rollout':
        raise InputError(f'method rollout uses all layers: omit layer {layer}')
    if method in CAM_METHODS:
        return activation_maps(model, clips, method, layer, category)
    seen = predict(model, clips, category)
    if method == 'rollout':
        return ActivationMaps(attention_rollout(model, clips), *seen)
    return ActivationMaps(class_token_attention(model, clips, layer, head), *seen)


def predict(model: nn.Module, clips: Tensor, category: int | None = None) -> tuple[Tensor, Tensor]:
    """Logits (N, classes), and the given or predicted class of each clip (N,)."""
    with evaluating(model), torch.no_grad():
        scores = class_scores(model, clips)
    return scores, pick_categories(scores, category)


def supported_methods(model: nn.Module) -> tuple[str, ...]:
    """The methods that a recognizer supports, of ``METHODS`` and ``TRAJECTORY``, by its backbone and head.

    Args:
        model: A recognizer.
    """
    recognizer: Any = model
    backbone = recognizer.backbone
    methods: list[str] = []
    if len(classifiers_of(recognizer.cls_head)) == 1:
        methods += list(CAM_METHODS) if hasattr(backbone, 'blocks') else []
        methods += ['rollout'] if isinstance(backbone, BACKBONES) else []
        methods += ['attention'] if 'rollout' in methods and hasattr(backbone, 'cls_token') else []
    if isinstance(backbone, Motionformer) and backbone.attention_type == TRAJECTORY:
        methods.append(TRAJECTORY)
    return tuple(methods)


def describe_layer(model: nn.Module, method: str, layer: str | None) -> str:
    """Which layer a method uses, in words."""
    if method == 'rollout':
        return 'all layers'
    if layer is None:
        layer = 'the last block' if method == 'attention' else default_layer(model)
    return layer
