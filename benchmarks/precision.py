"""Precisions of inference: time of TimeSformer-B and others, and accuracy on moving shapes.

``python benchmarks/precision.py FOLDER``, where FOLDER is what tools/data/moving_shapes.py has written.
"""

import copy
from argparse import ArgumentParser
from pathlib import Path

import torch
from measure import describe_machine, forward_work, time_side_by_side
from rich.console import Console

from mmaction_vt import VideoInferencer
from mmaction_vt.models import DualFormer, Motionformer, TimeSformer, ViViT

ROOT = Path(__file__).resolve().parents[1]
FORMS = {'float32': {}, 'bfloat16, --amp': dict(amp='bf16'), 'bfloat16, --precision': dict(precision='bf16')}
SHAPES = ('timesformer_divST_moving_shapes', 'motionformer_moving_shapes', 'vivit_fe_moving_shapes')
MODELS = {
    'TimeSformer-B, 8x224': (TimeSformer, {}, 8),
    'Motionformer-B, 16x224': (Motionformer, {}, 16),
    'ViViT-B factorised encoder, 32x224': (ViViT, dict(attention_type='factorised_encoder'), 32),
    'DualFormer-T, 32x224': (DualFormer, {}, 32),
}


def times(name: str, runs: int) -> dict[str, float]:
    """Seconds of a forward pass of one clip in each form."""
    kind, options, frames = MODELS[name]
    torch.manual_seed(0)
    model, clip = kind(**options), torch.randn(1, 3, frames, 224, 224)
    works = [forward_work(model, clip), forward_work(model, clip, bf16=True)]
    works.append(forward_work(copy.deepcopy(model).bfloat16(), clip.bfloat16()))
    return time_side_by_side(dict(zip(FORMS, works, strict=True)), runs)


def accuracies(name: str, folder: Path) -> dict[str, tuple[float, float]]:
    """Top-1 accuracy on the validation videos in each form, and the largest difference of a score from float32."""
    lines = [line.split() for line in (folder / 'val.txt').read_text().splitlines() if line[:1] != '#']
    config = ROOT / 'configs' / 'recognition' / 'quickstart' / f'{name}.py'
    checkpoint = ROOT / 'tests' / 'data' / 'trained' / f'{name}.pth'
    found: dict[str, tuple[float, float]] = {}
    exact = torch.zeros(())
    for form, options in FORMS.items():
        infer = VideoInferencer(config, checkpoint, 'cpu', batch_size=16, **options)
        predictions = infer([folder / path for path, _ in lines])
        scores = torch.stack([prediction.scores['class'] for prediction in predictions])
        exact = exact if form != 'float32' else scores
        correct = scores.argmax(1) == torch.tensor([int(label) for _, label in lines])
        found[form] = (correct.float().mean().item(), (scores - exact).abs().max().item())
    return found


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('folder', type=Path)
    parser.add_argument('--runs', type=int, default=7)
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    console = Console(soft_wrap=True)
    console.print(describe_machine())
    console.print(f'| model | {", s | ".join(FORMS)}, s |')
    console.print('| --- | --- | --- | --- |')
    for name in MODELS:
        seconds = times(name, args.runs)
        ratios = [f'{value:.2f} ({value / seconds["float32"]:.2f})' for value in seconds.values()]
        console.print(f'| {name} | {" | ".join(ratios)} |')
    console.print(f'| model | {" | ".join(f"{form}: top-1, largest difference of a score" for form in FORMS)} |')
    console.print('| --- | --- | --- | --- |')
    for name in SHAPES:
        cells = [f'{100 * top1:.1f} %, {difference:.3f}' for top1, difference in accuracies(name, args.folder).values()]
        console.print(f'| {name} | {" | ".join(cells)} |')


if __name__ == '__main__':
    main()
