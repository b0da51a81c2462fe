"""Estimating the memory of a training step before it runs."""

import os
import weakref
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ..errors import InputError
from ..registry import DATASETS
from ..utils.precision import PRECISIONS
from .flops import build_without_weights, input_shape_of
from .model import default_device

GIB = 2**30
MOST_ON_CPU = 32  # clips per step that are chosen: small models would get thousands, and an epoch of few steps
SHARE = 0.9  # of free memory that a batch may take: the allocator's fragments and CUDA's context need the rest


class MemoryEstimate(NamedTuple):
    """Bytes of a training step, without those of PyTorch itself.

    Attributes:
        weights: Parameters and buffers.
        gradients: Gradients.
        optimizer: The optimizer's state.
        peak: The largest sum at any moment of a step, activations included.
    """

    weights: int
    gradients: int
    optimizer: int
    peak: int


class _LiveStorages(TorchDispatchMode):
    """Sums the storages that exist, as operators make them and the last reference to them goes."""

    def __init__(self) -> None:
        super().__init__()
        self.live = self.peak = 0
        self.known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                self.add(leaf)
        return result

    def add(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if key in self.known:
            return
        self.known.add(key)
        self.live += size
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._remove, key, size)

    def _remove(self, key: int, size: int) -> None:
        self.known.discard(key)
        self.live -= size


def estimate_memory(config: Config, batch_size: int, precision: str = 'fp32') -> MemoryEstimate:
    """Memory of a training step of a config's recognizer and optimizer in one process.

    Forward pass, backward pass and optimizer step run on fake tensors, which have shapes and no data; the storages that
    exist at the same time are summed. It takes seconds, and neither memory nor a GPU.

    Args:
        config: The config, with ``model`` and ``optim_wrapper``.
        batch_size: Clips per step.
        precision: ``fp32``, ``bf16`` or ``fp16``.

    Raises:
        InputError: If the precision is unknown.
    """
    if precision != 'fp32' and precision not in PRECISIONS:
        raise InputError(f'unknown precision {precision!r}; choose from fp32, {", ".join(PRECISIONS)}')
    model: Any = build_without_weights(config)
    with FakeTensorMode(allow_non_fake_inputs=True):
        model = model.to_empty(device='cpu').train()
        module = nn.Sequential(model.backbone, model.cls_head)
        wrapper = build_optim_wrapper(model, _plain(config.optim_wrapper))
        weights = _size([*module.parameters(), *module.buffers()])
        live = _LiveStorages()
        for tensor in (*module.parameters(), *module.buffers()):
            live.add(tensor)
        clips = torch.empty(batch_size, *input_shape_of(model.backbone)[1:])
        labels = torch.zeros(batch_size, dtype=torch.long)
        with live:
            for _ in range(2):  # the optimizer's state exists from the first step on
                _step(module, clips.clone(), labels, wrapper.optimizer, precision)
        gradients = _size(parameter.grad for parameter in module.parameters() if parameter.grad is not None)
        states = (value for state in wrapper.optimizer.state.values() for value in state.values())
        optimizer = _size(value for value in states if isinstance(value, Tensor))
    return MemoryEstimate(weights, gradients, optimizer, live.peak)


def _step(module: nn.Module, clips: Tensor, labels: Tensor, optimizer: torch.optim.Optimizer, precision: str) -> None:
    with torch.autocast('cpu', PRECISIONS.get(precision, torch.bfloat16), enabled=precision != 'fp32'):
        scores = module(clips)
        parts = scores.values() if isinstance(scores, dict) else (scores,)
        losses = [F.cross_entropy(_class_scores(part).float(), labels) for part in parts]
        loss = torch.stack(losses).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _class_scores(scores: Any) -> Tensor:
    """The class scores among the outputs of a head."""
    return scores[0] if isinstance(scores, tuple) else scores


def _plain(optim_wrapper: Config) -> dict:
    """The optimizer of a config in a wrapper that needs no GPU."""
    kept = {key: optim_wrapper[key] for key in ('optimizer', 'paramwise_cfg', 'constructor') if key in optim_wrapper}
    return dict(type='OptimWrapper', **kept)


def _size(tensors: Any) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def automatic_batch(config: Config, precision: str = 'fp32') -> int:
    """The clips per step that fit into free memory: at most those of the data set, and on a CPU ``MOST_ON_CPU``.

    Args:
        config: As for ``estimate_memory``, with ``train_dataloader``.
        precision: As for ``estimate_memory``.

    Raises:
        InputError: If not even one clip fits, or the free memory is unknown.
    """
    init_default_scope(config.get('default_scope', 'mmaction'))
    most = max(len(DATASETS.build(config.train_dataloader.dataset)), 1)
    if default_device().type == 'cpu':
        most = min(most, MOST_ON_CPU)
    return largest_batch(config, free_memory(), precision, most)


def largest_batch(config: Config, memory: int, precision: str = 'fp32', most: int | None = None) -> int:
    """The largest number of clips per step that fits into memory.

    Args:
        config: As for ``estimate_memory``.
        memory: Free bytes; ``SHARE`` of them is used.
        precision: As for ``estimate_memory``.
        most: The largest number that is wanted. Default: any.

    Raises:
        InputError: If not even one clip fits.
    """
    one, two = (estimate_memory(config, size, precision).peak for size in (1, 2))
    available = SHARE * memory
    if one > available:
        raise InputError(
            f'one clip takes {one / GIB:.1f} GiB and {available / GIB:.1f} GiB are free: see "Out of memory" in '
            'docs/troubleshooting.md'
        )
    size = 1 + int((available - one) // max(two - one, 1))
    size = size if most is None else min(size, most)
    while size > 1 and estimate_memory(config, size, precision).peak > available:
        size -= max(1, size // 16)
    return size


def free_memory() -> int:
    """Free bytes of the current GPU, or, without one, of the machine.

    Raises:
        InputError: If the system does not say.
    """
    if torch.cuda.is_available():
        return int(torch.cuda.mem_get_info()[0])
    try:
        return os.sysconf('SC_AVPHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')
    except (AttributeError, OSError, ValueError) as error:
        raise InputError(
            'the free memory of this system is unknown: give a number of videos instead of --batch-size auto'
        ) from error
