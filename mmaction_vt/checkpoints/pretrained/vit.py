"""Starting a TimeSformer, a Motionformer or a ViViT from an image ViT in timm's names, or from a video model."""

from typing import Any

import torch
from torch import Tensor, nn

from ...errors import InputError
from ...models.layers import resize_time_embed, sinusoidal_embed
from ..layouts.base import list_keys
from ..resize import TIME_EMBEDDINGS, resize_square_embed
from .report import StartReport

# Temporal attention and its norm, and the spatial ones that they start from.
ALONG_TIME = {'.temporal_attn.': '.attn.', '.temporal_norm1.': '.norm1.', '.timeattn.': '.attn.', '.norm3.': '.norm1.'}
# The last layer of the temporal branch: while it is zero, the branch adds nothing.
LAST_ALONG_TIME = ('.temporal_fc.', '.temporal_attn.proj.', '.timeattn.proj.')
# What only a video model has, and keeps as the backbone initialised it.
KEPT = (
    '.temporal_fc.',
    '.attn.proj_q.',
    '.attn.proj_kv.',
    *TIME_EMBEDDINGS,
    'temporal_blocks.',
    'temporal_embed',
    'temporal_cls_token',
)
POSITIONS = ('st_embed', 'pos_embed')
INFLATIONS = ('average', 'centre')
TEMPORAL_STARTS = ('copy', 'zero', 'keep', 'first_blocks')
POSITION_RESIZES = ('bicubic', 'nearest_1d')


def fit_backbone(
    state: dict[str, Tensor],
    backbone: nn.Module,
    inflate: str = 'average',
    temporal: str = 'copy',
    positions: str = 'bicubic',
    time_std: float | None = None,
) -> tuple[dict[str, Tensor], StartReport]:
    """A full state dict for a backbone that starts from an image or a video model, and a report.

    Args:
        state: Parameters in timm's names.
        backbone: The backbone; it keeps its own temporal parameters where the source has none.
        inflate: How a patch kernel is inflated to a tubelet: by ``average``, or as it is at the ``centre`` frame, with
            zeros elsewhere (Arnab et al., 2021, section 3.4).
        temporal: How temporal attention starts where the source has none: as a ``copy`` of spatial attention, as such
            a copy followed by a ``zero`` layer, so that it adds nothing at first, or as the backbone initialised it:
            ``keep``. With ``first_blocks`` ViViT's temporal transformer starts as the first blocks of the image model
            (Video Transformer benchmark).
        positions: How position embeddings of another grid are resized: ``bicubic``, or ``nearest_1d``, by nearest
            neighbour along the flattened grid (TimeSformer's code).
        time_std: Standard deviation of the truncated normal distribution that a time embedding is drawn from where the
            source has none; None keeps the backbone's.

    Raises:
        InputError: If ``zero``, ``first_blocks`` or ``time_std`` is given for a backbone that it does not apply to.
    """
    expected = backbone.state_dict()
    fitted, report = dict(state), StartReport(copied=len(state))
    _inflate_patches(fitted, expected, inflate, report)
    is_video_model = any(part in key for key in state for part in ('.temporal_attn.', '.timeattn.', '.proj_kv.'))
    _class_token(fitted, expected, report)
    if any(name in expected for name in POSITIONS):
        _positions(fitted, expected, backbone, positions, report)
    else:
        _leave_out_positions(fitted, report)
    _norm_between_transformers(fitted, expected, report)
    _norm_of_the_mean(fitted, expected, report)
    missing = [key for key in expected if key not in fitted]
    if is_video_model:
        missing = [key for key in missing if key in TIME_EMBEDDINGS]
    if temporal == 'first_blocks':
        missing = _temporal_transformer(fitted, expected, missing, report)
    if time_std is not None:
        missing = _draw_times(fitted, expected, missing, time_std, report)
    _along_time(fitted, expected, missing, temporal, report)
    if temporal == 'zero' and not is_video_model:
        _silence_time(fitted, report)
    return fitted, report


def _norm_between_transformers(fitted: dict, expected: dict, report: StartReport) -> None:
    """Use the last norm of an image model as the norm before ViViT's temporal transformer."""
    if 'spatial_norm.weight' not in expected or 'spatial_norm.weight' in fitted:
        return
    for end in ('weight', 'bias'):
        if f'norm.{end}' in fitted:
            fitted[f'spatial_norm.{end}'] = fitted[f'norm.{end}']
            fitted[f'norm.{end}'] = expected[f'norm.{end}']
    report.initialised.append('the last norm as the backbone does')


def _norm_of_the_mean(fitted: dict, expected: dict, report: StartReport) -> None:
    """Fit the last norm, of tokens (``norm``) or of their mean (``fc_norm``), to that of the backbone.

    The norm of a mean starts anew where the source has one of tokens, as VideoMAE is fine-tuned.
    """
    for theirs, ours in (('norm', 'fc_norm'), ('fc_norm', 'norm')):
        if f'{ours}.weight' not in expected or f'{theirs}.weight' in expected:
            continue
        found = {end: fitted.pop(f'{theirs}.{end}') for end in ('weight', 'bias') if f'{theirs}.{end}' in fitted}
        if f'{ours}.weight' not in fitted and ours == 'norm':
            fitted.update({f'{ours}.{end}': value for end, value in found.items()})
        elif f'{ours}.weight' not in fitted:
            fitted.update({f'{ours}.{end}': expected[f'{ours}.{end}'] for end in ('weight', 'bias')})
            report.initialised.append('the norm of the mean as the backbone does')


def _temporal_transformer(fitted: dict, expected: dict, missing: list[str], report: StartReport) -> list[str]:
    """Start ViViT's temporal transformer as the first blocks of the spatial one; return the keys still missing."""
    if 'temporal_blocks.0.attn.qkv.weight' not in expected:
        raise InputError(
            "temporal='first_blocks' needs a temporal transformer, as of a ViViT with "
            "attention_type='factorised_encoder'; this backbone has none"
        )
    copied = [key for key in missing if key.startswith('temporal_blocks.') and key.removeprefix('temporal_') in fitted]
    fitted.update({key: fitted[key.removeprefix('temporal_')].clone() for key in copied})
    if copied:
        report.initialised.append('the temporal transformer as a copy of the first blocks')
    return [key for key in missing if key not in fitted]


def _draw_times(fitted: dict, expected: dict, missing: list[str], std: float, report: StartReport) -> list[str]:
    """Draw a time embedding that the source does not have; return the keys still missing."""
    names = [name for name in TIME_EMBEDDINGS if name in expected]
    if not names:
        raise InputError('time_std needs a time_embed or a temp_embed; this backbone has none')
    for name in names:
        if name in missing:
            fitted[name] = nn.init.trunc_normal_(torch.empty_like(expected[name]), std=std)
            report.initialised.append(f'{name} from a truncated normal distribution')
    return [key for key in missing if key not in fitted]


def _along_time(fitted: dict, expected: dict, missing: list[str], temporal: str, report: StartReport) -> None:
    """Fill in what only a video model has: temporal attention from spatial attention, the rest as initialised."""
    copied, kept = [], []
    for key in missing:
        part = next((part for part in ALONG_TIME if part in key), None)
        if part is not None and temporal in ('copy', 'zero') and key.replace(part, ALONG_TIME[part]) in fitted:
            fitted[key] = fitted[key.replace(part, ALONG_TIME[part])].clone()
            copied.append(key)
        elif part is not None or any(kept_part in key for kept_part in KEPT):
            fitted[key] = expected[key]
            kept.append(key)
    if copied:
        report.initialised.append('temporal attention as a copy of spatial attention')
    if kept:
        report.initialised.append(f'{list_keys(kept, 2)} as the backbone does')


def _inflate_patches(fitted: dict, expected: dict, inflate: str, report: StartReport) -> None:
    """Inflate the patch kernels of an image model to tubelets: a still clip gives the image model's tokens."""
    name = next(name for name in ('patch_embed_3d.proj', 'patch_embed.proj') if f'{name}.weight' in expected)
    kernel = fitted.get('patch_embed.proj.weight')
    if kernel is not None and name != 'patch_embed.proj':
        del fitted['patch_embed.proj.weight']
        fitted[f'{name}.bias'] = fitted.pop('patch_embed.proj.bias')
        fitted[f'{name}.weight'] = kernel
    if kernel is None or kernel.ndim != 4 or expected[f'{name}.weight'].ndim != 5:
        return
    frames = expected[f'{name}.weight'].shape[2]
    if inflate == 'centre':
        inflated = kernel.new_zeros(*kernel.shape[:2], frames, *kernel.shape[2:])
        inflated[:, :, frames // 2] = kernel
    else:
        inflated = kernel[:, :, None].expand(-1, -1, frames, -1, -1) / frames
    fitted[f'{name}.weight'] = inflated
    how = f'at frame {frames // 2}' if inflate == 'centre' else 'by averaging'
    report.resized.append(f'patch kernels inflated to {frames} frames {how}')


def _class_token(fitted: dict, expected: dict, report: StartReport) -> None:
    """Draw a class token that the source does not have, or leave out one that the backbone does not have."""
    if 'cls_token' not in expected:
        if fitted.pop('cls_token', None) is not None:
            report.copied -= 1
            report.left_out.append('cls_token, which this model does not have')
    elif 'cls_token' not in fitted:
        fitted['cls_token'] = nn.init.trunc_normal_(torch.empty_like(expected['cls_token']), std=0.02)
        report.initialised.append('cls_token from a truncated normal distribution')


def _positions(fitted: dict, expected: dict, backbone: Any, positions: str, report: StartReport) -> None:
    """Fit the position and time embeddings to the backbone's."""
    grid, patches = backbone.grid, backbone.grid[0] * backbone.grid[1]
    name = 'st_embed' if 'st_embed' in expected else 'pos_embed'
    dims, extra = expected[name].shape[2], int('cls_token' in expected)
    frames = (expected[name].shape[1] - extra) // patches
    embed = fitted.get('pos_embed')
    if embed is None and name not in fitted:
        waves = sinusoidal_embed(frames * patches, dims)
        fitted[name] = torch.cat((torch.zeros(extra, dims), waves))[None].to(expected[name])
        report.initialised.append(f'{name} with the fixed sinusoids of masked autoencoders')
    elif embed is not None and embed.shape[2] == dims:
        if embed.shape[1] == patches:  # without a class token's
            embed = torch.cat((torch.zeros_like(embed[:, :1]), embed), dim=1)
        old = embed.shape[1] - 1
        if old != patches and positions == 'nearest_1d':
            embed = torch.cat((embed[:, :1], resize_time_embed(embed[:, 1:], patches)), dim=1)
            report.resized.append(f'positions by nearest neighbour along the flattened grid from {old} to {patches}')
        elif old != patches:
            embed = resize_square_embed(embed, grid, 'bicubic')
            report.resized.append(f'positions bicubically from {old} to {grid[0]}x{grid[1]}')
        if name == 'st_embed':
            del fitted['pos_embed']
            embed = torch.cat((embed[:, :extra], embed[:, 1:].repeat(1, frames, 1)), dim=1)
            report.resized.append(f'positions repeated for {frames} frames')
        fitted[name] = embed
    for name in TIME_EMBEDDINGS:
        old = fitted.get(name)
        if old is not None and old.shape[1] != expected[name].shape[1]:
            fitted[name] = resize_time_embed(old, expected[name].shape[1])
            report.resized.append(f'frames from {old.shape[1]} to {expected[name].shape[1]}')


def _leave_out_positions(fitted: dict, report: StartReport) -> None:
    """Leave out positions that a backbone computes."""
    for name in POSITIONS:
        if fitted.pop(name, None) is not None:
            report.copied -= 1
            report.left_out.append(f'{name}, which this model computes')


def _silence_time(fitted: dict, report: StartReport) -> None:
    """Let temporal attention add nothing at first."""
    last = next((part for part in LAST_ALONG_TIME if any(part in key for key in fitted)), None)
    if last is None:
        raise InputError("temporal='zero' needs separate temporal attention; this backbone has none")
    for key in [key for key in fitted if last in key]:
        fitted[key] = torch.zeros_like(fitted[key])
    report.initialised.append(f'{last.strip(".")} as zero')
