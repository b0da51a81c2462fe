"""Motionformer-B compared with a plain formulation of trajectory attention: ``python benchmarks/motionformer.py``.

The plain formulation (tests/reference/motionformer.py) materialises attention between all pairs of patches and projects
every trajectory, as in the paper and the published code. Both have the same weights and input tokens.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

import measure
import torch
from measure import Work, describe_machine, forward_work, peak_memory, step_work, time_side_by_side
from mmengine.logging import MMLogger
from rich.console import Console
from torch import Tensor, nn

from mmaction_vt.models import Motionformer

sys.path.insert(0, str(Path(__file__).parents[1] / 'tests'))
from reference.motionformer import trajectory_attention
from reference.timesformer import mlp

OURS, PLAIN = 'mmaction_vt', 'plain formulation'


class Plain(nn.Module):
    """The same model in the plain formulation."""

    def __init__(self, model: Motionformer) -> None:
        super().__init__()
        self.model = model

    def forward(self, videos: Tensor) -> Tensor:
        model = self.model
        grid = tuple(side // model.patch_size for side in videos.shape[3:])
        num_frames = videos.shape[2] // model.tubelet_size
        embed = model.position_embed(grid, num_frames)
        cls_token = (model.cls_token + embed[:, :1]).expand(len(videos), -1, -1)
        x = torch.cat((cls_token, model.patch_embed_3d(videos) + embed[:, 1:]), dim=1)
        for block in model.blocks:
            x = x + trajectory_attention(block.norm1(x), block.attn, num_frames)
            x = x + mlp(block.norm2(x), block.mlp)
        return model.norm(x)[:, 0]


def multiply_adds(img_size: int, num_frames: int) -> dict[str, float]:
    """Giga-multiply-adds of both forms for one clip; every token passes through every block."""
    with torch.device('meta'):
        model = Motionformer(img_size=img_size, num_frames=num_frames, out_type='featmap').eval()
        videos = torch.zeros(1, 3, num_frames, img_size, img_size)
        counts = {}
        for name, form in {OURS: model, PLAIN: Plain(model)}.items():
            counts[name] = measure.multiply_adds(Work(form, videos)) / 1e9
    return counts


def build_forms(project_values: bool) -> dict[str, nn.Module]:
    torch.manual_seed(0)
    model = Motionformer(drop_path_rate=0.0, project_values=project_values)
    model.init_weights()
    nn.init.trunc_normal_(model.temp_embed, std=0.02)
    return {OURS: model, PLAIN: Plain(model)}


def compare(console: Console, title: str, works: dict[str, Work], runs: int) -> None:
    """Print a row of time, speed and memory for each function."""
    seconds = time_side_by_side(works, runs)
    for name, work in works.items():
        ratio, memory = seconds[name] / seconds[PLAIN], peak_memory(work)
        share = work.share(seconds[name])
        console.print(f'| {title} | {name} | {seconds[name]:.2f} | {ratio:.2f} | {share} | {memory:.0f} |')


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--step-runs', type=int, default=3, help='runs of the training step; 0 omits it')
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    MMLogger.get_current_instance().setLevel('WARNING')  # which weights init_weights has drawn
    torch.set_num_threads(args.threads)
    console = Console(soft_wrap=True)
    videos = torch.randn(1, 3, 16, 224, 224)

    console.print(describe_machine())
    console.print('| clip | published values: multiply-adds, G | plain formulation, G |')
    console.print('| --- | --- | --- |')
    for img_size, num_frames in ((224, 16), (336, 16), (224, 32)):
        counts = multiply_adds(img_size, num_frames)
        console.print(f'| {num_frames}x{img_size} | {counts[OURS]:.1f} | {counts[PLAIN]:.1f} |')

    columns = 'seconds (median) | of the plain float32 time | of matrix speed | peak memory above the model, MB'
    console.print(f'| work | values | code | {columns} |')
    console.print('| --- | --- | --- | --- | --- | --- | --- |')
    differences = []
    forms = {'published': build_forms(False), 'projected': build_forms(True)}
    # Training steps come last: memory that they leave allocated would hide the matrices of the plain formulation.
    for values, pair in forms.items():
        works = {name: forward_work(form, videos) for name, form in pair.items()}
        works |= {f'{name}, bfloat16': forward_work(form, videos, True) for name, form in pair.items()}
        compare(console, f'forward | {values}', works, args.runs)
        plain = works[PLAIN]()
        for name, work in works.items():
            difference = (work() - plain).abs().max()
            differences.append(f'| {values} | {name} | {difference:.1e} | {plain.std():.2f} |')
    for values, pair in forms.items():
        if args.step_runs:
            works = {name: step_work(form, videos) for name, form in pair.items()}
            compare(console, f'training step | {values}', works, args.step_runs)
    console.print('| values | code | largest difference of a feature from plain float32 | their standard deviation |')
    console.print('| --- | --- | --- | --- |')
    for row in differences:
        console.print(row)


if __name__ == '__main__':
    main()
