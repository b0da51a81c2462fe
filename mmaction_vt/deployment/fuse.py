"""Linear layers that follow each other with nothing in between, as one."""

import copy

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..models.layers import DividedSpaceTimeBlock, GlobalPyramidAttention


class Merged:
    """A layer that stands for two, in inference only; ``merged`` in its state dict tells it from either of them."""

    def _take(self, weight: Tensor, bias: Tensor, like: Tensor) -> None:
        self.register_buffer('merged', torch.ones((), dtype=torch.bool, device=like.device))
        self.weight = nn.Parameter(weight.to(like.dtype), requires_grad=False)
        self.bias = nn.Parameter(bias.to(like.dtype), requires_grad=False)

    def train(self, mode: bool = True) -> nn.Module:
        if mode:
            raise InputError(
                'a model that fuse_for_inference returned cannot be trained: train the one that it was made from'
            )
        return super().train(mode)

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *args: object) -> None:
        if f'{prefix}merged' not in state_dict:
            raise InputError(
                f'{prefix}weight stands for two layers, which fuse_for_inference merged, and the checkpoint has them '
                'apart: load it into the model as it was built, and merge then'
            )
        super()._load_from_state_dict(state_dict, prefix, *args)


class MergedLinear(Merged, nn.Linear):
    """Two linear layers as one.

    Args:
        first: The layer that reads the input.
        second: The layer that reads what the first returns.
    """

    def __init__(self, first: nn.Linear, second: nn.Linear) -> None:
        super().__init__(first.in_features, second.out_features, device='meta')
        weight, bias = (value.detach().double() for value in (second.weight, second.bias))
        self._take(weight @ first.weight.detach().double(), weight @ first.bias.detach().double() + bias, first.weight)


class MergedConv3d(Merged, nn.Conv3d):
    """A convolution and the BatchNorm behind it as one.

    Args:
        conv: The convolution.
        norm: BatchNorm, with the statistics that it uses in evaluation mode.
    """

    def __init__(self, conv: nn.Conv3d, norm: nn.BatchNorm3d) -> None:
        sizes = dict(stride=conv.stride, padding=conv.padding, dilation=conv.dilation, groups=conv.groups)
        super().__init__(conv.in_channels, conv.out_channels, conv.kernel_size, **sizes, device='meta')
        scale = norm.weight.detach().double() / (norm.running_var.double() + norm.eps).sqrt()
        weight = conv.weight.detach().double() * scale[:, None, None, None, None]
        bias = (conv.bias.detach().double() - norm.running_mean.double()) * scale + norm.bias.detach().double()
        self._take(weight, bias, conv.weight)


def fuse_for_inference(model: nn.Module) -> nn.Module:
    """Merge linear layers that follow each other with nothing in between.

    These are TimeSformer's projection behind attention along time with ``temporal_fc``, between which training has
    dropout and stochastic depth, and the first convolution of DualFormer's coarse level with its BatchNorm. The merged
    weights are computed in float64; scores differ by what float32 rounds. Motionformer and ViViT have no such layers,
    and come back as they were.

    The copy cannot be trained, and refuses checkpoints of the model that it was made from: load first, merge then.

    Args:
        model: A recognizer or a backbone in evaluation mode; it stays as it is.

    Returns:
        A copy in evaluation mode.

    Raises:
        InputError: If the model, or a part of it, is in training mode.

    Example:
        >>> model = fuse_for_inference(init_recognizer(config, checkpoint))
    """
    if any(module.training for module in model.modules()):
        raise InputError(
            'fuse_for_inference takes a model in evaluation mode, since training has dropout between the layers that '
            'it merges: call model.eval() first'
        )
    model = copy.deepcopy(model)
    for module in model.modules():
        if isinstance(module, DividedSpaceTimeBlock) and isinstance(module.temporal_fc, nn.Linear):
            module.temporal_attn.proj = MergedLinear(module.temporal_attn.proj, module.temporal_fc)
            module.temporal_fc = nn.Identity()
        elif isinstance(module, GlobalPyramidAttention) and module.has_coarse_level:
            conv, norm = module.lr[:2]
            if not isinstance(norm, nn.Identity):
                module.lr[0], module.lr[1] = MergedConv3d(conv, norm), nn.Identity()
    return model.eval()


def count_merged(model: nn.Module) -> int:
    """How many layers of a model stand for two.

    Args:
        model: What ``fuse_for_inference`` returned, or any other model, which has none.
    """
    return sum(isinstance(module, Merged) for module in model.modules())
