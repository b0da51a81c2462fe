"""Recognizers as programs of ``torch.export``."""

import copy
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from ..errors import InputError
from ..models.layers import TrajectoryAttention
from .scorer import Scorer

TRACED_CLIPS = 2  # a batch size of 1 would be specialised as a constant
METADATA_FILE = 'metadata.json'
Traced = TypeVar('Traced', bound=nn.Module)


def trace(scorer: Scorer, clip_shape: tuple[int, ...]) -> ExportedProgram:
    """Trace a scorer to a program for any batch size.

    Args:
        scorer: The scorer, which is not changed.
        clip_shape: (3, T, H, W).

    Raises:
        InputError: If the clips do not fit the model, or it cannot be traced.
    """
    scorer = without_parts(scorer)
    clips = torch.zeros(TRACED_CLIPS, *clip_shape)
    with torch.no_grad(), quiet():
        scorer(clips)  # raises if they do not fit
        try:
            return torch.export.export(scorer, (clips,), dynamic_shapes=dict(clips={0: Dim('batch')}), strict=False)
        except (torch._dynamo.exc.TorchDynamoException, RuntimeError, ValueError) as error:
            name = type(scorer.backbone).__name__
            raise InputError(f'torch.export cannot trace this {name}: {first_line(error)}') from error


def without_parts(scorer: Traced) -> Traced:
    """A copy of a scorer on the CPU, for tracing: trajectory attention does not choose how it computes."""
    scorer = copy.deepcopy(scorer).cpu().requires_grad_(False)
    for module in scorer.modules():
        if isinstance(module, TrajectoryAttention):
            module.in_parts = False
    return scorer


def to_pt2(program: ExportedProgram, metadata: str) -> bytes:
    """The content of a .pt2 file with metadata."""
    buffer = io.BytesIO()
    with quiet():
        torch.export.save(program, buffer, extra_files={METADATA_FILE: metadata})
    return buffer.getvalue()


def pt2_runner(content: bytes) -> Callable[[Tensor], dict[str, Tensor]]:
    """A function from clips to scores that runs the content of a .pt2 file."""
    with quiet():
        return torch.export.load(io.BytesIO(content)).module()


def first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the logs and warnings of exporters about themselves."""
    loggers = [logging.getLogger(name) for name in ('onnxscript', 'onnx_ir', 'torch.onnx')]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings('ignore', '.*LeafSpec.* is deprecated', FutureWarning)
            warnings.filterwarnings('ignore', 'The given buffer is not writable', UserWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
