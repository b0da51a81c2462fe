"""Timing on a GPU by events, peak memory of the device, multiply-adds, and the device's own matrix speed."""

import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

WARM_UPS = 3
PRECISIONS = ('float32', 'TF32', 'bfloat16')


class Figures(NamedTuple):
    """What was measured of one work.

    Attributes:
        seconds: Median time.
        memory: Peak memory above what was allocated before, in bytes; 0 on a CPU.
        kernels: Kernels that one call launches; None if the profiler sees none.
    """

    seconds: float
    memory: int
    kernels: int | None


@contextmanager
def tf32(enabled: bool) -> Iterator[None]:
    """Whether products and convolutions of float32 are computed in TF32."""
    places = (torch.backends.cuda.matmul, torch.backends.cudnn)
    before = [place.allow_tf32 for place in places]
    for place in places:
        place.allow_tf32 = enabled
    try:
        yield
    finally:
        for place, value in zip(places, before, strict=True):
            place.allow_tf32 = value


def time_once(work: Callable[[], object], device: torch.device) -> float:
    """Seconds of one call: between two events of the device, or on a CPU by the clock."""
    if device.type != 'cuda':
        start = time.perf_counter()
        work()
        return time.perf_counter() - start
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()
    start.record()
    work()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / 1000


def measure(work: Callable[[], object], device: torch.device, runs: int, most_seconds: float) -> Figures:
    """Figures of a work after ``WARM_UPS`` calls; fewer than ``runs`` calls are timed if they take too long."""
    for _ in range(WARM_UPS if runs > 2 else 1):
        work()
    memory = peak_memory(work, device)
    seconds: list[float] = []
    while len(seconds) < runs and (len(seconds) < 3 or sum(seconds) < most_seconds):
        seconds.append(time_once(work, device))
    return Figures(statistics.median(seconds), memory, count_kernels(work, device))


def peak_memory(work: Callable[[], object], device: torch.device) -> int:
    if device.type != 'cuda':
        work()
        return 0
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    work()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() - before


def count_kernels(work: Callable[[], object], device: torch.device) -> int | None:
    """Kernels, copies and fills of one call."""
    if device.type != 'cuda':
        return None
    try:
        with profile(activities=[ProfilerActivity.CUDA]) as record:
            work()
            torch.cuda.synchronize()
        events = [event for event in record.events() if event.device_type == torch.autograd.DeviceType.CUDA]
        return len(events) or None
    except (RuntimeError, AttributeError):  # without access to the device's counters
        return None


def forward(model: nn.Module, videos: Tensor, bf16: bool) -> Callable[[], object]:
    """A forward pass as in testing, in float32 or in bfloat16 autocast."""

    def work() -> Tensor:
        with torch.inference_mode(), torch.autocast(videos.device.type, torch.bfloat16, enabled=bf16):
            return model(videos)

    model.eval()
    return work


def step(model: nn.Module, videos: Tensor, bf16: bool) -> Callable[[], object]:
    """A forward and a backward pass as in training."""

    def work() -> None:
        with torch.autocast(videos.device.type, torch.bfloat16, enabled=bf16):
            scores = model(videos)
        scores.float().square().mean().backward()
        model.zero_grad(set_to_none=True)

    model.train()
    return work


def matrix_speed(name: str, device: torch.device, side: int) -> float:
    """Multiply-adds per second of the product of two square matrices in a precision."""
    left, right = (torch.randn(side, side, device=device) for _ in range(2))
    with tf32(name == 'TF32'), torch.inference_mode():
        if name == 'bfloat16':
            left, right = left.bfloat16(), right.bfloat16()
        return side**3 / measure(lambda: left @ right, device, 10, 2.0).seconds


def describe_gpu(device: torch.device) -> str:
    """GPU, driver and versions, for the caption of a table."""
    versions = f'Python {platform.python_version()}, torch {torch.__version__}'
    if device.type != 'cuda':
        return f'{device}, {torch.get_num_threads()} threads, {versions}'
    about = torch.cuda.get_device_properties(device)
    return (
        f'{about.name} ({about.total_memory / 2**30:.0f} GiB, {about.multi_processor_count} multiprocessors), driver '
        f'{driver()}, {versions}, cuDNN {torch.backends.cudnn.version()}'
    )


def driver() -> str:
    """Version of the NVIDIA driver."""
    command = ['nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader']
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError):
        path = Path('/proc/driver/nvidia/version')
        words = path.read_text().split('Kernel Module')[-1].split() if path.is_file() else []
        return next((word for word in words if word[0].isdigit()), 'unknown')
