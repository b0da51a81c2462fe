"""Layers of a recognizer by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ...models.layers import grid_of


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode, and back into its previous mode afterwards."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


def check_head(attn: Any, head: int | None) -> None:
    """Check that an attention layer has a head; None stands for all heads.

    Raises:
        InputError: If there is no such head.
    """
    if head is not None and not 0 <= head < attn.num_heads:
        raise InputError(f'head {head} is not one of the {attn.num_heads} heads of the layer, numbered from 0')


def default_layer(model: nn.Module) -> str:
    """Name of the layer for class activation maps if none is given.

    This is the block at a third of the backbone's depth: its tokens still represent their own positions, and the
    gradient at it includes all later blocks. In the last blocks of a video transformer, attention has moved
    evidence to tokens at other positions (``docs/visualization.md`` has measurements).

    Raises:
        InputError: If the backbone has no ``blocks``.
    """
    names = block_names(model)
    return names[(len(names) - 1) // 3]


def block_names(model: nn.Module) -> list[str]:
    """Names of the backbone's blocks, in order.

    Raises:
        InputError: If there are none.
    """
    blocks: Any = getattr(model.backbone, 'blocks', None)
    if blocks is None:
        raise InputError(f'{type(model.backbone).__name__} has no blocks: choose a layer (see --target-layer-name)')
    names = []
    for index, block in enumerate(blocks):
        inner = range(len(block)) if isinstance(block, nn.ModuleList) else None
        name = f'backbone/blocks/{index}'
        names += [name] if inner is None else [f'{name}/{number}' for number in inner]
    return names


def find_block(model: nn.Module, name: str | None) -> nn.Module:
    """A block of the backbone by its name. Default: the last one.

    Raises:
        InputError: If there is no such block.
    """
    names = block_names(model)
    name = names[-1] if name is None else name.strip('/')
    check_one_of('block', name, names)
    return model.get_submodule(name.replace('/', '.'))


def find_layer(model: nn.Module, name: str) -> nn.Module:
    """The module with a name such as ``backbone/blocks/3/3``.

    The last block of a backbone with a class token outputs only the class token: its ``norm1``, the input of its
    attention, is returned instead.

    Raises:
        InputError: If there is no such layer; the message has some that exist.
    """
    module: Any = model
    seen: list[str] = []
    for part in name.strip('/').split('/'):
        children = dict(module.named_children())
        if part not in children:
            where = '/'.join(seen) or 'the model'
            names = ', '.join('/'.join([*seen, child]) for child in children) or 'no layers'
            raise InputError(f'unknown layer {name}: {where} has {names}')
        module = children[part]
        seen.append(part)
    if isinstance(module, nn.ModuleList):
        names = ', '.join('/'.join([*seen, str(index)]) for index in range(len(module)))
        raise InputError(f'{name} is a list of layers: choose from {names}')
    backbone: Any = model.backbone
    outputs_class_token = getattr(backbone, 'out_type', None) == 'cls_token' and hasattr(backbone, 'cls_token')
    if outputs_class_token and getattr(backbone, 'frame_token', 'cls') == 'cls' and module is backbone.blocks[-1]:
        return module.norm1
    return module


def as_featmap(backbone: Any, features: Tensor, clips: Tensor, name: str) -> Tensor:
    """The output of a layer for clips (N, 3, T, H, W), as a feature map (N, C, T', H', W').

    Raises:
        InputError: If it is not a feature for each position.
    """
    try:
        if hasattr(backbone, 'tokens_to_featmap'):
            patch_size = getattr(backbone, 'patch_size', None)
            grid = grid_of((clips.shape[3], clips.shape[4]), patch_size) if patch_size else None
            return backbone.tokens_to_featmap(features, len(clips), grid)
        if features.ndim == 5 and len(features) == len(clips):
            return features
    except RuntimeError:  # not tokens of such a grid
        pass
    raise InputError(
        f'the output {tuple(features.shape)} of layer {name} for {len(clips)} clips is not a feature map: choose a '
        f'block, such as {default_layer_hint(backbone)}'
    )


def default_layer_hint(backbone: nn.Module) -> str:
    return 'backbone/blocks/0' if hasattr(backbone, 'blocks') else 'backbone/layer4'
