"""Timing side by side in one process, and peak memory: shared by the benchmarks."""

import ctypes
import gc
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn


def time_side_by_side(works: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Median seconds of each function; they take turns, so that a drift of the machine affects all alike."""
    for work in works.values():
        work()
    seconds = {name: [] for name in works}
    for _ in track(range(runs), 'measuring', console=Console(stderr=True)):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def forward_work(model: nn.Module, videos: Tensor, bf16: bool = False) -> Callable[[], Tensor]:
    """A forward pass as in testing, in float32 or in bfloat16 autocast."""

    def work() -> Tensor:
        with torch.inference_mode(), torch.autocast(videos.device.type, torch.bfloat16, enabled=bf16):
            return model.eval()(videos)

    return work


def step_work(model: nn.Module, videos: Tensor, bf16: bool = False) -> Callable[[], None]:
    """A forward and a backward pass as in training."""

    def work() -> None:
        with torch.autocast(videos.device.type, torch.bfloat16, enabled=bf16):
            loss = model.train()(videos).square().mean()
        loss.backward()
        model.zero_grad(set_to_none=True)

    return work


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
