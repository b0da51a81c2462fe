"""Timing side by side in one process, peak memory, and the share of the processor's speed: for the benchmarks."""

import copy
import ctypes
import functools
import gc
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from torch import Size, Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

MATRIX_SIDE = 4096


def time_side_by_side(
    works: dict[str, Callable[[], object]], runs: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Median seconds of each function; they take turns, so that a drift of the machine affects all alike."""
    for work in works.values():
        work()
    seconds = {name: [] for name in works}
    for _ in track(range(runs), 'measuring', console=Console(stderr=True)):
        for name, work in works.items():
            start = clock()
            work()
            seconds[name].append(clock() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


@dataclass
class Work:
    """A forward pass as in testing, or forward and backward as in training, in float32 or in bfloat16 autocast."""

    model: nn.Module
    videos: Tensor
    bf16: bool = False
    training: bool = False

    def __call__(self) -> Tensor:
        grad = torch.inference_mode(not self.training)
        with grad, torch.autocast(self.videos.device.type, torch.bfloat16, enabled=self.bf16):
            out = self.model.train(self.training)(self.videos)
            loss = out.square().mean() if self.training else None
        if loss is not None:
            loss.backward()
            self.model.zero_grad(set_to_none=True)
        return out

    def share(self, seconds: float) -> str:
        """The speed of a call that took these seconds, as a share of a large matrix product's in the same type."""
        reduced = self.bf16 or next(self.model.parameters()).dtype == torch.bfloat16
        return f'{multiply_adds(self) / seconds / matrix_speed(reduced):.2f}'


def forward_work(model: nn.Module, videos: Tensor, bf16: bool = False) -> Work:
    return Work(model, videos, bf16)


def step_work(model: nn.Module, videos: Tensor, bf16: bool = False) -> Work:
    return Work(model, videos, bf16, training=True)


def multiply_adds(work: Work) -> float:
    """Multiply-adds of a call."""
    return sum(multiply_adds_by_operator(work).values())


def multiply_adds_by_operator(work: Work) -> dict[str, float]:
    """Multiply-adds of a call for each operator, such as ``aten.addmm``, counted on the meta device."""
    model = copy.deepcopy(work.model).to('meta').train(work.training)
    mapping = {torch.ops.aten.convolution_backward: convolution_backward_flops}
    counter = FlopCounterMode(display=False, custom_mapping=mapping)
    with counter, torch.set_grad_enabled(work.training), torch.device('meta'):
        out = model(work.videos.to('meta'))
        if work.training:
            out.square().mean().backward()
    return {str(operator): count / 2 for operator, count in counter.get_flop_counts()['Global'].items()}


def convolution_backward_flops(grad: Size, x: Size, weight: Size, *options: Any, **out: Any) -> int:
    """Floating-point operations of the gradients of a convolution that is not transposed, from shapes.

    PyTorch's own count of the weight's gradient leaves the groups out, and is that of a convolution without groups.
    """
    *_, mask = options  # whether the gradients of input, weight and bias are wanted
    return 2 * sum(mask[:2]) * prod(grad) * prod(weight[1:])


@functools.cache
def matrix_speed(bf16: bool) -> float:
    """Multiply-adds per second of the product of two large matrices on the CPU: the best of five."""
    left, right = (torch.randn(MATRIX_SIDE, MATRIX_SIDE, dtype=torch.bfloat16 if bf16 else None) for _ in range(2))
    seconds = []
    for _ in range(6):
        start = time.perf_counter()
        torch.mm(left, right)
        seconds.append(time.perf_counter() - start)
    return MATRIX_SIDE**3 / min(seconds[1:])


def peak_memory(work: Callable[[], object]) -> float:
    """Peak growth of the process in MB during a call. Linux only."""
    work()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path('/proc/self/clear_refs').write_text('5')
    before = _status('VmRSS')
    work()
    return (_status('VmHWM') - before) / 1024


def _status(key: str) -> int:
    """A value of ``/proc/self/status`` in kB."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def describe_machine() -> str:
    """Processor, threads and versions, for the caption of a table."""
    cpu = platform.processor() or platform.machine()
    cpuinfo = Path('/proc/cpuinfo')
    if cpuinfo.is_file():
        names = [line.split(':')[1].strip() for line in cpuinfo.read_text().splitlines() if 'model name' in line]
        cpu = names[0] if names else cpu
        units = [flag for flag in ('avx512f', 'avx512_bf16', 'amx_bf16') if flag in cpuinfo.read_text()]
        cpu += f' ({", ".join(units)})' if units else ''
    return f'{cpu}, {torch.get_num_threads()} threads, Python {platform.python_version()}, torch {torch.__version__}'
