"""Weights of 16 bits for inference."""

from typing import Any

from torch import Tensor, nn

from ..utils.precision import check_precision


def cast_backbone(model: nn.Module, precision: str) -> None:
    """Cast the weights of a recognizer's backbone once, which then computes in that type.

    Unlike under autocast, weights are not cast again at every call, and neither norms nor the sum of the residual
    branches are in float32: it takes half the memory, is a little faster, and scores differ more from float32's
    (benchmarks/RESULTS.md). The head keeps float32.

    Args:
        model: A recognizer whose ``backbone`` takes and returns one tensor.
        precision: ``bf16``, or on a GPU ``fp16``.

    Raises:
        InputError: If the precision is unknown, or float16 on a CPU.
    """
    backbone: Any = model.backbone
    dtype = check_precision(precision, next(backbone.parameters()).device.type != 'cpu')
    backbone.to(dtype)

    def cast_clips(module: nn.Module, args: tuple[Tensor]) -> tuple[Tensor]:
        return (args[0].to(dtype),)

    def cast_features(module: nn.Module, args: tuple[Tensor], features: Tensor) -> Tensor:
        return features.float()

    backbone.register_forward_pre_hook(cast_clips)
    backbone.register_forward_hook(cast_features)
