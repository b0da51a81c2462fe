"""Mixed precision in training."""

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

PRECISIONS = ('fp16', 'bf16')


@OPTIM_WRAPPERS.register_module()
class MixedPrecisionOptimWrapper(OptimWrapper):
    """Run the model under autocast and the optimizer in float32, on a GPU or a CPU.

    bfloat16 has the range of float32 and needs no loss scaling, which mmengine's ``AmpOptimWrapper`` always applies
    and for which it wants a GPU. float16 is left to that class.

    Args:
        *args: Arguments of mmengine's ``OptimWrapper``, by their places.
        precision: ``bf16`` or ``fp16``.
        **kwargs: Arguments of mmengine's ``OptimWrapper``.

    Raises:
        InputError: For float16 without a GPU.
    """

    def __new__(cls, *args: object, precision: str = 'bf16', **kwargs: object) -> OptimWrapper:
        if precision == 'bf16':
            return super().__new__(cls)
        if precision not in PRECISIONS:
            raise InputError(f'the precision is one of {" and ".join(PRECISIONS)}, not {precision}')
        if not is_cuda_available():
            raise InputError('float16 needs a GPU: use bf16 on a CPU')
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
    """mmengine's ``ApexOptimWrapper``, which says how to do without apex where that is not installed.

    Args:
        *args: Arguments of mmengine's class, by their places.
        precision: Ignored, so that a config with ``MixedPrecisionOptimWrapper`` needs another ``type`` only:
            ``opt_level`` decides what apex does.
        **kwargs: Arguments of mmengine's class: ``opt_level``, ``loss_scale`` and others.

    Raises:
        InputError: If apex is not installed.
    """

    def __init__(self, *args: object, precision: str | None = None, **kwargs: object) -> None:
        if importlib.util.find_spec('apex') is None or importlib.util.find_spec('apex.amp') is None:
            raise InputError(
                'ApexOptimWrapper needs apex (github.com/NVIDIA/apex), which is not installed; '
                'mmaction_vt.MixedPrecisionOptimWrapper does without, as does train.py --amp'
            )
        super().__init__(*args, **kwargs)
