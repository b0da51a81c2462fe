"""Image ViTs in timm's naming, and video models, as a start for a TimeSformer, a Motionformer or a ViViT."""

import torch
from torch import Tensor, nn

from ...errors import InputError
from ...models.layers import resize_time_embed
from ..layouts.base import list_keys
from ..load import resize_square_embed
from .report import StartReport

# Attention along time and its norm, and what they start as.
ALONG_TIME = {'.temporal_attn.': '.attn.', '.temporal_norm1.': '.norm1.', '.timeattn.': '.attn.', '.norm3.': '.norm1.'}
# The last layer of a branch along time: while it is zero, the branch gives nothing.
LAST_ALONG_TIME = ('.temporal_fc.', '.temporal_attn.proj.', '.timeattn.proj.')
TIME_EMBEDDINGS = ('time_embed', 'temp_embed')
# What only a video model has and starts as the backbone initialised it.
KEPT = (
    '.temporal_fc.',
    '.attn.proj_q.',
    '.attn.proj_kv.',
    *TIME_EMBEDDINGS,
    'temporal_blocks.',
    'temporal_embed',
    'temporal_cls_token',
)
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
    """A full state dict for a backbone that starts from an image or a video model, and what was done.

    Args:
        state: Parameters in timm's naming.
        backbone: The backbone; what the source lacks of its own for time is kept.
        inflate: How a patch kernel becomes one of a tubelet: its ``average``, or itself at the ``centre`` frame and
            zeros elsewhere (Arnab et al., 2021, section 3.4).
        temporal: What attention along time starts as where the source has none: a ``copy`` of attention along space,
            such a copy behind which a ``zero`` layer lets nothing through, or what the backbone has: ``keep``. With
            ``first_blocks`` ViViT's second transformer starts as the first blocks of the image model (Video
            Transformer benchmark).
        positions: How position embeddings of another grid are resized: ``bicubic``, or ``nearest_1d``, by nearest
            neighbour along the flattened grid (TimeSformer's code).
        time_std: Standard deviation of the truncated normal distribution that a time embedding is drawn from where the
            source has none; None keeps the backbone's.

    Raises:
        InputError: For ``zero``, ``first_blocks`` or ``time_std`` and a backbone without what they are for.
    """
    wanted = backbone.state_dict()
    fitted, report = dict(state), StartReport(copied=len(state))
    _inflate_patches(fitted, wanted, inflate, report)
    is_video_model = any(part in key for key in state for part in ('.temporal_attn.', '.timeattn.', '.proj_kv.'))
    _class_token(fitted, wanted, report)
    _positions(fitted, wanted, backbone, positions, report)
    _norm_between_transformers(fitted, wanted, report)
    missing = [key for key in wanted if key not in fitted]
    if is_video_model:
        missing = [key for key in missing if key in TIME_EMBEDDINGS]
    if temporal == 'first_blocks':
        missing = _second_transformer(fitted, wanted, missing, report)
    if time_std is not None:
        missing = _draw_times(fitted, wanted, missing, time_std, report)
    _along_time(fitted, wanted, missing, temporal, report)
    if temporal == 'zero' and not is_video_model:
        _silence_time(fitted, report)
    return fitted, report


def _norm_between_transformers(fitted: dict, wanted: dict, report: StartReport) -> None:
    """Let an image model, which ends where ViViT's second transformer begins, end with the norm that is there."""
    if 'spatial_norm.weight' not in wanted or 'spatial_norm.weight' in fitted:
        return
    for end in ('weight', 'bias'):
        if f'norm.{end}' in fitted:
            fitted[f'spatial_norm.{end}'] = fitted[f'norm.{end}']
            fitted[f'norm.{end}'] = wanted[f'norm.{end}']
    report.initialised.append('the last norm as the backbone does')


def _second_transformer(fitted: dict, wanted: dict, missing: list[str], report: StartReport) -> list[str]:
    """Start ViViT's second transformer as the first blocks of the first; what is still missing is returned."""
    if 'temporal_blocks.0.attn.qkv.weight' not in wanted:
        raise InputError(
            "temporal='first_blocks' is for a ViViT with attention_type='factorised_encoder', whose second transformer "
            'it starts; this backbone has none'
        )
    copied = [key for key in missing if key.startswith('temporal_blocks.') and key.removeprefix('temporal_') in fitted]
    fitted.update({key: fitted[key.removeprefix('temporal_')].clone() for key in copied})
    if copied:
        report.initialised.append('the second transformer as a copy of the first blocks')
    return [key for key in missing if key not in fitted]


def _draw_times(fitted: dict, wanted: dict, missing: list[str], std: float, report: StartReport) -> list[str]:
    """Draw a time embedding that the source lacks; what is still missing is returned."""
    names = [name for name in TIME_EMBEDDINGS if name in wanted]
    if not names:
        raise InputError('time_std is for backbones with a time_embed or a temp_embed, and this one has none')
    for name in names:
        if name in missing:
            fitted[name] = nn.init.trunc_normal_(torch.empty_like(wanted[name]), std=std)
            report.initialised.append(f'{name} from a truncated normal distribution')
    return [key for key in missing if key not in fitted]


def _along_time(fitted: dict, wanted: dict, missing: list[str], temporal: str, report: StartReport) -> None:
    """Fill in what only a video model has: attention along time from attention along space, the rest as it is."""
    copied, kept = [], []
    for key in missing:
        part = next((part for part in ALONG_TIME if part in key), None)
        if part is not None and temporal in ('copy', 'zero') and key.replace(part, ALONG_TIME[part]) in fitted:
            fitted[key] = fitted[key.replace(part, ALONG_TIME[part])].clone()
            copied.append(key)
        elif part is not None or any(kept_part in key for kept_part in KEPT):
            fitted[key] = wanted[key]
            kept.append(key)
    if copied:
        report.initialised.append('attention along time as a copy of attention along space')
    if kept:
        report.initialised.append(f'{list_keys(kept, 2)} as the backbone does')


def _inflate_patches(fitted: dict, wanted: dict, inflate: str, report: StartReport) -> None:
    """Make patch kernels of an image model ones of a tubelet; a still clip then gives the image model's tokens."""
    name = next(name for name in ('patch_embed_3d.proj', 'patch_embed.proj') if f'{name}.weight' in wanted)
    kernel = fitted.get('patch_embed.proj.weight')
    if kernel is not None and name != 'patch_embed.proj':
        del fitted['patch_embed.proj.weight']
        fitted[f'{name}.bias'] = fitted.pop('patch_embed.proj.bias')
        fitted[f'{name}.weight'] = kernel
    if kernel is None or kernel.ndim != 4 or wanted[f'{name}.weight'].ndim != 5:
        return
    frames = wanted[f'{name}.weight'].shape[2]
    if inflate == 'centre':
        spread = kernel.new_zeros(*kernel.shape[:2], frames, *kernel.shape[2:])
        spread[:, :, frames // 2] = kernel
    else:
        spread = kernel[:, :, None].expand(-1, -1, frames, -1, -1) / frames
    fitted[f'{name}.weight'] = spread
    how = f'placed at frame {frames // 2}' if inflate == 'centre' else 'spread'
    report.resized.append(f'patch kernels {how} of {frames}')


def _class_token(fitted: dict, wanted: dict, report: StartReport) -> None:
    """Draw a class token that the source lacks, and leave out one that the backbone lacks."""
    if 'cls_token' not in wanted:
        if fitted.pop('cls_token', None) is not None:
            report.copied -= 1
            report.left_out.append('cls_token, which this model has not')
    elif 'cls_token' not in fitted:
        fitted['cls_token'] = nn.init.trunc_normal_(torch.empty_like(wanted['cls_token']), std=0.02)
        report.initialised.append('cls_token from a truncated normal distribution')


def _positions(fitted: dict, wanted: dict, backbone: nn.Module, positions: str, report: StartReport) -> None:
    """Fit the embeddings of space and time to the backbone's."""
    grid, places = backbone.grid, backbone.grid[0] * backbone.grid[1]
    name = 'st_embed' if 'st_embed' in wanted else 'pos_embed'
    dims, extra = wanted[name].shape[2], int('cls_token' in wanted)
    steps = (wanted[name].shape[1] - extra) // places
    embed = fitted.get('pos_embed')
    if embed is None and name not in fitted:
        waves = sinusoids(steps * places, dims)
        fitted[name] = torch.cat((torch.zeros(extra, dims), waves))[None].to(wanted[name])
        report.initialised.append(f'{name} with the fixed waves of masked autoencoders')
    elif embed is not None and embed.shape[2] == dims:
        if embed.shape[1] == places:  # without a class token's
            embed = torch.cat((torch.zeros_like(embed[:, :1]), embed), dim=1)
        old = embed.shape[1] - 1
        if old != places and positions == 'nearest_1d':
            embed = torch.cat((embed[:, :1], resize_time_embed(embed[:, 1:], places)), dim=1)
            report.resized.append(f'positions by nearest neighbour along the flattened grid from {old} to {places}')
        elif old != places:
            embed = resize_square_embed(embed, grid, 'bicubic')
            report.resized.append(f'positions bicubically from {old} to {grid[0]}x{grid[1]}')
        if name == 'st_embed':
            del fitted['pos_embed']
            embed = torch.cat((embed[:, :extra], embed[:, 1:].repeat(1, steps, 1)), dim=1)
            report.resized.append(f'positions repeated for {steps} times')
        fitted[name] = embed
    for name in TIME_EMBEDDINGS:
        old = fitted.get(name)
        if old is not None and old.shape[1] != wanted[name].shape[1]:
            fitted[name] = resize_time_embed(old, wanted[name].shape[1])
            report.resized.append(f'times from {old.shape[1]} to {wanted[name].shape[1]}')


def _silence_time(fitted: dict, report: StartReport) -> None:
    """Let attention along time give nothing at first."""
    last = next((part for part in LAST_ALONG_TIME if any(part in key for key in fitted)), None)
    if last is None:
        raise InputError("temporal='zero' is for backbones with attention along time of its own, and this one has none")
    for key in [key for key in fitted if last in key]:
        fitted[key] = torch.zeros_like(fitted[key])
    report.initialised.append(f'{last.strip(".")} as zero')


def sinusoids(count: int, dims: int) -> Tensor:
    """(count, dims): sines at even and cosines at odd channels, slower and slower (Vaswani et al., 2017, 3.5)."""
    rates = 10000.0 ** (-torch.arange(0, dims, 2, dtype=torch.float64) / dims)
    angles = torch.arange(count, dtype=torch.float64)[:, None] * rates
    return torch.stack((angles.sin(), angles.cos()), dim=2).flatten(1)[:, :dims].float()
