"""Image ViTs in timm's naming, and video models, as a start for a TimeSformer."""

from pathlib import Path

from torch import Tensor, nn

from ..errors import InputError
from ..models.layers import resize_time_embed
from .files import load_file
from .fit import resize_square_embed
from .layout import list_keys
from .read import convert, state_dict_of

# What an image model has behind its features.
LEFT_OUT = ('head.', 'head_dist.', 'pre_logits.', 'fc_norm.')


def read(path: str | Path) -> dict[str, Tensor]:
    """Backbone parameters, without the prefix, of a file in timm's naming or in any layout of a video model."""
    checkpoint = load_file(path)
    state = state_dict_of(checkpoint)
    if 'blocks.0.attn.qkv.weight' not in state:
        state = convert(checkpoint)['state_dict']
        state = {key.removeprefix('backbone.'): value for key, value in state.items() if key.startswith('backbone.')}
    return strip(state)


def strip(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Without what belongs to an image classifier."""
    return {key: value for key, value in state.items() if not key.startswith(LEFT_OUT)}


def fit_backbone(state: dict[str, Tensor], backbone: nn.Module) -> tuple[dict[str, Tensor], list[str]]:
    """A full state dict for a TimeSformer that starts from an image or a video model, and what was done, in sentences.

    Args:
        state: Parameters in timm's naming.
        backbone: The TimeSformer; what the source lacks of its embedding of time is kept.

    Raises:
        InputError: If the source is of another width, depth or patch size, or has something that has no place.
    """
    wanted = backbone.state_dict()
    fitted, sentences = dict(state), [f'took {len(state)} tensors.']
    if any('.temporal_attn.' in key for key in wanted) and not any('.temporal_attn.' in key for key in state):
        for key in wanted:
            source = key.replace('.temporal_attn.', '.attn.').replace('.temporal_norm1.', '.norm1.')
            if source != key and source in state:
                fitted[key] = state[source].clone()
            elif '.temporal_fc.' in key:
                fitted[key] = wanted[key]
        sentences.append('attention along time starts as a copy of attention along space.')
    if 'time_embed' in wanted and 'time_embed' not in state:
        fitted['time_embed'] = wanted['time_embed']
    _resize(fitted, wanted, backbone, sentences)

    missing = [key for key in wanted if key not in fitted]
    left_over = [key for key in fitted if key not in wanted]
    if missing or left_over:
        parts = [f'it lacks {list_keys(missing)}'] if missing else []
        parts += [f'it has {list_keys(left_over)}, for which there is no place'] if left_over else []
        raise InputError(f'not a start for this {type(backbone).__name__}: {"; ".join(parts)}')
    for key, value in fitted.items():
        if value.shape != wanted[key].shape:
            raise InputError(f'{key} is {tuple(value.shape)} there and {tuple(wanted[key].shape)} in the config')
    return fitted, sentences


def _resize(fitted: dict, wanted: dict, backbone: nn.Module, sentences: list[str]) -> None:
    """Fit the embeddings of space and time to the backbone's."""
    old = fitted.get('pos_embed')
    if old is not None and old.shape != wanted['pos_embed'].shape and old.shape[2] == wanted['pos_embed'].shape[2]:
        fitted['pos_embed'] = resize_square_embed(old, backbone.grid, 'bicubic')
        sentences.append(f'the position embedding was resized bicubically to {backbone.grid[0]}x{backbone.grid[1]}.')
    old = fitted.get('time_embed')
    if old is not None and old.shape[1] != wanted['time_embed'].shape[1]:
        fitted['time_embed'] = resize_time_embed(old, wanted['time_embed'].shape[1])
        sentences.append(f'the time embedding was resized to {wanted["time_embed"].shape[1]} steps.')
