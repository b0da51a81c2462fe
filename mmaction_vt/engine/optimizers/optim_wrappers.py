"""Mixed-precision training."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.device import is_cuda_available
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.optim import ApexOptimWrapper as _ApexOptimWrapper
from torch import Tensor, nn

from ...errors import InputError
from ...registry import OPTIM_WRAPPERS
from ...utils.precision import check_precision


@OPTIM_WRAPPERS.register_module()
class MixedPrecisionOptimWrapper(OptimWrapper):
    """Run the model under autocast and the optimizer in float32, on a GPU or a CPU.

    bfloat16 has the range of float32 and needs no loss scaling, which mmengine's ``AmpOptimWrapper`` always applies
    and for which it requires a GPU. float16 is delegated to that class.

    Args:
        *args: Positional arguments of mmengine's ``OptimWrapper``.
        precision: ``bf16`` or ``fp16``.
        **kwargs: Keyword arguments of mmengine's ``OptimWrapper``.

    Raises:
        InputError: For float16 without a GPU.
    """

    def __new__(cls, *args: object, precision: str = 'bf16', **kwargs: object) -> OptimWrapper:
        if precision == 'bf16':
            return super().__new__(cls)
        check_precision(precision, is_cuda_available())
        return AmpOptimWrapper(*args, dtype='float16', loss_scale='dynamic', **kwargs)

    def __init__(self, *args: object, precision: str = 'bf16', **kwargs: object) -> None:
        super().__init__(*args, **kwargs)

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        device = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(device, torch.bfloat16):
            yield

    def backward(self, loss: Tensor, **kwargs: object) -> None:
        super().backward(loss.float(), **kwargs)


@OPTIM_WRAPPERS.register_module()
class ApexOptimWrapper(_ApexOptimWrapper):
    """mmengine's ``ApexOptimWrapper``, with an error that names the alternatives if there is no ``apex.amp``.

    Release 24.04.01 of apex has ``apex.amp``, which was removed in 2025 (NVIDIA/apex pull request 1896).

    Args:
        *args: Positional arguments of mmengine's class.
        precision: Ignored, so that only ``type`` changes in a config with ``MixedPrecisionOptimWrapper``: apex has
            ``opt_level`` for that.
        **kwargs: Keyword arguments of mmengine's class: ``opt_level``, ``loss_scale`` and others.

    Raises:
        InputError: If apex is not installed, or has no ``apex.amp``.
    """

    def __init__(self, *args: object, precision: str | None = None, **kwargs: object) -> None:
        if importlib.util.find_spec('apex') is None or importlib.util.find_spec('apex.amp') is None:
            installed = importlib.util.find_spec('apex') is not None
            raise InputError(
                'ApexOptimWrapper needs apex.amp (github.com/NVIDIA/apex, release 24.04.01 or earlier), which '
                f'{"the installed apex does not have" if installed else "is not installed"}; '
                'use mmaction_vt.MixedPrecisionOptimWrapper, or train.py --amp, instead'
            )
        super().__init__(*args, **kwargs)
