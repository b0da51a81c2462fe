"""Loading a state dict into a recognizer: what is resized, what is left out, and what is a mistake."""

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from ..errors import InputError
from .huggingface_files import model_settings
from .layouts.base import check_shapes, fitting, key_mismatch
from .read import backbone_of, config_in, read_checkpoint
from .resize import resize_to_model
from .tensors import shown

ACTIONS = 'cls_head.fc_action'  # of boxes
CLASSIFIERS = ('cls_head.fc_cls', 'cls_head.fc_verb', 'cls_head.fc_noun', 'cls_head.token_linear.6', ACTIONS)
TOKEN_LAYERS = 'cls_head.token_linear.'
HEAD, DECODER = 'cls_head.', 'decoder.'  # what a recognizer has, and a masked autoencoder in its place
NORMS = ('backbone.norm.', 'backbone.fc_norm.')  # of tokens, and of their mean
# Hugging Face's names of ours.
ACTIVATIONS = {
    'gelu': ('gelu', 'gelu_python'),
    'gelu_tanh': ('gelu_fast', 'gelu_new', 'gelu_pytorch_tanh', 'gelu_accurate'),
}
GELU_ONLY = ('VideoMAE', 'VJEPA2')
MERGED = '.merged'  # what ``fuse_for_inference`` adds beside a weight that stands for two


@dataclass
class Fit:
    """A state dict that fits a model.

    Attributes:
        state_dict: The tensors, in the model's names and shapes.
        resized: One sentence for each embedding or kernel that was resized.
        new_classifiers: One sentence for each classifier that was left out because the classes differ.
        kept: Keys of those classifiers, for which the model keeps its own values.
    """

    state_dict: dict[str, Tensor]
    resized: list[str] = field(default_factory=list)
    new_classifiers: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)


def fit_state_dict(state: dict[str, Tensor], model: nn.Module) -> Fit:
    """Fit a state dict in our names to a recognizer.

    Embeddings for another image size or number of frames are resized; a classifier for another number of classes is
    left out, and the model keeps its own.

    Args:
        state: Tensors by name, as ``read_checkpoint`` returns them.
        model: A recognizer with ``backbone`` and ``cls_head``.

    Raises:
        InputError: If a key is missing or unexpected, or a shape differs; the message names it.
    """
    expected = model.state_dict()
    _check_merging(state, expected)
    for key in state.keys() & expected.keys():
        if state[key].ndim != expected[key].ndim:
            check_shapes({key: state[key]}, expected)
    fit = Fit(dict(state))
    with fitting(f'this {type(model.backbone).__name__}'):
        _leave_out_decoder(fit, expected)
        _leave_out_recognizers_head(fit, expected)
        fit.resized += resize_to_model(fit.state_dict, model)
        _fit_token_layers(fit, expected)
        _drop_classifiers(fit, expected)

    mismatch = key_mismatch(fit.state_dict, {key: value for key, value in expected.items() if key not in fit.kept})
    if mismatch:
        family = type(model.backbone).__name__
        raise InputError(f'the checkpoint does not match this {family} (see the config): {mismatch}')
    check_shapes(fit.state_dict, expected)
    return fit


def load_into(model: nn.Module, path: str | Path, new_classifier: bool = True, non_finite: bool = False) -> Fit:
    """Load a checkpoint of any layout into a recognizer, and log what was done.

    A classifier that was left out is a warning.

    Args:
        model: The recognizer.
        path: The checkpoint, as ``read_checkpoint`` takes it.
        new_classifier: Whether a classifier for another number of classes may be left out, as in fine-tuning.
        non_finite: As ``read_checkpoint`` takes it.

    Raises:
        InputError: If the checkpoint cannot be read or does not fit.
    """
    checkpoint = read_checkpoint(path, non_finite)
    try:
        fit = load_converted(model, checkpoint, str(path), new_classifier)
    except InputError as error:
        raise InputError(f'{path}: {error}') from error
    for sentence in fit.new_classifiers:
        warnings.warn(sentence, stacklevel=2)
    return fit


def load_converted(model: nn.Module, checkpoint: dict[str, Any], name: str, new_classifier: bool = True) -> Fit:
    """Load what ``read_checkpoint`` returned into a recognizer, and log what was done.

    The caller says which classifiers were left out: in a training's log, or as a warning.

    Args:
        model: The recognizer.
        checkpoint: State dict, layout, dropped keys and meta data.
        name: What the log calls the checkpoint.
        new_classifier: As for ``load_into``.

    Raises:
        InputError: If the checkpoint does not fit.
    """
    of, own = backbone_of(checkpoint), type(model.backbone).__name__
    if of and of != own:
        raise InputError(
            f'the checkpoint is of a {of} ({checkpoint["layout"]}), and the backbone of the config is {own}'
        )
    fit = fit_state_dict(checkpoint['state_dict'], model)
    if fit.new_classifiers and not new_classifier:
        raise InputError(' '.join(fit.new_classifiers) + ' Give the config that the checkpoint was trained with.')
    hidden_act = config_in(checkpoint['meta']).get('hidden_act')
    act = _activation_in(hidden_act)
    model.load_state_dict(fit.state_dict, strict=not fit.new_classifiers)
    _adopt_activation(model.backbone, act, hidden_act)
    _adopt_norm_eps(model, config_in(checkpoint['meta']))

    print_log(f'Loaded {len(fit.state_dict)} tensors from {name} ({checkpoint["layout"]}).', 'current')
    if checkpoint['dropped']:
        print_log(f'Dropped, as the model does not use them: {", ".join(checkpoint["dropped"])}.', 'current')
    for sentence in fit.resized:
        print_log(sentence, 'current')
    return fit


def _activation_in(hidden_act: object) -> str | None:
    """Our name of the activation in Hugging Face's config.

    Raises:
        InputError: If it is another one, with which the model would compute something else than it learned.
    """
    if hidden_act is None:
        return None
    act = next((act for act, names in ACTIVATIONS.items() if hidden_act in names), None)
    if act is None:
        known = ', '.join(name for names in ACTIVATIONS.values() for name in names)
        raise InputError(f"unknown hidden_act {shown(hidden_act)} in the checkpoint's config; choose from {known}")
    return act


def _adopt_activation(backbone: Any, act: str | None, hidden_act: object) -> None:
    """Set the activation of Hugging Face's file in a backbone whose config names none."""
    if act is None:
        return
    if not hasattr(backbone, 'use_activation'):
        if act != 'gelu' and type(backbone).__name__ in GELU_ONLY:
            raise InputError(
                f'the checkpoint was trained with {hidden_act}, and {type(backbone).__name__} has gelu only'
            )
        return
    if backbone.act is None:
        backbone.use_activation(act)
    if (backbone.act or 'gelu') != act:
        got = f'act={backbone.act!r} of the backbone' if backbone.act else 'no act of the backbone'
        warnings.warn(
            f'The checkpoint was trained with {hidden_act}, and the config has {got}: set act={act!r}, so that '
            'checkpoints trained from this one are read alike.',
            stacklevel=4,
        )


def _adopt_norm_eps(model: nn.Module, config: dict[str, Any]) -> None:
    """Set the epsilons of Hugging Face's file in the LayerNorms of a model whose config names none."""
    eps = model_settings({'layer_norm_eps': config.get('layer_norm_eps')}).get('layer_norm_eps')
    for prefix, name in (('', 'backbone'), ('', 'cls_head'), (DECODER, 'decoder')):
        part: Any = getattr(model, name, None)
        if eps is None or getattr(part, 'norm_eps', eps) is not None:
            continue
        for place, layer in part.named_modules():
            if isinstance(layer, nn.LayerNorm):
                layer.eps = config.get(f'{prefix}{place}_eps', eps)


def _check_merging(state: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """Refuse a checkpoint in which other layers are merged than in the model."""
    merged, merged_here = ({key for key in keys if key.endswith(MERGED)} for keys in (state, expected))
    if merged_here - merged:
        raise InputError(
            'the model was merged by fuse_for_inference, and the checkpoint was not: load the checkpoint first, then '
            'merge'
        )
    if merged - merged_here:
        raise InputError(
            'the checkpoint was written by a model merged by fuse_for_inference, whose layers cannot be separated: '
            'load the checkpoint that it was made from'
        )


def _leave_out_decoder(fit: Fit, expected: dict[str, Tensor]) -> None:
    """Let a recognizer start from a masked autoencoder, whose decoder it has no use for.

    The norm of a mean starts anew where the autoencoder has one of tokens, as VideoMAE is fine-tuned.
    """
    theirs = [key for key in fit.state_dict if key.startswith(DECODER)]
    if not theirs or any(key.startswith(DECODER) for key in expected):
        return
    if any(key.startswith(NORMS[1]) for key in expected):
        theirs += [key for key in fit.state_dict if key.startswith(NORMS[0])]
        fit.kept |= {key for key in expected if key.startswith(NORMS[1])}
    for key in theirs:
        fit.state_dict.pop(key)
    fit.kept |= {key for key in expected if key.startswith(HEAD)}
    fit.new_classifiers.append(
        'The checkpoint is of masked pre-training: its decoder was left out, and the classifier of the model is '
        'untrained.'
    )


def _leave_out_recognizers_head(fit: Fit, expected: dict[str, Tensor]) -> None:
    """Let an action detector start from a recognizer, whose head classifies clips, not boxes."""
    action = f'{ACTIONS}.weight'
    theirs = [key for key in fit.state_dict if key.startswith(HEAD)]
    if action not in expected or action in fit.state_dict or not theirs:
        return
    for key in theirs:
        fit.state_dict.pop(key)
    fit.kept |= {key for key in expected if key.startswith(HEAD)}
    fit.new_classifiers.append(
        'The checkpoint classifies clips: its head was left out, and the head of the model, for boxes, is untrained.'
    )


def _fit_token_layers(fit: Fit, expected: dict[str, Tensor]) -> None:
    """Let a model with token labels start from one without, and the other way round."""
    theirs, ours = ({key for key in state if key.startswith(TOKEN_LAYERS)} for state in (fit.state_dict, expected))
    if bool(theirs) == bool(ours):
        return
    for key in theirs:
        fit.state_dict.pop(key)
    fit.kept |= ours
    if theirs:
        fit.resized.append('Left out the layers that score tokens: the model has none.')
    else:
        fit.new_classifiers.append('The checkpoint has no layers that score tokens: those of the model are untrained.')


def _drop_classifiers(fit: Fit, expected: dict[str, Tensor]) -> None:
    """Drop classifiers for other classes than the model's, or of another kind of head; the model keeps its own."""
    theirs = _classifiers(fit.state_dict)
    ours = _classifiers({key: value for key, value in expected.items() if key not in fit.kept})
    differing = {name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name)}
    if not theirs or not ours or not differing:
        return
    for name in differing:
        for end in ('.weight', '.bias'):
            fit.state_dict.pop(name + end, None)
            if name in ours:
                fit.kept.add(name + end)
    counts = (
        ' and '.join(f'{count} classes ({name.removeprefix("cls_head.")})' for name, count in heads.items())
        for heads in (theirs, ours)
    )
    fit.new_classifiers.append(
        'The checkpoint has {} and the model {}: the classifier of the checkpoint was left out, and that of the model '
        'is untrained.'.format(*counts)
    )


def _classifiers(state: dict[str, Tensor]) -> dict[str, int]:
    """The classifiers in a state dict, and their numbers of classes."""
    return {name: len(state[f'{name}.weight']) for name in CLASSIFIERS if f'{name}.weight' in state}
