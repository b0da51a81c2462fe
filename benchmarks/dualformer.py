"""DualFormer compared with a plain formulation: ``python benchmarks/dualformer.py``.

The plain formulation (tests/reference/dualformer.py) materialises every attention matrix and convolves with channels
first, as the published code does. Both have the same weights.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

import torch
from measure import describe_machine, forward_work, peak_memory, step_work, time_side_by_side
from mmengine.config import Config
from rich.console import Console
from torch import Tensor, nn

from mmaction_vt.models import DualFormer

sys.path.insert(0, str(Path(__file__).parents[1] / 'tests'))
from reference.dualformer import dualformer

MODELS = Path(__file__).parents[1] / 'configs' / '_base_' / 'models'
OURS, PLAIN = 'mmaction_vt', 'plain formulation'


class Plain(nn.Module):
    """The same model in the plain formulation."""

    def __init__(self, model: DualFormer) -> None:
        super().__init__()
        self.model = model

    def forward(self, videos: Tensor) -> Tensor:
        return dualformer(self.model, videos)


def build_forms(size: str) -> dict[str, nn.Module]:
    torch.manual_seed(0)
    options = Config.fromfile(MODELS / f'dualformer_{size}.py').model.backbone
    options.pop('type')
    model = DualFormer(**{**options, 'drop_path_rate': 0.0, 'init_cfg': None})
    return {OURS: model, PLAIN: Plain(model)}


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--sizes', nargs='+', default=['tiny', 'small'])
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--step-runs', type=int, default=3, help='runs of the training step; 0 omits it')
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    console = Console(soft_wrap=True)
    videos = torch.randn(1, 3, 32, 224, 224)
    console.print(describe_machine())
    columns = 'seconds (median) | of the plain float32 time | of matrix speed | peak memory above it, MB'
    console.print(f'| model | work | code | {columns} |')
    console.print('| --- | --- | --- | --- | --- | --- | --- |')
    differences = []
    for size in args.sizes:
        forms = build_forms(size)
        forward = {name: forward_work(form, videos) for name, form in forms.items()}
        forward |= {f'{name}, bfloat16': forward_work(form, videos, True) for name, form in forms.items()}
        works = [('forward', forward, args.runs)]
        if args.step_runs:
            works.append(('training step', {n: step_work(form, videos) for n, form in forms.items()}, args.step_runs))
        for title, work, runs in works:
            seconds = time_side_by_side(work, runs)
            for name, part in work.items():
                ratio, memory = seconds[name] / seconds[PLAIN], peak_memory(part)
                times = f'{seconds[name]:.2f} | {ratio:.2f} | {part.share(seconds[name])}'
                console.print(f'| {size} | {title} | {name} | {times} | {memory:.0f} |')
        plain = forward[PLAIN]()
        for name, part in forward.items():
            difference = (part().float() - plain).abs().max()
            differences.append(f'| {size} | {name} | {difference:.1e} | {plain.std():.2f} |')
    console.print('| model | code | largest difference of a feature from plain float32 | their standard deviation |')
    console.print('| --- | --- | --- | --- |')
    for row in differences:
        console.print(row)


if __name__ == '__main__':
    main()
