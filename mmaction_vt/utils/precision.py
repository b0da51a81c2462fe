"""Mixed precision by name."""

import torch

from ..errors import InputError, check_one_of

PRECISIONS = {'fp16': torch.float16, 'bf16': torch.bfloat16}


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
