"""Arguments of these models in other code bases: the error names their counterparts."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from inspect import Parameter, signature
from typing import Any

from ..errors import InputError

# Arguments of the published classes for a classifier and for weights.
CLASSES = ('num_classes', 'num_class')
WEIGHTS = ('pretrained_model', 'pretrained')
OTHER_NAMES = {
    'attn_dropout': 'attn_drop_rate',
    'depth': 'num_layers',
    'dim': 'embed_dims',
    'dropout': 'drop_rate',
    'dropout_p': 'drop_rate',
    'dropout_ratio': 'drop_rate',
    'embed_dim': 'embed_dims',
    'heads': 'num_heads',
    'image_size': 'img_size',
    'num_transformer_layers': 'num_layers',
    'tube_size': 'tubelet_size',
    'use_checkpoint': 'with_cp',
}
# Arguments that have no counterpart, since their effect is fixed.
FIXED = (
    'channels',
    'conv_type',
    'copy_strategy',
    'extend_strategy',
    'hybrid_backbone',
    'in_channels',
    'in_chans',
    'norm_cfg',
    'norm_layer',
    'pretrained2d',
    'qk_scale',
    'return_cls_token',
    'transformer_layers',
    'use_learnable_pos_emb',
)


def check_arguments(backbone: Any, given: Mapping[str, Any]) -> None:
    """Check that a backbone has the arguments of a call.

    Args:
        backbone: The class.
        given: The arguments by name.

    Raises:
        InputError: If it lacks one; the message names its counterpart.
    """
    accepted = signature(backbone.__init__).parameters
    unknown = [name for name in given if name not in accepted]
    if not unknown or any(parameter.kind is Parameter.VAR_KEYWORD for parameter in accepted.values()):
        return
    if any(name in (*CLASSES, *WEIGHTS) for name in unknown):
        raise InputError(
            f'{backbone.__name__} is a backbone here, without classifier and weights: {created(backbone, given)}'
        )
    raise InputError(f'{backbone.__name__} has no argument {unknown[0]}: {hint(unknown[0], accepted)}')


def hint(name: str, accepted: Mapping[str, Any]) -> str:
    """What to use instead of an unknown argument."""
    if OTHER_NAMES.get(name) in accepted:
        return f'it is called {OTHER_NAMES[name]} here'
    if name in FIXED:
        return 'omit it, it is fixed here'
    close = get_close_matches(name, accepted, n=1)
    return f'did you mean {close[0]}?' if close else f'choose from {", ".join(list(accepted)[1:])}'


def created(backbone: Any, given: Mapping[str, Any]) -> str:
    """The call of ``create_model`` that corresponds to a call."""
    values = {OTHER_NAMES.get(name, name): value for name, value in given.items()}
    num_classes = next((values[name] for name in CLASSES if name in values), None)
    checkpoint = next((values[name] for name in WEIGHTS if values.get(name)), None)
    arguments = [] if checkpoint is None else [f'checkpoint={checkpoint!r}']
    name, own_classes = model_of(backbone, values, num_classes)
    if name is None:
        call = ', '.join(['NAME', *arguments])
        return f"create_model({call}) makes models, with a NAME of list_models('{backbone.__name__.lower()}*')"
    if num_classes not in (None, own_classes):
        arguments.append(f'num_classes={num_classes}')
    return f'create_model({", ".join([repr(name), *arguments])}) gives the model of this call'


def model_of(backbone: Any, values: dict, num_classes: int | None) -> tuple[str | None, int | None]:
    """The model whose config has the sizes of a call, preferably with its classes, and the number of its classes."""
    defaults = signature(backbone.__init__).parameters
    found = []
    for name, options, classes in models_of(backbone.__name__):
        own = {key: options.get(key, defaults[key].default) for key in values if key in defaults}
        if all(own[key] == values[key] for key in own):
            found.append((classes != num_classes, not name.endswith('kinetics400'), name, classes))
    return min(found)[2:] if found else (None, None)


@lru_cache
def models_of(backbone: str) -> list[tuple[str, dict, int | None]]:
    """Name, options of the backbone, and classes of every model with that backbone."""
    # Imported only to word an error.
    from ..utils.config import load_config
    from ..zoo import list_models

    models = [(name, load_config(name).model) for name in list_models(f'{backbone.lower()}*')]
    kind = f'mmaction_vt.{backbone}'
    return [(name, m.backbone, m.cls_head.get('num_classes')) for name, m in models if m.backbone.type == kind]
