"""From the output of a layer to features: class token, mean or map."""

from typing import Any

import torch
from torch import Tensor

from ..errors import InputError
from ..visualization.explain.layers import as_featmap, default_layer_hint

POOLS = ('cls', 'mean', 'map')


def pool_output(backbone: Any, output: Tensor, clips: Tensor, layer: str, pool: str, per_frame: bool = False) -> Tensor:
    """Features of clips from what the backbone, or a layer of it, returns for them.

    Args:
        backbone: The backbone.
        output: What the layer returns: vectors (N, C), a map (N, C, T', H', W'), or a block's tokens.
        clips: The clips (N, 3, T, H, W).
        layer: The name of the layer, for messages.
        pool: ``cls``, the class token, or where there is none the mean over all positions; ``mean``, that mean;
            ``map``, the map.
        per_frame: Whether each time step of the map has features of its own.

    Returns:
        (N, C) for ``cls`` and ``mean``, (N, C, T', H', W') for ``map``; with ``per_frame`` (N, T', C) for ``mean`` and
        (N, T', C, H', W') for ``map``.

    Raises:
        InputError: If the output has no positions, and they are needed.
    """
    num_clips = len(clips)
    if output.shape[:-1].numel() == num_clips:  # a vector for each clip
        if pool == 'cls':
            return output.reshape(num_clips, -1)
        raise InputError(
            f'layer {layer} returns one vector for each clip: for its map or the mean over its positions choose a '
            f'block, such as {default_layer_hint(backbone)}'
        )
    if output.ndim == 5 and layer == 'backbone':
        featmap = output
    else:
        featmap = as_featmap(backbone, output, clips, layer)
        check_batch(featmap, output, num_clips, layer)
        if pool == 'cls':
            token = class_token(backbone, output, clips, layer)
            if token is not None:
                return token
    if per_frame:
        return featmap.mean((3, 4)).transpose(1, 2) if pool == 'mean' else featmap.transpose(1, 2)
    return featmap if pool == 'map' else featmap.mean((2, 3, 4))


def check_batch(featmap: Tensor, output: Tensor, num_clips: int, layer: str) -> None:
    """Check that a map has an entry for each clip.

    Raises:
        InputError: If it does not, as for a layer that sees windows.
    """
    if len(featmap) != num_clips:
        raise InputError(
            f'the output {tuple(output.shape)} of layer {layer} for {num_clips} clips is not a feature map: choose a '
            'block'
        )


def class_token(backbone: Any, tokens: Tensor, clips: Tensor, layer: str) -> Tensor | None:
    """The class token (N, C) of each clip: those tokens that are not on the feature map.

    Several of one clip, such as one for each frame, are averaged.

    Args:
        backbone: The backbone, whose ``tokens_to_featmap`` selects the patches.
        tokens: What one of its blocks returns.
        clips: The clips (N, 3, T, H, W).
        layer: The name of the layer, for messages.

    Returns:
        The tokens, or None if all are patches.
    """
    length, channels = tokens.shape[-2:]
    numbers = torch.arange(tokens.shape[:-1].numel(), device=tokens.device)
    patches = as_featmap(backbone, numbers.view(*tokens.shape[:-1], 1), clips, layer).flatten(1)  # (N, positions)
    owners = numbers.new_full((len(numbers) // length,), -1)  # the clip of each sequence
    owners[patches // length] = numbers[: len(clips), None].expand_as(patches)
    is_left = torch.ones_like(numbers, dtype=torch.bool)
    is_left[patches.flatten()] = False
    left = numbers[is_left]
    if not len(left):
        return None
    in_order = left[owners[left // length].argsort(stable=True)]
    return tokens.reshape(-1, channels)[in_order].view(len(clips), -1, channels).mean(1)
