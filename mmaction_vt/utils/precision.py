"""Mixed precision by name."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch.amp.autocast_mode import is_autocast_available

from ..errors import InputError, check_one_of

PRECISIONS = {'fp16': torch.float16, 'bf16': torch.bfloat16}
AUTOCAST_DEVICES = [name for name in ('cpu', 'cuda', 'mps', 'xpu') if is_autocast_available(name)]


def check_precision(precision: str, has_gpu: bool) -> torch.dtype:
    """The type that autocast computes in.

    Args:
        precision: ``fp16`` or ``bf16``.
        has_gpu: Whether the model runs on a GPU.

    Raises:
        InputError: If the precision is unknown, or float16 on a CPU.
    """
    check_one_of('precision', precision, PRECISIONS)
    if precision == 'fp16' and not has_gpu:
        raise InputError('fp16 needs a GPU; use bf16 on a CPU')
    return PRECISIONS[precision]


def with_float_scores(samples: list[Any]) -> list[Any]:
    """Data samples whose predicted scores are float32: metrics use NumPy, which has no bfloat16."""
    for sample in samples:
        scores = getattr(sample, 'pred_score', None)
        if isinstance(scores, dict):
            sample.pred_score = {name: values.float() for name, values in scores.items()}
        elif scores is not None:
            sample.pred_score = scores.float()
    return samples


def without_autocast(device: torch.device) -> AbstractContextManager:
    """A context in which autocast is off; it does not ask whether it is on, so that a compiled graph is not broken."""
    return torch.autocast(device.type, enabled=False) if device.type in AUTOCAST_DEVICES else nullcontext()


def use_tf32() -> None:
    """Let matrix products of float32 on an NVIDIA GPU use TensorFloat-32: 10 bits of mantissa instead of 23.

    Raises:
        InputError: If there is no such GPU.
    """
    if not torch.cuda.is_available() or torch.version.cuda is None or torch.cuda.get_device_capability() < (8, 0):
        raise InputError('--tf32 needs an NVIDIA GPU of compute capability 8.0 (Ampere) or later')
    torch.set_float32_matmul_precision('high')
