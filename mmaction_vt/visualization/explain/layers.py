"""Finding layers of a recognizer by the names that people give them."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from ...errors import InputError
from ...models.layers import grid_of


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """A model in its mode for evaluation; afterwards it is in the mode that it was in."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


def check_head(attn: nn.Module, head: int | None) -> None:
    """Refuse a head that an attention layer does not have; None stands for all.

    Raises:
        InputError: If there is no such head.
    """
    if head is not None and not 0 <= head < attn.num_heads:
        raise InputError(f'there is no head {head}: the layer has {attn.num_heads}, counted from 0')


def default_layer(model: nn.Module) -> str:
    """The name of the layer whose class activation maps are worth looking at if none is named.

    It is the block at a third of the backbone's depth: its tokens still speak of the place where they lie, and the
    gradient that comes back to it knows of all blocks behind. In the last blocks of a video transformer attention has
    carried what decides to tokens of other places (``docs/visualization.md`` has the figures).

    Raises:
        InputError: If the backbone has no ``blocks``.
    """
    names = block_names(model)
    return names[(len(names) - 1) // 3]


def block_names(model: nn.Module) -> list[str]:
    """Names of the backbone's blocks, first to last.

    Raises:
        InputError: If it has none.
    """
    blocks = getattr(model.backbone, 'blocks', None)
    if blocks is None:
        raise InputError(f'{type(model.backbone).__name__} has no blocks: name a layer (see --target-layer-name)')
    names = []
    for index, block in enumerate(blocks):
        inner = range(len(block)) if isinstance(block, nn.ModuleList) else None
        name = f'backbone/blocks/{index}'
        names += [name] if inner is None else [f'{name}/{number}' for number in inner]
    return names


def find_block(model: nn.Module, name: str | None) -> nn.Module:
    """A block of the backbone by its name; the last if there is no name.

    Raises:
        InputError: If it is none of the blocks.
    """
    names = block_names(model)
    name = names[-1] if name is None else name.strip('/')
    if name not in names:
        raise InputError(f'{name} is no block: {", ".join(names)} are there')
    return model.get_submodule(name.replace('/', '.'))


def find_layer(model: nn.Module, name: str) -> nn.Module:
    """The module with a name such as ``backbone/blocks/3/3``.

    The last block of a backbone with a class token hands on the class token alone: there the tokens that go into its
    attention are taken, the output of its ``norm1``.

    Raises:
        InputError: If there is no such layer; the message names some that are there.
    """
    module, seen = model, []
    for part in name.strip('/').split('/'):
        children = dict(module.named_children())
        if part not in children:
            where = '/'.join(seen) or 'the model'
            names = ', '.join('/'.join([*seen, child]) for child in children) or 'nothing below it'
            raise InputError(f'there is no layer {name}: {where} has {names}')
        module = children[part]
        seen.append(part)
    if isinstance(module, nn.ModuleList):
        names = ', '.join('/'.join([*seen, str(index)]) for index in range(len(module)))
        raise InputError(f'{name} is a list of layers: name one of {names}')
    backbone = model.backbone
    hands_on_class_token = getattr(backbone, 'out_type', None) == 'cls_token' and hasattr(backbone, 'cls_token')
    if hands_on_class_token and getattr(backbone, 'frame_token', 'cls') == 'cls' and module is backbone.blocks[-1]:
        return module.norm1
    return module


def as_featmap(backbone: nn.Module, features: Tensor, clips: Tensor, name: str) -> Tensor:
    """What a layer returned for clips (N, 3, T, H, W), as (N, C, T', H', W').

    Raises:
        InputError: If these are no features of every place.
    """
    try:
        if hasattr(backbone, 'tokens_to_featmap'):
            patch_size = getattr(backbone, 'patch_size', None)
            grid = grid_of(clips.shape[3:], patch_size) if patch_size else None
            return backbone.tokens_to_featmap(features, len(clips), grid)
        if features.ndim == 5 and len(features) == len(clips):
            return features
    except RuntimeError:  # the tokens cannot be laid out
        pass
    raise InputError(
        f'layer {name} gives {tuple(features.shape)} for {len(clips)} clips, which are no features of times and '
        f'places: name a block, such as {default_layer_hint(backbone)}'
    )


def default_layer_hint(backbone: nn.Module) -> str:
    return 'backbone/blocks/0' if hasattr(backbone, 'blocks') else 'backbone/layer4'
