"""Counting the multiply-adds and the parameters of a model."""

from collections import Counter
from contextlib import ExitStack
from copy import deepcopy
from inspect import signature
from math import prod
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from mmengine.config import Config
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from .model import init_recognizer

ATTENTION = 'attention'
# Crops per clip of mmaction2's test transforms.
CROPS = {'ThreeCrop': 3, 'TenCrop': 10}


class Counts(NamedTuple):
    """The cost of a forward pass.

    Attributes:
        multiply_adds: Multiply-adds with all tokens in every block, as the papers count.
        needed: Those computed for the scores: the last block only computes the class token.
        attention: Those of ``multiply_adds`` in the two matrix products of attention.
        parameters: Parameters of backbone and head.
    """

    multiply_adds: int
    needed: int
    attention: int
    parameters: int


def count(model: Any, shape: tuple[int, ...]) -> Counts:
    """Count a recognizer's multiply-adds for one input, attention included, and its parameters.

    Nothing is computed: the model is traced on the meta device, which has shapes only. A LayerNorm counts five for each
    value, as in fvcore, which the papers used.

    Args:
        model: A recognizer with ``backbone`` and ``cls_head``; it is set to evaluation mode.
        shape: (N, 3, T, H, W) of the input.
    """
    scores = nn.Sequential(model.backbone, model.cls_head).eval()
    needed = _count(scores, shape)
    with ExitStack() as stack:
        for module in scores.modules():
            if 'cls_only' in signature(module.forward).parameters:
                stack.enter_context(module.register_forward_pre_hook(_compute_every_token, with_kwargs=True))
        every = _count(scores, shape)
    parameters = sum(parameter.numel() for parameter in scores.parameters())
    return Counts(every.total(), needed.total(), every[ATTENTION], parameters)


def _compute_every_token(module: nn.Module, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """Let a last block, which returns the class token only, compute the other tokens too."""
    return args, {**kwargs, 'cls_only': False}


class _CountAttention(TorchFunctionMode):
    """Count fused attention where it is called: on the meta device it would be decomposed into other operators."""

    def __init__(self) -> None:
        super().__init__()
        self.multiply_adds = 0

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if func is not F.scaled_dot_product_attention:
            return func(*args, **(kwargs or {}))
        query, key, value = args[:3]
        self.multiply_adds += prod(query.shape[:-1]) * key.shape[-2] * (query.shape[-1] + value.shape[-1])
        return query.new_empty(*query.shape[:-1], value.shape[-1])


def _layer_norm_operations(shape: tuple[int, ...], *args: Any, **options: Any) -> int:
    """A formula for ``FlopCounterMode``, which counts two operations for a multiply-add."""
    return 2 * 5 * prod(shape)


def _count(module: nn.Module, shape: tuple[int, ...]) -> Counter:
    """Multiply-adds by operator."""
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    state: dict[str, Tensor] = {name: torch.empty_like(tensor, device='meta') for name, tensor in tensors.items()}
    attention = _CountAttention()
    norms = {torch.ops.aten.native_layer_norm: _layer_norm_operations}
    operators = FlopCounterMode(display=False, custom_mapping=norms)
    with torch.no_grad(), torch.device('meta'), operators, attention:
        torch.func.functional_call(module, state, torch.empty(shape))
    counts = Counter({str(name): number // 2 for name, number in operators.get_flop_counts()['Global'].items()})
    return counts + Counter({ATTENTION: attention.multiply_adds})


def build_without_weights(config: Config) -> nn.Module:
    """Build a config's recognizer on the meta device, which takes neither time nor memory."""
    config = deepcopy(config)
    config.model.pop('data_preprocessor', None)  # may draw random numbers when it is built
    with torch.device('meta'):
        return init_recognizer(config, device='meta')


def input_shape_of(backbone: Any) -> tuple[int, ...]:
    """(1, 3, T, H, W) of the clip that a backbone expects."""
    return (1, 3, backbone.num_frames, *backbone.img_size)


def clips_and_crops_of(config: Config) -> tuple[int, int]:
    """Clips per video and crops per clip of a config's test pipeline, 1 and 1 if it has none."""
    pipeline = config.get('test_pipeline') or []
    clips = prod(step.get('sampling', step).get('num_clips', 1) for step in pipeline)
    crops = (3 if step.get('crop') == 'three' else CROPS.get(step['type'].split('.')[-1], 1) for step in pipeline)
    return clips, prod(crops)


def views_of(config: Config) -> int:
    """Clips times crops of a config's test pipeline."""
    return prod(clips_and_crops_of(config))
