"""Counting a model's arithmetic and parameters."""

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


def count(model: nn.Module, shape: tuple[int, ...]) -> Counts:
    """Count a recognizer's multiply-adds for one input, attention included, and its parameters.

    Nothing is computed: wherever the model lies, it is followed on the meta device, which knows shapes alone. A
    LayerNorm counts five for each value, as in fvcore, with which the papers counted.

    Args:
        model: A recognizer with ``backbone`` and ``cls_head``; it is put into evaluation mode.
        shape: (N, 3, T, H, W) of the input.
    """
    scores = nn.Sequential(model.backbone, model.cls_head).eval()
    needed = _count(scores, shape)
    with ExitStack() as stack:
        for module in scores.modules():
            if 'first_only' in signature(module.forward).parameters:
                stack.enter_context(module.register_forward_pre_hook(_ask_for_every_token))
        every = _count(scores, shape)
    parameters = sum(parameter.numel() for parameter in scores.parameters())
    return Counts(every.total(), needed.total(), every[ATTENTION], parameters)


def _ask_for_every_token(module: nn.Module, args: tuple) -> tuple:
    """Let a last block, whose last argument says that the class token alone goes on, compute the others too."""
    return (*args[:-1], False) if args[-1] is True else args


class _CountAttention(TorchFunctionMode):
    """Count fused attention where it is called: on the meta device it would fall apart into other operators."""

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
    """A config's recognizer on the meta device, where it takes neither time nor memory."""
    config = deepcopy(config)
    config.model.pop('data_preprocessor', None)  # may draw numbers when it is built
    with torch.device('meta'):
        return init_recognizer(config, device='meta')


def input_shape_of(backbone: nn.Module) -> tuple[int, ...]:
    """(1, 3, T, H, W) that a backbone is made for."""
    return (1, 3, backbone.num_frames, *backbone.img_size)


def clips_and_crops_of(config: Config) -> tuple[int, int]:
    """Clips of a video and crops of a clip in a config's test pipeline, 1 and 1 if it has none."""
    pipeline = config.get('test_pipeline') or []
    clips = prod(step.get('sampling', step).get('num_clips', 1) for step in pipeline)
    crops = (3 if step.get('crop') == 'three' else CROPS.get(step['type'].split('.')[-1], 1) for step in pipeline)
    return clips, prod(crops)


def views_of(config: Config) -> int:
    """Clips times crops of a config's test pipeline."""
    return prod(clips_and_crops_of(config))
