"""Putting a state dict into a model: what is resized, what is left out, and what is a mistake."""

import warnings
from dataclasses import dataclass, field
from math import isqrt
from pathlib import Path

import torch
from mmengine.logging import print_log
from torch import Tensor, nn

from ..errors import InputError
from ..models.layers import resize_grid_embed, resize_joint_embed, resize_time_embed
from .layouts.base import misfit
from .pretrained.dualformer import fit_time_of_kernels
from .read import read_checkpoint

CLASSIFIERS = ('cls_head.fc_cls', 'cls_head.fc_verb', 'cls_head.fc_noun', 'cls_head.token_linear.6')
TIME_EMBEDDINGS = ('backbone.time_embed', 'backbone.temp_embed')
TOKEN_LAYERS = 'cls_head.token_linear.'
MERGED = '.merged'  # what ``fuse_for_inference`` leaves beside a weight that stands for two


@dataclass
class Fit:
    """A state dict that fits a model.

    Attributes:
        state_dict: The tensors, in the model's names and shapes.
        resized: One sentence for each embedding that was resized.
        new_classifiers: One sentence for each classifier that was left out because the classes differ.
        kept: Keys of those classifiers, which keep the model's own values.
    """

    state_dict: dict[str, Tensor]
    resized: list[str] = field(default_factory=list)
    new_classifiers: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)


def fit_state_dict(state: dict[str, Tensor], model: nn.Module) -> Fit:
    """Fit a state dict in our names to a recognizer.

    Embeddings of another image size or number of frames are resized; a classifier for another number of classes is
    left out, and the model's own stays.

    Args:
        state: Tensors by name, as ``read_checkpoint`` returns them.
        model: A recognizer with ``backbone`` and ``cls_head``.

    Raises:
        InputError: If a key is missing or left over, or a shape differs; the message names it.
    """
    wanted = model.state_dict()
    _refuse_other_merging(state, wanted)
    fit = Fit(dict(state))
    _resize_embeddings(fit, model)
    _fit_token_layers(fit, wanted)
    _leave_out_classifiers(fit, wanted)

    problem = misfit(fit.state_dict, {key: value for key, value in wanted.items() if key not in fit.kept})
    if problem:
        family = type(model.backbone).__name__
        raise InputError(f'the checkpoint is not one of this {family} model (see the config): {problem}')
    for key, value in fit.state_dict.items():
        if value.shape != wanted[key].shape:
            raise InputError(
                f'{key} is {tuple(value.shape)} in the checkpoint and {tuple(wanted[key].shape)} in the model: '
                'the sizes of the backbone in the config are not those of the checkpoint'
            )
    return fit


def load_into(model: nn.Module, path: str | Path, new_classifier: bool = True) -> Fit:
    """Load a checkpoint of any layout into a recognizer, and log what was done.

    Args:
        model: The recognizer.
        path: The checkpoint, as ``read_checkpoint`` takes it.
        new_classifier: Whether a classifier for another number of classes may be left out, as fine-tuning wants it.

    Raises:
        InputError: If the checkpoint cannot be read or does not fit.
    """
    checkpoint = read_checkpoint(path)
    try:
        return put_into(model, checkpoint, str(path), new_classifier)
    except InputError as error:
        raise InputError(f'{path}: {error}') from error


def put_into(model: nn.Module, checkpoint: dict, name: str, new_classifier: bool = True) -> Fit:
    """Load what ``read_checkpoint`` returned into a recognizer, and log what was done."""
    fit = fit_state_dict(checkpoint['state_dict'], model)
    if fit.new_classifiers and not new_classifier:
        raise InputError(' '.join(fit.new_classifiers) + ' Give the config that the checkpoint was trained with.')
    model.load_state_dict(fit.state_dict, strict=not fit.new_classifiers)
    _adopt_activation(model.backbone, checkpoint['meta'].get('config', {}).get('hidden_act'))

    print_log(f'Loaded {len(fit.state_dict)} tensors from {name} ({checkpoint["layout"]}).', 'current')
    if checkpoint['dropped']:
        print_log(f'Dropped on purpose: {", ".join(checkpoint["dropped"])}.', 'current')
    for sentence in fit.resized + fit.new_classifiers:
        print_log(sentence, 'current')
    for sentence in fit.new_classifiers:
        warnings.warn(sentence, stacklevel=3)
    return fit


def _adopt_activation(backbone: nn.Module, hidden_act: str | None) -> None:
    """Let a backbone whose config names no activation have the one that Hugging Face's file was trained with."""
    if hidden_act is None or not hasattr(backbone, 'use_activation'):
        return
    act = 'gelu' if hidden_act == 'gelu' else 'gelu_tanh'
    if backbone.act is None:
        backbone.use_activation(act)
    if (backbone.act or 'gelu') != act:
        told = f'act={backbone.act!r} of the backbone' if backbone.act else 'no act of the backbone'
        warnings.warn(
            f'The checkpoint was trained with {hidden_act}, and the config has {told}: write act={act!r} there, so '
            'that checkpoints trained from this one are read alike.',
            stacklevel=4,
        )


def _resize_embeddings(fit: Fit, model: nn.Module) -> None:
    """Resize space and time embeddings to the backbone's, as the backbone does for a larger or longer input."""
    backbone = model.backbone
    _join_embeddings(fit, backbone)
    _resize_joint_embedding(fit, backbone)
    fit.resized += fit_time_of_kernels(fit.state_dict, model.state_dict(), 'backbone.')
    for key in ('backbone.pos_embed', *TIME_EMBEDDINGS):
        old, new = fit.state_dict.get(key), getattr(backbone, key.removeprefix('backbone.'), None)
        if old is None or new is None or old.shape == new.shape or old.shape[::2] != new.shape[::2]:
            continue
        if key != 'backbone.pos_embed':
            fit.state_dict[key] = resize_time_embed(old, new.shape[1])
            fit.resized.append(f'Resized {key} from {old.shape[1]} to {new.shape[1]} time steps.')
            continue
        fit.state_dict[key] = resize_square_embed(old, backbone.grid, backbone.embed_resize_mode)
        side = isqrt(old.shape[1])
        fit.resized.append(f'Resized {key} from {side}x{side} to {backbone.grid[0]}x{backbone.grid[1]} patches.')


def _join_embeddings(fit: Fit, backbone: nn.Module) -> None:
    """Add embeddings of space and of time, where the backbone has one of every time and place."""
    space = fit.state_dict.get('backbone.pos_embed')
    time_key = next((key for key in TIME_EMBEDDINGS if key in fit.state_dict), None)
    if not hasattr(backbone, 'st_embed') or space is None or time_key is None:
        return
    del fit.state_dict['backbone.pos_embed']
    patches = space[:, None, 1:] + fit.state_dict.pop(time_key)[:, :, None]
    fit.state_dict['backbone.st_embed'] = torch.cat((space[:, :1], patches.flatten(1, 2)), dim=1)
    fit.resized.append('Added the embeddings of space and of time: the model has one of every time and place.')


def _resize_joint_embedding(fit: Fit, backbone: nn.Module) -> None:
    """Resize an embedding of every time and place, if either the times or the places are those of the backbone."""
    key = 'backbone.st_embed'
    old, new = fit.state_dict.get(key), getattr(backbone, 'st_embed', None)
    if old is None or new is None or old.shape == new.shape or old.shape[2] != new.shape[2]:
        return
    grid, extra = backbone.grid, int(hasattr(backbone, 'cls_token'))
    count, steps = old.shape[1] - extra, (new.shape[1] - extra) // (grid[0] * grid[1])
    side = isqrt(count // steps)
    if count == side * side * steps:
        old_sizes = (steps, side, side)
    elif count % (grid[0] * grid[1]) == 0:
        old_sizes = (count // (grid[0] * grid[1]), *grid)
    else:
        return
    fit.state_dict[key] = resize_joint_embed(old, old_sizes, (steps, *grid), backbone.embed_resize_mode)
    told, wished = ('x'.join(map(str, sizes)) for sizes in (old_sizes, (steps, *grid)))
    fit.resized.append(f'Resized {key} from {told} to {wished} times and patches.')


def resize_square_embed(embed: Tensor, grid: tuple[int, int], mode: str) -> Tensor:
    """Fit the space embedding (1, 1 + side * side, C) of a checkpoint to a grid.

    Raises:
        InputError: If the places in it are not a square.
    """
    places = embed.shape[1] - 1
    side = isqrt(places)
    if side * side != places:
        raise InputError(
            f'the space embedding has {places} places in the checkpoint, which are not a square, and the model wants '
            f'{grid[0]}x{grid[1]}: set img_size of the backbone to what the checkpoint was trained with'
        )
    return resize_grid_embed(embed, (side, side), grid, mode)


def _fit_token_layers(fit: Fit, wanted: dict[str, Tensor]) -> None:
    """Let a model with token labels start from one without, and the other way round."""
    theirs, ours = ({key for key in state if key.startswith(TOKEN_LAYERS)} for state in (fit.state_dict, wanted))
    if (not theirs and not ours) or (theirs and ours):
        return
    for key in theirs:
        fit.state_dict.pop(key)
    fit.kept |= ours
    if theirs:
        fit.resized.append('Left out the layers that score tokens: the model has none.')
    else:
        fit.new_classifiers.append('The checkpoint has no layers that score tokens: those of the model are untrained.')


def _refuse_other_merging(state: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    """Refuse a checkpoint in which other layers are merged than in the model."""
    merged, merged_here = ({key for key in keys if key.endswith(MERGED)} for keys in (state, wanted))
    if merged_here - merged:
        raise InputError(
            'the model was merged by fuse_for_inference, and the checkpoint is one of the model before: load it first, '
            'and merge then'
        )
    if merged - merged_here:
        raise InputError(
            'the checkpoint was written by a model that fuse_for_inference had merged, whose layers cannot be taken '
            'apart: load the checkpoint that it was made from'
        )


def _leave_out_classifiers(fit: Fit, wanted: dict[str, Tensor]) -> None:
    """Drop classifiers for other classes than the model's, or of another kind of head; the model's own are kept."""
    theirs = _classifiers(fit.state_dict)
    ours = _classifiers({key: value for key, value in wanted.items() if key not in fit.kept})
    differing = {name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name)}
    if not theirs or not ours or not differing:
        return
    for name in differing:
        for end in ('.weight', '.bias'):
            fit.state_dict.pop(name + end, None)
            if name in ours:
                fit.kept.add(name + end)
    told, wished = (
        ' and '.join(f'{count} classes ({name.removeprefix("cls_head.")})' for name, count in heads.items())
        for heads in (theirs, ours)
    )
    fit.new_classifiers.append(
        f'The checkpoint tells {told} apart and the model {wished}: what differs was left out of the checkpoint, '
        'and the model keeps its own, untrained classifier.'
    )


def _classifiers(state: dict[str, Tensor]) -> dict[str, int]:
    """The classifiers in a state dict, and how many classes they tell apart."""
    return {name: len(state[f'{name}.weight']) for name in CLASSIFIERS if f'{name}.weight' in state}
