"""Depthwise convolution of a video whose channels are last."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Size3D = tuple[int, int, int]


class DepthwiseConv3d(nn.Conv3d):
    """A convolution of each channel by itself, in the form that is fast on the input's device.

    Shapes: (N, C, T, H, W) to (N, C, T', H', W'), for tokens that lie in memory with channels last.

    On a CPU the tokens are taken as they lie, ten to thirty times as fast as from a copy with channels first; gradients
    of 16 bits are computed in float32, which is several times as fast (benchmarks/RESULTS.md). On a GPU a 3x3x3
    convolution of such tokens takes up to 25 times as long as of a copy, most of it in the backward pass; and one whose
    kernel equals its stride is a weighted sum over patches, up to 9 times as fast as either.

    Args:
        dims: Channels C.
        kernel: Frames, rows and columns of the kernel.
        **options: Those of ``torch.nn.Conv3d``.
    """

    def __init__(self, dims: int, kernel: Size3D, **options: Any) -> None:
        super().__init__(dims, dims, kernel, groups=dims, **options)

    def forward(self, x: Tensor) -> Tensor:
        if x.device.type == 'cpu':
            if torch.is_grad_enabled() and x.element_size() == 2:
                options = (self.stride, self.padding, self.dilation, self.groups)
                return _WithFloatGradients.apply(x, self.weight, self.bias, *options)
            return super().forward(x)
        tiles = all(size % side == 0 for size, side in zip(x.shape[2:], self.kernel_size, strict=True))
        if tiles and self.kernel_size == self.stride and not any(self.padding):
            return self.sum_patches(x)
        return super().forward(x.contiguous())

    def sum_patches(self, x: Tensor) -> Tensor:
        """The result of a convolution whose kernel equals its stride, as a sum over each patch."""
        t, h, w = self.kernel_size
        if self.weight.dtype != torch.float32:  # as a convolution in a model of 16 bits, for the norm that follows
            x = x.to(self.weight.dtype)
        patches = x.unflatten(4, (-1, w)).unflatten(3, (-1, h)).unflatten(2, (-1, t))  # (N, C, T', t, H', h, W', w)
        weight = self.weight.to(x.dtype)[:, 0, None, :, None, :, None, :]
        out = (patches * weight).sum((3, 5, 7), dtype=x.dtype)  # autocast would sum to float32
        return out if self.bias is None else out + self.bias.to(x.dtype)[:, None, None, None]


class _WithFloatGradients(torch.autograd.Function):
    """A convolution whose gradients are computed in float32, of inputs in 16 bits."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, *options: Any) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.options = options
        return F.conv3d(x, weight, bias, *options)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        stride, padding, dilation, groups = ctx.options
        wanted = ctx.needs_input_grad[:3]
        wide = (tensor.float() for tensor in (grad, x, weight))
        not_transposed = (False, (0, 0, 0))
        geometry = (stride, padding, dilation, *not_transposed, groups)
        grads = torch.ops.aten.convolution_backward(*wide, [len(weight)], *geometry, wanted)
        types = (x.dtype, weight.dtype, weight.dtype)
        found = (part.to(dtype) if want else None for part, dtype, want in zip(grads, types, wanted, strict=True))
        return *found, *(None for _ in ctx.options)
