"""Compiling a recognizer's backbone in place (``compile`` in a config)."""

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.model import is_model_wrapper
from torch import nn
from torch.distributed.fsdp import FSDPModule

from ...errors import InputError
from .sharding import blocks_of

OPTIONS = ('backend', 'disable', 'dynamic', 'fullgraph', 'mode', 'options')
# Blocks that are compiled one by one are versions of one function, as are shapes, training and evaluation: the default
# of 8 is less than the number of blocks. Beyond the limit a function runs uncompiled.
MOST_VERSIONS = 256


def compile_options(setting: bool | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Arguments of ``torch.compile`` for the value of ``compile`` in a config; None if nothing is to be compiled.

    Shapes are static unless ``dynamic`` says otherwise: a training has one shape, and a validation one or two.

    Raises:
        InputError: If ``torch.compile`` has no such argument.
    """
    if setting is None or setting is False:
        return None
    options = {} if setting is True else dict(setting)
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        raise InputError(f'compile has no option {unknown[0]!r}; choose from {", ".join(OPTIONS)}')
    return {'dynamic': False, **options}


def compile_backbone(model: nn.Module, options: Mapping[str, Any], checkpointing: bool = False) -> bool:
    """Compile the backbone of a recognizer, whose state dict keeps its keys.

    Whatever surrounds the backbone stays as it is: data preprocessing, head, loss, and the wrapper for distributed
    training. Blocks that are sharded (FSDP) are compiled one by one, since parameters are gathered between them.

    Args:
        model: The recognizer, or a wrapper of it. Wrap, shard and load it before.
        options: Arguments of ``torch.compile``.
        checkpointing: Whether the backbone uses activation checkpointing.

    Returns:
        Whether the model has a backbone to compile.

    Raises:
        InputError: If ``torch.compile`` does not accept the arguments.
    """
    recognizer: Any = model.module if is_model_wrapper(model) else model
    backbone = getattr(recognizer, 'backbone', None)
    if not isinstance(backbone, nn.Module):
        return False
    dynamo: Any = torch._dynamo.config
    dynamo.recompile_limit = max(dynamo.recompile_limit, MOST_VERSIONS)
    if checkpointing:
        # The splitting of graphs by the buckets of DistributedDataParallel does not support checkpointing.
        dynamo.optimize_ddp = False
    try:
        if isinstance(recognizer, FSDPModule):
            for block in blocks_of(backbone):
                block.forward = torch.compile(block.forward, **options)
        else:
            backbone.compile(**options)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(f'torch.compile does not accept compile = {dict(options)}: {reason}') from error
    return True
