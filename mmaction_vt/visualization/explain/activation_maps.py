"""Class activation maps, per frame.

- ``gradcam`` (Selvaraju et al., 2017): features weighted by their gradients;
- ``gradcam++`` (Chattopadhyay et al., 2018): by gradients that are weighted by their second and third powers;
- ``layercam`` (Jiang et al., 2021): by the positive gradient at each position;
- ``eigencam`` (Muhammad and Yeasin, 2020): the first principal component of the features, whatever the class.

For convolutional networks, the first two average the weights over each frame, as mmaction2 does: after the last layer
all positions are averaged, so their gradients hardly differ. In a transformer the gradients of tokens do differ, and
their mean is meaningless for any of them. There the weights are not averaged (Draelos and Carin, 2020, "Use HiResCAM
instead of Grad-CAM"), and the mean over the clip is subtracted from the features, since what all tokens have in common
is not evidence for any position.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ...errors import InputError, check_one_of
from .layers import as_featmap, default_layer, evaluating, find_layer
from .maps import resize_maps


class ActivationMaps(NamedTuple):
    """Attributes:
    maps: (N, T, H, W), normalised to [0, 1] in each clip.
    scores: Logits (N, classes).
    categories: The class of each map, (N,).
    """

    maps: Tensor
    scores: Tensor
    categories: Tensor


def activation_maps(
    model: nn.Module, clips: Tensor, method: str = 'gradcam', layer: str | None = None, category: int | None = None
) -> ActivationMaps:
    """Class activation maps of clips.

    Args:
        model: A recognizer. Its mode, hooks and gradients are not changed.
        clips: Normalised clips (N, 3, T, H, W).
        method: One of ``METHODS``.
        layer: A name such as ``backbone/blocks/3/3``. Default: see ``default_layer``.
        category: The class. Default: the predicted class of each clip.

    Raises:
        InputError: If there is no such method, layer or class, or the scores do not depend on the layer.
    """
    check_one_of('method', method, METHODS)
    layer = layer or default_layer(model)
    module = find_layer(model, layer)
    found: list[Any] = []
    hook = module.register_forward_hook(lambda module, inputs, output: found.append(output))
    try:
        with evaluating(model), torch.enable_grad():
            clips = clips.detach().requires_grad_()
            scores = class_scores(model, clips)
            categories = pick_categories(scores, category)
            chosen = scores.gather(1, categories[:, None]).sum()
            if len(found) != 1 or not isinstance(found[0], Tensor):
                raise InputError(f'layer {layer} does not return a single tensor in a forward pass: choose a block')
            (gradient,) = torch.autograd.grad(chosen, found[0], allow_unused=True)
    finally:
        hook.remove()
    if gradient is None:
        raise InputError(f'the scores do not depend on layer {layer}: choose another, such as {default_layer(model)}')
    backbone: Any = model.backbone
    features, gradient = (as_featmap(backbone, part.detach().float(), clips, layer) for part in (found[0], gradient))
    pooled = not hasattr(backbone, 'tokens_to_featmap')
    if not pooled:
        features = features - features.mean((2, 3, 4), keepdim=True)
    maps = resize_maps(METHODS[method](features, gradient, pooled), clips.shape[2:])
    return ActivationMaps(maps, scores.detach(), categories)


def class_scores(model: nn.Module, clips: Tensor) -> Tensor:
    """Logits (N, classes) of clips (N, 3, T, H, W).

    Raises:
        InputError: If the model has several classifiers.
    """
    recognizer: Any = model
    scores = recognizer.cls_head(recognizer.backbone(clips))
    if isinstance(scores, tuple):  # of clips and of tokens
        scores = scores[0]
    if not isinstance(scores, Tensor):
        raise InputError(
            f'{type(recognizer.cls_head).__name__} has several classifiers; class activation maps need one'
        )
    return scores


def pick_categories(scores: Tensor, category: int | None) -> Tensor:
    """The class of each clip (N,).

    Raises:
        InputError: If the class is not one of the model's.
    """
    if category is None:
        return scores.argmax(1)
    if not 0 <= category < scores.shape[1]:
        raise InputError(f'category {category} is not a class of the model, 0 to {scores.shape[1] - 1}')
    return torch.full_like(scores[:, 0], category, dtype=torch.long)


def gradcam(features: Tensor, gradient: Tensor, pooled: bool) -> Tensor:
    return weigh(gradient, features, pooled)


def gradcam_plus_plus(features: Tensor, gradient: Tensor, pooled: bool) -> Tensor:
    square, cube = gradient**2, gradient**3
    shares = 2 * square + features.sum((3, 4), keepdim=True) * cube
    shares = square / torch.where(shares == 0, 1, shares)
    return weigh(shares * gradient.relu(), features, pooled)


def layercam(features: Tensor, gradient: Tensor, pooled: bool) -> Tensor:
    return weigh(gradient.relu(), features, pooled=False)


def weigh(weights: Tensor, features: Tensor, pooled: bool) -> Tensor:
    """The positive part of the weighted sum of features over channels."""
    if pooled:
        weights = weights.mean((3, 4), keepdim=True)
    return (weights * features).sum(1).relu()


def eigencam(features: Tensor, gradient: Tensor, pooled: bool) -> Tensor:
    tokens = features.flatten(2).transpose(1, 2)  # (N, L, C)
    tokens = tokens - tokens.mean(1, keepdim=True)
    on_mps = tokens.device.type == 'mps'  # PyTorch 2.11 has no singular value decomposition there
    _, _, directions = torch.linalg.svd(tokens.cpu() if on_mps else tokens, full_matrices=False)
    component = torch.einsum('nlc,nc->nl', tokens, directions[:, 0].to(tokens))
    # The sign is arbitrary: few positions stand out from many, so the longer tail is positive.
    is_flipped = (component**3).sum(1, keepdim=True) < 0
    component = torch.where(is_flipped, -component, component)
    return component.unflatten(1, features.shape[2:]).relu()


METHODS: dict[str, Callable[[Tensor, Tensor, bool], Tensor]] = {
    'gradcam': gradcam,
    'gradcam++': gradcam_plus_plus,
    'layercam': layercam,
    'eigencam': eigencam,
}
