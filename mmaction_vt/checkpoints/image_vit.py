"""Image ViTs in timm's naming, and video models, as a start for a TimeSformer or a Motionformer."""

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..models.layers import resize_time_embed
from .fit import resize_square_embed
from .layout import misfit

# Attention along time and its norm, and what they start as.
ALONG_TIME = {'.temporal_attn.': '.attn.', '.temporal_norm1.': '.norm1.', '.timeattn.': '.attn.', '.norm3.': '.norm1.'}
# What only a video model has and starts as the backbone initialised it.
KEPT = ('.temporal_fc.', '.attn.proj_q.', '.attn.proj_kv.', 'time_embed', 'temp_embed')


def fit_backbone(state: dict[str, Tensor], backbone: nn.Module) -> tuple[dict[str, Tensor], list[str]]:
    """A full state dict for a backbone that starts from an image or a video model, and what was done, in sentences.

    Args:
        state: Parameters in timm's naming.
        backbone: The TimeSformer or Motionformer; what the source lacks of its own for time is kept.

    Raises:
        InputError: If the source is of another width, depth or patch size, or has something that has no place.
    """
    wanted = backbone.state_dict()
    fitted, sentences = dict(state), [f'took {len(state)} tensors.']
    _inflate_patches(fitted, wanted, sentences)
    is_video_model = any(part in key for key in state for part in ('.temporal_attn.', '.timeattn.', '.proj_kv.'))
    copied = False
    for key in wanted:
        if key in fitted or (is_video_model and not key.endswith(('time_embed', 'temp_embed'))):
            continue
        part = next((part for part in ALONG_TIME if part in key), None)
        if part is not None and key.replace(part, ALONG_TIME[part]) in state:
            fitted[key] = state[key.replace(part, ALONG_TIME[part])].clone()
            copied = True
        elif any(part in key for part in KEPT):
            fitted[key] = wanted[key]
    if copied:
        sentences.append('attention along time starts as a copy of attention along space.')
    _repeat_positions(fitted, wanted, backbone, sentences)
    _resize(fitted, wanted, backbone, sentences)

    problem = misfit(fitted, wanted)
    if problem:
        raise InputError(f'not a start for this {type(backbone).__name__}: {problem}')
    for key, value in fitted.items():
        if value.shape != wanted[key].shape:
            raise InputError(f'{key} is {tuple(value.shape)} there and {tuple(wanted[key].shape)} in the config')
    return fitted, sentences


def _inflate_patches(fitted: dict, wanted: dict, sentences: list[str]) -> None:
    """Spread patch kernels of an image model over a tubelet; a still clip then gives the image model's tokens."""
    kernel = fitted.get('patch_embed.proj.weight')
    if 'patch_embed_3d.proj.weight' not in wanted or kernel is None or 'patch_embed_3d.proj.weight' in fitted:
        return
    frames = wanted['patch_embed_3d.proj.weight'].shape[2]
    del fitted['patch_embed.proj.weight']
    fitted['patch_embed_3d.proj.weight'] = kernel[:, :, None].expand(-1, -1, frames, -1, -1) / frames
    fitted['patch_embed_3d.proj.bias'] = fitted.pop('patch_embed.proj.bias')
    sentences.append(f'patch kernels were spread over {frames} frames.')


def _repeat_positions(fitted: dict, wanted: dict, backbone: nn.Module, sentences: list[str]) -> None:
    """Repeat an image model's position embedding in every frame of an embedding of all times and places."""
    if 'st_embed' not in wanted or 'pos_embed' not in fitted:
        return
    embed = fitted.pop('pos_embed')
    places = backbone.grid[0] * backbone.grid[1]
    if embed.shape[1] != 1 + places:
        embed = resize_square_embed(embed, backbone.grid, 'bicubic')
    steps = (wanted['st_embed'].shape[1] - 1) // places
    fitted['st_embed'] = torch.cat((embed[:, :1], embed[:, 1:].repeat(1, steps, 1)), dim=1)
    sentences.append(f'the position embedding was repeated for {steps} times.')


def _resize(fitted: dict, wanted: dict, backbone: nn.Module, sentences: list[str]) -> None:
    """Fit the embeddings of space and time to the backbone's."""
    old = fitted.get('pos_embed')
    if old is not None and old.shape != wanted['pos_embed'].shape and old.shape[2] == wanted['pos_embed'].shape[2]:
        fitted['pos_embed'] = resize_square_embed(old, backbone.grid, 'bicubic')
        sentences.append(f'the position embedding was resized bicubically to {backbone.grid[0]}x{backbone.grid[1]}.')
    for name in ('time_embed', 'temp_embed'):
        old = fitted.get(name)
        if old is not None and old.shape[1] != wanted[name].shape[1]:
            fitted[name] = resize_time_embed(old, wanted[name].shape[1])
            sentences.append(f'the time embedding was resized to {wanted[name].shape[1]} steps.')
