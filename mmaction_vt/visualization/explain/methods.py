"""All maps of clips by the names of their methods."""

import torch
from torch import Tensor, nn

from ...errors import InputError, check_one_of
from .activation_maps import METHODS as CAM_METHODS
from .activation_maps import ActivationMaps, activation_maps, class_scores, pick_categories
from .layers import default_layer, evaluating
from .rollout import attention_rollout, class_token_attention

METHODS = (*CAM_METHODS, 'rollout', 'attention')
TRAJECTORY = 'trajectory'  # draws paths, see ``trajectories``


def clip_maps(
    model: nn.Module,
    clips: Tensor,
    method: str = 'gradcam',
    layer: str | None = None,
    category: int | None = None,
    head: int | None = None,
) -> ActivationMaps:
    """Maps of clips, by any method.

    Args:
        model: A recognizer. It is left as it was.
        clips: Normalised clips (N, 3, T, H, W).
        method: One of ``METHODS``.
        layer: For ``attention`` and class activation maps, a name such as ``backbone/blocks/3/3``.
        category: For class activation maps, the class; if it is not given, for each clip the one with the highest
            score.
        head: For ``attention``, the head; the mean of all if it is not given.

    Raises:
        InputError: If there is no such method, layer, class or head, the model cannot have such maps, or the method
            does not take what is given.
    """
    check_one_of('method', method, METHODS)
    if head is not None and method != 'attention':
        raise InputError(f'a head goes with method attention, not with {method}')
    if layer is not None and method == 'rollout':
        raise InputError(f'rollout goes through all layers: leave out layer {layer}')
    if method in CAM_METHODS:
        return activation_maps(model, clips, method, layer, category)
    seen = predict(model, clips, category)
    if method == 'rollout':
        return ActivationMaps(attention_rollout(model, clips), *seen)
    return ActivationMaps(class_token_attention(model, clips, layer, head), *seen)


def predict(model: nn.Module, clips: Tensor, category: int | None = None) -> tuple[Tensor, Tensor]:
    """Logits (N, classes) and the class that is looked at (N,)."""
    with evaluating(model), torch.no_grad():
        scores = class_scores(model, clips)
    return scores, pick_categories(scores, category)


def describe_place(model: nn.Module, method: str, layer: str | None) -> str:
    """Where a method looks, in words."""
    if method == 'rollout':
        return 'through all layers'
    if layer is None:
        layer = 'the last block' if method == 'attention' else default_layer(model)
    return f'at {layer}'
