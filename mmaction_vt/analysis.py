"""Counting a model's arithmetic and parameters."""

from collections import Counter
from collections.abc import Callable
from math import prod
from typing import NamedTuple

import torch
from fvcore.nn import FlopCountAnalysis
from mmengine.config import Config
from torch import Tensor, nn

ATTENTION_OP = 'scaled_dot_product_attention'
# Crops that a test transform makes of one clip.
CROPS = {'ThreeCrop': 3, 'TenCrop': 10}


class Counts(NamedTuple):
    """What one forward pass costs.

    Attributes:
        multiply_adds: With every token going through every block, as the papers count.
        needed: What is really computed for the scores: of the last block, only the class token goes on.
        attention: Those of ``multiply_adds`` that are attention's two products.
        parameters: Parameters of backbone and head.
    """

    multiply_adds: int
    needed: int
    attention: int
    parameters: int


def count_attention(inputs: list, outputs: list) -> Counter:
    """Multiply-adds of queries with keys and of weights with values, which fvcore does not know."""
    query, key, value = (tensor.type().sizes() for tensor in inputs[:3])
    return Counter({ATTENTION_OP: prod(query[:-1]) * key[-2] * (query[-1] + value[-1])})


def count(model: nn.Module, shape: tuple[int, ...]) -> Counts:
    """Count a recognizer's multiply-adds for one input, attention included, and its parameters.

    Args:
        model: A recognizer with ``backbone`` and ``cls_head``.
        shape: (N, 3, T, H, W) of the input.
    """
    parameters = sum(parameter.numel() for parameter in (*model.backbone.parameters(), *model.cls_head.parameters()))
    needed = _count(model, shape)
    if getattr(model.backbone, 'out_type', None) != 'cls_token':
        return Counts(needed.total(), needed.total(), needed[ATTENTION_OP], parameters)
    model.backbone.out_type = 'featmap'
    try:
        every = _count(model, shape, lambda features: model.cls_head(features.mean((2, 3, 4))))
    finally:
        model.backbone.out_type = 'cls_token'
    return Counts(every.total(), needed.total(), every[ATTENTION_OP], parameters)


class _Scores(nn.Module):
    """A recognizer's backbone and head as one module."""

    def __init__(self, model: nn.Module, head: Callable[[Tensor], Tensor] | None) -> None:
        super().__init__()
        self.model = model
        self.head = head or model.cls_head

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.model.backbone(x))


def _count(model: nn.Module, shape: tuple[int, ...], head: Callable[[Tensor], Tensor] | None = None) -> Counter:
    """Multiply-adds by operator."""
    device = next(model.parameters()).device
    analysis = FlopCountAnalysis(_Scores(model, head).eval(), torch.zeros(shape, device=device))
    analysis.set_op_handle(f'aten::{ATTENTION_OP}', count_attention)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return analysis.by_operator()


def input_shape_of(backbone: nn.Module) -> tuple[int, ...]:
    """(1, 3, T, H, W) that a backbone is made for."""
    return (1, 3, backbone.num_frames, *backbone.img_size)


def views_of(config: Config) -> int:
    """Clips times crops of a config's test pipeline, 1 if it has none."""
    pipeline = config.get('test_pipeline') or []
    clips = prod(step.get('sampling', step).get('num_clips', 1) for step in pipeline)
    crops = (3 if step.get('crop') == 'three' else CROPS.get(step['type'].split('.')[-1], 1) for step in pipeline)
    return clips * prod(crops)
