"""Stand-in CUDA tensors on a machine without a GPU.

A ``StandIn`` has its values in main memory and says that its device is ``cuda:0``. A function that is called with such
a tensor and with one of the CPU fails, as it does on a GPU. Code that asks for the device takes its path for GPUs, and
computes, so that results can be compared with those of the CPU.

PyTorch's own ``FakeTensorMode`` finds mixed devices, too, but without a driver its tensors have no backward pass, and
no value that decides what is done next can be read.
"""

from contextlib import contextmanager
from unittest.mock import patch

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

CUDA = torch.device('cuda:0')
ANSWERS = {
    Tensor.device.__get__: CUDA,
    Tensor.is_cuda.__get__: True,
    Tensor.is_cpu.__get__: False,
    Tensor.get_device: 0,
    torch._has_compatible_shallow_copy_type: False,  # modules replace their parameters
}
# Functions that take tensors of both devices on a GPU, too.
BOTH = (Tensor.copy_, Tensor.__getitem__, Tensor.type_as, Tensor.data.__set__, Tensor.grad.__set__)
HOST = (Tensor.numpy, Tensor.__array__)


def on_cuda(tensor):
    """A tensor of the CPU as a stand-in that shares its values."""
    return tensor if isinstance(tensor, StandIn) else tensor.as_subclass(StandIn)


def is_cuda(device):
    return device is not None and not isinstance(device, (Tensor, torch.dtype)) and torch.device(device).type == 'cuda'


def target_of(args, kwargs):
    """The device that ``Tensor.to`` is asked for; None if it is only another type."""
    devices = [value for value in (*args, *kwargs.values()) if isinstance(value, (str, torch.device, int))]
    devices = [value for value in devices if not isinstance(value, bool)]
    others = [value for value in (*args, *kwargs.values()) if isinstance(value, Tensor)]
    return torch.device(devices[0]) if devices else others[0].device if others else None


def without_device(args, kwargs):
    """The options of ``Tensor.to`` but for the device."""
    values = [*args, *kwargs.values()]
    dtypes = [value.dtype if isinstance(value, Tensor) else value for value in values]
    dtypes = [value for value in dtypes if isinstance(value, torch.dtype)]
    options = {key: kwargs[key] for key in ('copy', 'memory_format') if kwargs.get(key) is not None}
    return {**options, 'dtype': dtypes[0]} if dtypes else options


def check_devices(func, args, kwargs):
    """Refuse tensors of both devices, where a GPU does; a number in a tensor of the CPU may be an operand."""
    if func in BOTH:
        return
    if func is Tensor.__setitem__:
        target, index, value = args
        if not any(isinstance(part, Tensor) for part in tree_leaves(index)):
            return  # copied into a slice
        args = (target, value)
    tensors = [value for value in tree_leaves((args, kwargs)) if isinstance(value, Tensor)]
    if any(type(value) is not StandIn and value.ndim for value in tensors):
        name = getattr(func, '__name__', func)
        raise RuntimeError(f'{name}: expected all tensors to be on the same device, found at least cuda:0 and cpu')


class StandIn(Tensor):
    """A tensor of the CPU that says that it is on a GPU."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func in ANSWERS:
            return ANSWERS[func]
        if func in HOST:
            raise TypeError("can't convert cuda:0 device type tensor to numpy; use Tensor.cpu() first")
        if func in (Tensor.to, Tensor.cpu, Tensor.cuda):
            return cls.move(func, *args, **kwargs)
        check_devices(func, args, kwargs)
        if func == Tensor.grad.__get__:
            with torch._C.DisableTorchFunctionSubclass():
                grad = func(*args)
            return None if grad is None else on_cuda(grad)
        return super().__torch_function__(func, types, args, kwargs)

    @staticmethod
    def move(func, tensor, *args, **kwargs):
        device = torch.device('cpu') if func is Tensor.cpu else target_of(args, kwargs) or CUDA
        leaves = device.type == 'cpu'
        with torch._C.DisableTorchFunctionSubclass():
            plain = tensor.as_subclass(Tensor) if isinstance(tensor, StandIn) else tensor
            options = without_device(args, kwargs)
            out = plain.to(**options) if options else plain
            return out if leaves else tensor if out is plain and isinstance(tensor, StandIn) else on_cuda(out)


class CudaMode(TorchFunctionMode):
    """Makes stand-ins where a tensor is created on, or moved to, a CUDA device."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func in (Tensor.to, Tensor.cuda):
            device = target_of(args[1:], kwargs) if func is Tensor.to else CUDA
            if isinstance(args[0], StandIn) or (device is not None and device.type == 'cuda'):
                return StandIn.move(func, *args, **kwargs)
        elif is_cuda(kwargs.get('device')):
            return on_cuda(func(*args, **{**kwargs, 'device': 'cpu'}))
        return func(*args, **kwargs)


class CpuAutocast(torch.amp.autocast_mode.autocast):
    """``torch.autocast`` that takes ``cuda`` for the CPU."""

    def __init__(self, device_type, *args, **kwargs):
        super().__init__('cpu' if device_type == 'cuda' else device_type, *args, **kwargs)


@contextmanager
def stand_in_cuda():
    """Within it ``cuda`` is a device, of stand-ins."""
    with CudaMode(), patch.object(torch, 'autocast', CpuAutocast):
        yield
