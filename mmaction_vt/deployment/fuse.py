"""Merging consecutive linear layers for inference."""

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..models.layers import DividedSpaceTimeBlock, GlobalPyramidAttention

if TYPE_CHECKING:
    from typing_extensions import Self


class Merged(nn.Module):
    """A layer that stands for two, in inference only; ``merged`` in its state dict marks it."""

    weight: Any
    bias: Any

    def _take(self, weight: Tensor, bias: Tensor, like: Tensor) -> None:
        self.register_buffer('merged', torch.ones((), dtype=torch.bool, device=like.device))
        self.weight = nn.Parameter(weight.to(like), requires_grad=False)
        self.bias = nn.Parameter(bias.to(like), requires_grad=False)

    def train(self, mode: bool = True) -> 'Self':
        if mode:
            raise InputError('a model merged by fuse_for_inference cannot be trained: train the original')
        return super().train(mode)

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *args: object) -> None:
        if f'{prefix}merged' not in state_dict:
            raise InputError(
                f'{prefix}weight stands for two layers merged by fuse_for_inference, which are separate in the '
                'checkpoint: load it into the original model first, then merge'
            )
        super()._load_from_state_dict(state_dict, prefix, *args)


def double(value: Tensor) -> Tensor:
    """A weight in float64, which Apple's GPU lacks: from there it comes to the CPU."""
    return (value.detach().cpu() if value.device.type == 'mps' else value.detach()).double()


class MergedLinear(Merged, nn.Linear):
    """Two linear layers as one.

    Args:
        first: The first layer.
        second: The layer after it.
    """

    def __init__(self, first: nn.Linear, second: nn.Linear) -> None:
        super().__init__(first.in_features, second.out_features, device='meta')
        weight, bias = double(second.weight), double(second.bias)
        self._take(weight @ double(first.weight), weight @ double(first.bias) + bias, first.weight)


class MergedConv3d(Merged, nn.Conv3d):
    """A convolution and the BatchNorm after it as one.

    Args:
        conv: The convolution.
        norm: The BatchNorm, with its running statistics.
    """

    def __init__(self, conv: nn.Conv3d, norm: nn.BatchNorm3d) -> None:
        sizes: dict[str, Any] = dict(
            kernel_size=conv.kernel_size,
            stride=conv.stride,
            padding=conv.padding,
            dilation=conv.dilation,
            groups=conv.groups,
        )
        super().__init__(conv.in_channels, conv.out_channels, **sizes, device='meta')
        statistics: Any = (norm.running_mean, norm.running_var)
        mean, variance = map(double, statistics)
        scale = double(norm.weight) / (variance + norm.eps).sqrt()
        weight = double(conv.weight) * scale[:, None, None, None, None]
        bias: Any = conv.bias
        bias = (double(bias) - mean) * scale + double(norm.bias)
        self._take(weight, bias, conv.weight)


def fuse_for_inference(model: nn.Module) -> nn.Module:
    """Merge consecutive linear layers.

    These are the projection of TimeSformer's temporal attention with ``temporal_fc``, between which training has
    dropout and stochastic depth, and the first convolution of DualFormer's coarse level with its BatchNorm. The merged
    weights are computed in float64; scores differ by float32 rounding. Motionformer, ViViT,
    VideoMAE and VJEPA2 have no such layers, and are copied unchanged.

    The copy cannot be trained, and refuses checkpoints of the original: load them first, then merge.

    Args:
        model: A recognizer or a backbone in evaluation mode, which is not changed.

    Returns:
        A copy in evaluation mode.

    Raises:
        InputError: If the model, or a part of it, is in training mode.

    Example:
        >>> model = fuse_for_inference(init_recognizer(config, checkpoint))
    """
    if any(module.training for module in model.modules()):
        raise InputError(
            'fuse_for_inference needs a model in evaluation mode, since training has dropout between the merged '
            'layers: call model.eval() first'
        )
    model = copy.deepcopy(model)
    for module in model.modules():
        part: Any = module
        if isinstance(module, DividedSpaceTimeBlock) and isinstance(module.temporal_fc, nn.Linear):
            part.temporal_attn.proj = MergedLinear(part.temporal_attn.proj, part.temporal_fc)
            part.temporal_fc = nn.Identity()
        elif isinstance(module, GlobalPyramidAttention) and module.has_coarse_level:
            conv, norm = part.lr[:2]
            if not isinstance(norm, nn.Identity):
                part.lr[0], part.lr[1] = MergedConv3d(conv, norm), nn.Identity()
    return model.eval()


def count_merged(model: nn.Module) -> int:
    """The number of merged layers of a model.

    Args:
        model: A model from ``fuse_for_inference``, or any other, which has none.
    """
    return sum(isinstance(module, Merged) for module in model.modules())
