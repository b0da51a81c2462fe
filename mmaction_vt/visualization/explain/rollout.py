"""Attention maps: rollout through all layers, or attention of one layer and head.

Attention rollout (Abnar and Zuidema, 2020, section 3) multiplies the layers' matrices (A + I) / 2. Divided and
factorised attention are products of matrices; trajectory attention is one matrix. Only the row of the classifier's
input is needed, the class token or the mean of all tokens, so the product is never built: the row is the gradient of
the output with respect to the input.
"""

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ...models.backbones import VJEPA2, DualFormer, Motionformer, TimeSformer, VideoMAE, ViViT
from ...models.layers import DividedBlock, DividedSpaceTimeBlock, FactorisedSelfAttentionBlock, grid_of
from .attention_mixing import ATTENTION_LAYERS, mix
from .layers import check_head, evaluating, find_block
from .maps import resize_maps

BACKBONES = (DualFormer, Motionformer, TimeSformer, ViViT, VideoMAE, VJEPA2)
Inputs = dict[nn.Module, tuple]


@torch.no_grad()
def attention_rollout(model: nn.Module, clips: Tensor) -> Tensor:
    """Attention rollout: the share of each patch in the classifier's input if attention only mixed tokens.

    Args:
        model: A recognizer.
        clips: Normalised clips (N, 3, T, H, W).

    Returns:
        Maps (N, T, H, W), normalised to [0, 1] in each clip.

    Raises:
        InputError: If the backbone is not one of this package.
    """
    backbone: Any = model.backbone
    inputs = record_inputs(model, clips)
    shares = torch.zeros(*token_grid(backbone, clips), 1, device=clips.device)
    with torch.enable_grad():
        shares.requires_grad_()
        (row,) = torch.autograd.grad(roll_out(backbone, shares, inputs).sum(), shares)
    return resize_maps(row[..., 0], clips.shape[2:])


@torch.no_grad()
def class_token_attention(model: nn.Module, clips: Tensor, layer: str | None = None, head: int | None = None) -> Tensor:
    """What the class token attends to in one block.

    Args:
        model: A recognizer whose backbone has a class token.
        clips: Normalised clips (N, 3, T, H, W).
        layer: A block, such as ``backbone/blocks/11``. Default: the last one.
        head: The head, from 0. Default: the mean of all.

    Returns:
        Maps (N, T, H, W), normalised to [0, 1] in each clip.

    Raises:
        InputError: If there is no class token, layer or head.
    """
    backbone: Any = model.backbone
    if not hasattr(backbone, 'cls_token'):
        raise InputError(f'{describe(backbone)} has no class token to draw the attention of: use --method rollout')
    block: Any = find_block(model, layer)
    check_head(block.attn, head)
    inputs = record_inputs(model, clips)
    shares = torch.zeros(*token_grid(backbone, clips), 1, device=clips.device)
    with torch.enable_grad():
        shares.requires_grad_()
        columns = to_tokens(backbone, shares).flatten(0, -3)  # TimeSformer attends to each frame separately
        mixed = mix(block.attn, inputs[block.attn], columns, head)
        (row,) = torch.autograd.grad(mixed[:, 0].sum(), shares)
    return resize_maps(row[..., 0], clips.shape[2:])


def record_inputs(model: nn.Module, clips: Tensor) -> Inputs:
    """The arguments of each attention layer of the backbone in a forward pass, which does not change the model."""
    inputs: Inputs = {}
    backbone: Any = model.backbone
    layers = [module for module in backbone.modules() if isinstance(module, ATTENTION_LAYERS)]
    hooks = [layer.register_forward_pre_hook(lambda layer, args: inputs.update({layer: args})) for layer in layers]
    try:
        with evaluating(model):
            backbone(clips)
    finally:
        for hook in hooks:
            hook.remove()
    return inputs


def describe(backbone: nn.Module) -> str:
    kind = getattr(backbone, 'attention_type', None)
    return f'{type(backbone).__name__} with attention_type {kind}' if kind else type(backbone).__name__


def token_grid(backbone: nn.Module, clips: Tensor) -> tuple[int, int, int, int]:
    """(N, F, H', W') of the first block's patch tokens.

    Raises:
        InputError: If the backbone is not one of this package.
    """
    num_samples, _, num_frames, height, width = clips.shape
    if isinstance(backbone, DualFormer):
        stride_t, stride_h, stride_w = backbone.strides[0]
        return num_samples, num_frames // stride_t, height // stride_h, width // stride_w
    if not isinstance(backbone, BACKBONES):
        raise InputError(f'attention maps do not support {type(backbone).__name__}: use --method gradcam')
    token_frames = num_frames // getattr(backbone, 'tubelet_size', 1)
    return (num_samples, token_frames, *grid_of((height, width), backbone.patch_size))


@singledispatch
def roll_out(backbone: nn.Module, shares: Tensor, inputs: Inputs) -> Tensor:
    """The classifier's input (N, columns), for columns (N, F, H', W', columns) of the first block's patches."""
    raise NotImplementedError(type(backbone).__name__)


@roll_out.register
def _(backbone: TimeSformer, shares: Tensor, inputs: Inputs) -> Tensor:
    columns = through_all(backbone.blocks, to_tokens(backbone, shares), inputs)
    return columns.flatten(0, -3)[:, 0].unflatten(0, (-1, len(shares))).mean(0)  # the mean over frames


@roll_out.register
def _(backbone: Motionformer, shares: Tensor, inputs: Inputs) -> Tensor:
    columns = through_all(backbone.blocks, to_tokens(backbone, shares), inputs)
    return columns[:, 0]


@roll_out.register
def _(backbone: ViViT, shares: Tensor, inputs: Inputs) -> Tensor:
    columns = through_all(backbone.blocks, to_tokens(backbone, shares), inputs)
    if backbone.attention_type != 'factorised_encoder':
        return columns[:, 0] if hasattr(backbone, 'cls_token') else columns.mean(1)
    frames = columns[:, 0] if backbone.frame_token == 'cls' else columns[:, 1:].mean(1)
    frames, class_tokens = (part.unflatten(0, (len(shares), -1)) for part in (frames, columns[:, 0]))
    start = class_tokens[:, :1] if backbone.frame_token == 'benchmark' else torch.zeros_like(frames[:, :1])
    columns = through_all(backbone.temporal_blocks, torch.cat((start, frames), dim=1), inputs)
    return columns[:, 0]


@roll_out.register(VideoMAE)
@roll_out.register(VJEPA2)
def _(backbone: Any, shares: Tensor, inputs: Inputs) -> Tensor:
    return through_all(backbone.blocks, to_tokens(backbone, shares), inputs).mean(1)


@roll_out.register
def _(backbone: DualFormer, shares: Tensor, inputs: Inputs) -> Tensor:
    columns = shares
    stages: Any = backbone.blocks
    for stage, (stride, blocks) in enumerate(zip(backbone.strides, stages, strict=True)):
        if stage:
            columns = F.avg_pool3d(columns.permute(0, 4, 1, 2, 3), stride).permute(0, 2, 3, 4, 1)
        columns = through_all(blocks, columns, inputs)
    return columns.mean((1, 2, 3))


def to_tokens(backbone: nn.Module, shares: Tensor) -> Tensor:
    """Columns (N, F, H', W', columns) of patches, arranged like the tokens of the first block; 0 for class tokens."""
    patches = shares.flatten(2, 3)  # (N, F, P, columns)
    kind = getattr(backbone, 'attention_type', 'joint')
    if kind == 'divided_space_time':
        return F.pad(patches.transpose(0, 1), (0, 0, 1, 0))
    if kind == 'space_only':
        return F.pad(patches.transpose(0, 1).flatten(0, 1), (0, 0, 1, 0))
    if kind == 'factorised_encoder':
        return F.pad(patches.flatten(0, 1), (0, 0, 1, 0))
    return F.pad(patches.flatten(1, 2), (0, 0, int(hasattr(backbone, 'cls_token')), 0))


def through_all(blocks: Iterable[nn.Module], columns: Tensor, inputs: Inputs) -> Tensor:
    """All blocks, in order."""
    for block in blocks:
        columns = through(block, columns, inputs)
    return columns


@singledispatch
def through(block: Any, columns: Tensor, inputs: Inputs) -> Tensor:
    """(A + I) / 2 of a block's attention, or the product of such matrices, times columns."""
    return (columns + mix(block.attn, inputs[block.attn], columns)) / 2


@through.register
def _(block: DividedSpaceTimeBlock, columns: Tensor, inputs: Inputs) -> Tensor:
    mixed = mix(block.temporal_attn, inputs[block.temporal_attn], columns.flatten(1, 2)).view(columns.shape)
    # The class token is not part of temporal attention.
    columns = torch.cat((columns[:, :, :1], (columns + mixed)[:, :, 1:] / 2), dim=2)
    mixed = mix(block.attn, inputs[block.attn], columns.flatten(0, 1)).view(columns.shape)
    cls_token = mixed[:, :, :1].mean(0, keepdim=True).expand(len(mixed), -1, -1, -1)
    return (columns + torch.cat((cls_token, mixed[:, :, 1:]), dim=2)) / 2


@through.register
def _(block: DividedBlock, columns: Tensor, inputs: Inputs) -> Tensor:
    for attn in (block.timeattn, block.attn):
        columns = (columns + mix(attn, inputs[attn], columns)) / 2
    return columns


@through.register
def _(block: FactorisedSelfAttentionBlock, columns: Tensor, inputs: Inputs) -> Tensor:
    num_samples = len(columns)
    frames = columns.unflatten(1, (-1, inputs[block.attn][0].shape[1])).flatten(0, 1)  # (N * F, P, columns)
    columns = (frames + mix(block.attn, inputs[block.attn], frames)) / 2
    patches = columns.unflatten(0, (num_samples, -1)).transpose(1, 2)  # (N, P, F, columns)
    mixed = mix(block.temporal_attn, inputs[block.temporal_attn], patches.flatten(0, 1)).view(patches.shape)
    return ((patches + mixed) / 2).transpose(1, 2).flatten(1, 2)
