"""Speed and memory on a GPU: ``python benchmarks/gpu.py``.

A row is printed as soon as it is measured; what fails is a row too, with its error. Rows that are not begun within
``--minutes`` are named at the end, and so are those that need what the machine lacks.
"""

import argparse
import functools
import gc
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from gpu_decode import decode_rows
from gpu_measure import (
    PRECISIONS,
    Figures,
    describe_gpu,
    forward,
    matrix_speed,
    measure,
    step,
    tf32,
)
from gpu_models import OURS, Model, models
from measure import Work, multiply_adds
from mmengine.registry import init_default_scope
from torch import nn

from mmaction_vt.utils.files import write_atomically
from mmaction_vt.utils.option_types import integer, number

WORKS = {'forward': (forward, 8), 'training step': (step, 4)}  # with the clips of a batch
COLUMNS = ('model', 'work, clips', 'precision', 'code', 'ms (median)', 'clips per second', 'of matrix speed', 'kernels')
HEAD = (f'| {" | ".join(COLUMNS)} | peak memory, MB |', f'|{" --- |" * (len(COLUMNS) + 1)}')


class Report:
    """Lines that are printed at once, and written to a file that is complete at any time."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.lines = path, []

    def add(self, *lines: str) -> None:
        for line in lines:
            print(line, flush=True)
        self.lines += lines
        if self.path is not None:
            write_atomically(self.path, '\n'.join(self.lines) + '\n')


def attempt(work: Callable[[], str]) -> str:
    """What a function returns, or its error in a few words."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001  a row that fails must not end the run
        text = str(error).strip().split('\n')[0].replace('|', '/')
        return f'failed: {type(error).__name__}: {text}'[:160]
    finally:
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def row(model: Model, work: str, kind: str, code: str, speeds: dict[str, float], args: argparse.Namespace) -> str:
    """The cells of a row that were measured."""
    function, clips = WORKS[work]
    clips = 1 if args.quick else clips
    compiled = code.endswith('compiled')
    build = model.codes[code.removesuffix(', compiled')]
    torch.manual_seed(0)
    with args.device:
        module: nn.Module = build().to(args.device)
    if compiled:
        torch._dynamo.reset()
        module.backbone.compile(dynamic=False)
    videos = torch.randn(clips, *model.clip, device=args.device)
    with tf32(kind == 'TF32'):
        figures = measure(function(module, videos, kind == 'bfloat16'), args.device, 2 if args.quick else 10, 1.0)
    return cells(figures, clips, count(build, (clips, *model.clip), work), speeds.get(kind))


@functools.cache
def count(build: Callable[[], nn.Module], shape: tuple[int, ...], work: str) -> float | None:
    """Multiply-adds of a work; None if they cannot be counted without computing."""
    try:
        with torch.device('meta'):
            return multiply_adds(Work(build(), torch.zeros(shape), training=work != 'forward'))
    except Exception:  # noqa: BLE001  other code may not run on the meta device
        return None


def cells(figures: Figures, clips: int, operations: float | None, speed: float | None) -> str:
    share = f'{operations / figures.seconds / speed:.2f}' if operations and speed else 'not counted'
    kernels = 'not counted' if figures.kernels is None else str(figures.kernels)
    numbers = f'{1e3 * figures.seconds:.1f} | {clips / figures.seconds:.1f}'
    return f'{numbers} | {share} | {kernels} | {figures.memory / 1e6:.0f}'


def plan(wanted: list[Model], quick: bool) -> Iterator[tuple[Model, str, str, str]]:
    """Model, work, precision and code of each row."""
    for model in wanted:
        for work in WORKS:
            for kind in ('float32', 'bfloat16') if quick else PRECISIONS:
                for code in model.codes:
                    if code == OURS or kind != 'TF32':
                        yield model, work, kind, code


def compiled_plan(wanted: list[Model]) -> Iterator[tuple[Model, str, str, str]]:
    """The rows that are compiled first, which takes up to a minute each."""
    for work in WORKS:
        for model in wanted:
            yield model, work, 'bfloat16', f'{OURS}, compiled'


def add_rows(report: Report, rows: Iterator, speeds: dict[str, float], args: argparse.Namespace, end: float) -> list:
    """Measure rows of a plan until the time is over; returns the names of those that are left."""
    late = []
    report.add(*HEAD)
    for model, work, kind, code in rows:
        name = f'{model.name} | {work}, {1 if args.quick else WORKS[work][1]} | {kind} | {code}'
        if time.monotonic() > end:
            late.append(name.replace(' | ', ', '))
            continue
        text = attempt(lambda: row(model, work, kind, code, speeds, args))  # noqa: B023  called at once
        report.add(f'| {name} | {text} |' + (' | | | |' if text.startswith('failed') else ''))
    return late


def run(args: argparse.Namespace, report: Report) -> None:
    end = time.monotonic() + 60 * args.minutes
    report.add(describe_gpu(args.device))
    side = 512 if args.quick else 8192
    report.add(f'| precision | product of two {side} x {side} matrices, TFLOP/s |', '| --- | --- |')
    speeds: dict[str, float] = {}

    def speed(kind: str) -> str:
        speeds[kind] = matrix_speed(kind, args.device, side)
        return f'{2 * speeds[kind] / 1e12:.1f}'

    for kind in PRECISIONS:
        report.add(f'| {kind} | {attempt(functools.partial(speed, kind))} |')
    wanted = models(args.quick)
    late = add_rows(report, plan(wanted, args.quick), speeds, args, end)
    skipped = []
    try:
        rows, skipped = decode_rows(args.nvdec, runs=2 if args.quick else 9)
        report.add('| video | task | decoder | ms (median) |', '| --- | --- | --- | --- |', *rows)
    except Exception as error:  # noqa: BLE001  the tables above must not be lost
        skipped.append(f'decoding ({type(error).__name__}: {str(error).strip()})')
    if args.compiled:
        late += add_rows(report, compiled_plan(wanted), speeds, args, end)
    else:
        skipped.append('compiled models, which --no-compiled leaves out')
    if late:
        skipped.append(f'not begun within {args.minutes:g} minutes: {"; ".join(late)}')
    count_of_gpus = torch.cuda.device_count() if args.device.type == 'cuda' else 0
    if count_of_gpus < 2:
        skipped.append(f'DDP and FSDP over several GPUs, which need 2; there are {count_of_gpus}')
    report.add(*(f'Skipped: {text}.' for text in skipped))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--quick', action='store_true', help='small models and few runs, for a trial')
    parser.add_argument('--out', type=Path, help='file that the tables are written to as well')
    parser.add_argument(
        '--minutes', type=number(0.1, 600), default=6.5, help='no row is begun later (default: %(default)s)'
    )
    parser.add_argument('--no-compiled', dest='compiled', action='store_false', help='without torch.compile')
    parser.add_argument('--device', type=torch.device, help='default: cuda')
    parser.add_argument('--nvdec', action='store_true', help='decode on the GPU, too, through torchcodec')
    parser.add_argument('--threads', type=integer(1, 1024), default=4, help='CPU threads (default: %(default)s)')
    args = parser.parse_args()
    if args.device is None:
        if not torch.cuda.is_available():
            sys.exit('error: there is no CUDA device; --device cpu --quick tries the program on a CPU')
        args.device = torch.device('cuda')
    torch.set_num_threads(args.threads)
    init_default_scope('mmaction')
    run(args, Report(args.out))


if __name__ == '__main__':
    main()
