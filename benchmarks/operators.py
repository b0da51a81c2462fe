"""Where the time of a backbone goes, by kind of operator: ``python benchmarks/operators.py dualformer_small``.

The names are of the backbones in ``configs/_base_/models``. The first row of each pass is its whole time without
the profiler. A product's speed is given as a share of that of a large matrix product of the same type.
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import torch
from measure import Work, describe_machine, matrix_speed, multiply_adds_by_operator, time_side_by_side
from mmengine.config import Config
from rich.console import Console
from torch.profiler import ProfilerActivity, profile

import mmaction_vt.models  # noqa: F401
from mmaction_vt.registry import MODELS

FOLDER = Path(__file__).parents[1] / 'configs' / '_base_' / 'models'
KINDS = {
    'linear layers': ('addmm', 'mm', 'linear', 'mkldnn_linear', '_addmm_activation'),
    'attention': ('bmm', 'baddbmm', '_scaled_dot_product'),  # which form it has depends on the device
    'convolutions': ('conv', 'mkldnn_convolution', 'slow_conv', 'thnn_conv'),
    'norms': ('native_layer_norm', 'batch_norm', 'native_batch_norm'),
    'softmax': ('_softmax', 'softmax', 'exp'),
    'activations': ('gelu', 'relu', 'silu', 'tanh', 'sigmoid'),
    'sums and scaling': ('add', 'mul', 'sub', 'div', 'sum', 'mean', 'addcmul', 'maximum', 'amax'),
    'copies and casts': ('copy', '_to_copy', 'to', 'clone', 'cat', 'contiguous', 'constant_pad_nd', 'index', 'roll'),
}
WORKS = {
    'forward, float32': dict(bf16=False, training=False),
    'forward, bfloat16': dict(bf16=True, training=False),
    'step, float32': dict(bf16=False, training=True),
    'step, bfloat16': dict(bf16=True, training=True),
}
EXACT = ('linear layers', 'sums and scaling', 'copies and casts')  # not by the name's beginning


def kind_of(operator: str) -> str:
    """The row of an operator, e.g. of ``aten::addmm_`` or ``aten.addmm``."""
    name = operator.removeprefix('aten::').removeprefix('aten.').removesuffix('_')
    for kind, names in KINDS.items():
        if name in names or (kind not in EXACT and name.startswith(names)):
            return kind
    return 'other'


def rows_of(work: Work, runs: int) -> Iterator[tuple[str, float, float, str]]:
    """Kind of operators, seconds, their share of the profiled time and the share of matrix speed, for a table."""
    products = Counter()
    for operator, count in multiply_adds_by_operator(work).items():
        products[kind_of(operator)] += count
    limit = matrix_speed(work.bf16)
    whole = time_side_by_side({'whole': work}, runs)['whole']
    yield 'all, not profiled', whole, 1.0, f'{products.total() / whole / limit:.2f}'
    parts = Counter()
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for _ in range(runs):
            work()
    for row in profiler.key_averages():
        parts[kind_of(row.key)] += row.self_cpu_time_total / 1e6 / runs
    for kind, part in parts.most_common():
        if part / parts.total() >= 0.005:
            speed = f'{products[kind] / part / limit:.2f}' if products[kind] > 1e6 else '-'
            yield kind, part, part / parts.total(), speed


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    models = sorted(path.stem for path in FOLDER.glob('*.py'))
    parser.add_argument('models', nargs='+', choices=models, metavar='MODEL', help='e.g. vivit_base')
    parser.add_argument('--works', nargs='+', choices=WORKS, default=list(WORKS)[:3])
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    console = Console(soft_wrap=True)
    console.print(describe_machine())
    console.print('| model | work, one clip | operators | seconds | share of the time | of matrix speed |')
    console.print('| --- | --- | --- | --- | --- | --- |')
    for name in args.models:
        torch.manual_seed(0)
        options = Config.fromfile(FOLDER / f'{name}.py').model.backbone
        backbone = MODELS.build(dict(options, init_cfg=None))
        videos = torch.randn(1, 3, getattr(backbone, 'num_frames', 32), 224, 224)
        for work in args.works:
            for kind, seconds, share, speed in rows_of(Work(backbone, videos, **WORKS[work]), args.runs):
                console.print(f'| {name} | {work} | {kind} | {seconds:.2f} | {share:.0%} | {speed} |')


if __name__ == '__main__':
    main()
