"""What the tensors of a checkpoint must be before anything is computed with them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Tensor, nn

from ..errors import InputError

LONGEST_NAME = 300
# Buffers that count or index; every other tensor of a model is of floating point numbers.
INTEGERS = ('num_batches_tracked', 'merged', 'relative_position_index', 'position_ids', 'attn_mask')
FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)

_non_finite_allowed = ContextVar('non_finite_allowed', default=False)


@contextmanager
def allow_non_finite(allow: bool = True) -> Iterator[None]:
    """Within this context weights may be NaN or infinite (``--allow-non-finite``)."""
    token = _non_finite_allowed.set(allow)
    try:
        yield
    finally:
        _non_finite_allowed.reset(token)


def shown(key: object) -> str:
    """A key for a message: on one line, and not long."""
    if isinstance(key, str) and key and key.isprintable():
        return key if len(key) <= LONGEST_NAME else f'{key[:60]}... of {len(key):,} characters'
    if isinstance(key, (str, bytes, int, float)):
        return ascii(key)[:60]
    return f'a {type(key).__name__}'


def check_tensors(state: Mapping[str, object], what: str = 'the checkpoint') -> None:
    """Check names and kinds of tensors: dense, of floating point numbers, in memory, each element for itself.

    Args:
        state: Tensors by name.
        what: What they are of, for messages.

    Raises:
        InputError: If one is not; the message names the first.
    """
    for key, value in state.items():
        if not (isinstance(key, str) and key.isprintable() and 0 < len(key) <= LONGEST_NAME):
            raise InputError(f'{what} has a tensor under the key {shown(key)}; expected the name of a parameter')
        fault = fault_of_tensor(value, integers=key.endswith(INTEGERS))
        if fault:
            raise InputError(f'{key} of {what} {fault}; expected a dense tensor of floating point numbers')


def fault_of_tensor(value: object, integers: bool = False) -> str | None:
    """What is wrong with a tensor; nothing is computed, so that a claimed size costs nothing.

    Args:
        value: The tensor.
        integers: Whether it may have integers or booleans.
    """
    if not isinstance(value, Tensor) or type(value) not in (Tensor, nn.Parameter, nn.Buffer):
        return f'is of type {type(value).__name__}'
    if value.is_meta:
        return 'is on the meta device: it has no values'
    if value.layout is not torch.strided or value.is_quantized:
        return f'is {"quantised" if value.is_quantized else str(value.layout).removeprefix("torch.")}'
    if value.dtype not in FLOATS and not (integers and not value.is_complex() and not value.is_floating_point()):
        return f'has the type {str(value.dtype).removeprefix("torch.")}'
    if value.numel() == 0:
        return f'has the shape {tuple(value.shape)}, and so no elements'
    if value.numel() * value.element_size() > value.untyped_storage().nbytes():
        return f'has the shape {tuple(value.shape)}, but {value.untyped_storage().nbytes():,} bytes'
    return None


def check_finite(state: Mapping[str, Tensor], what: str = 'the checkpoint') -> None:
    """Check that no element is NaN or infinite, unless that is allowed.

    Raises:
        InputError: If one is; the message names the first tensor.
    """
    if _non_finite_allowed.get():
        return
    for key, value in state.items():
        if not is_finite(value):
            bad = value.numel() - int(torch.isfinite(value).sum())
            raise InputError(
                f'{key} of {what} has {bad} of {value.numel()} elements that are NaN or infinite; give '
                '--allow-non-finite to load it all the same'
            )


@torch.no_grad()
def is_finite(value: Tensor) -> bool:
    """Whether all elements are finite. Their sum says so in one pass; where it overflows, each is looked at.

    Models are of float32 at most, where elements of float64 may be infinite.
    """
    value = value.float() if value.dtype == torch.float64 else value
    return not value.is_floating_point() or bool(torch.isfinite(value.sum())) or bool(torch.isfinite(value).all())
