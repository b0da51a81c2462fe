"""Dropped and merged tokens: time and accuracy of ``python benchmarks/fewer_tokens.py FOLDER``.

FOLDER is what tools/data/moving_shapes.py has written. Accuracy is that of the small ViViT with joint attention; the
time is that of VideoMAE-B on a random clip whose right half does not move. Neither model was trained with fewer tokens.
"""

from argparse import ArgumentParser
from pathlib import Path

import torch
from measure import describe_machine, time_side_by_side
from precision import ROOT
from rich.console import Console
from torch import Tensor, nn

from mmaction_vt import VideoInferencer
from mmaction_vt.deployment import FewerTokens
from mmaction_vt.models import VideoMAE

NAME = 'vivit_moving_shapes'
SMALL = {
    'all tokens': {},
    'static 0': dict(static=0.0),
    'static 0.05': dict(static=0.05),
    'static 0.1': dict(static=0.1),
    'merge 4': dict(merge=4),
    'merge 8': dict(merge=8),
    'merge 16': dict(merge=16),
    'static 0.05, merge 4': dict(static=0.05, merge=4),
}
LARGE = {
    'all tokens': {},
    'static 0': dict(static=0.0),
    'merge 32': dict(merge=32),
    'merge 64': dict(merge=64),
    'static 0, merge 32': dict(static=0.0, merge=32),
}


def reduced(backbone: nn.Module, options: dict) -> nn.Module:
    return FewerTokens(backbone, **options).eval() if options else backbone


def accuracies(folder: Path) -> None:
    """Print top-1 accuracy, mean tokens and the largest difference of a score for each setting."""
    lines = [line.split() for line in (folder / 'val.txt').read_text().splitlines() if line[:1] != '#']
    config = ROOT / 'configs' / 'recognition' / 'quickstart' / f'{NAME}.py'
    infer = VideoInferencer(config, ROOT / 'tests' / 'data' / 'trained' / f'{NAME}.pth', 'cpu')
    samples = [infer.read(str(folder / path)) for path, _ in lines]
    labels = torch.tensor([int(label) for _, label in lines])
    backbone, exact = infer.model.backbone, torch.zeros(())
    for setting, options in SMALL.items():
        infer.model.backbone = model = reduced(backbone, options)
        scores, tokens = [], []
        for sample in samples:
            (prediction,) = infer.classify([sample])
            scores.append(prediction.scores['class'])
            tokens.append(getattr(model, 'num_tokens', (129, 129)))
        stacked = torch.stack(scores)
        exact = exact if options else stacked
        first, last = torch.tensor(tokens, dtype=torch.float32).mean(0).tolist()
        top1 = (stacked.argmax(1) == labels).float().mean().item()
        difference = (stacked - exact).abs().max().item()
        print(f'| {setting} | {first:.0f} | {last:.0f} | {100 * top1:.1f} % | {difference:.3f} |', flush=True)


def half_still() -> Tensor:
    """A clip whose right half is the same in every frame."""
    clip = torch.randn(1, 3, 16, 224, 224)
    clip[..., 112:] = clip[:, :, :1, :, 112:]
    return clip


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('folder', type=Path)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    console = Console(soft_wrap=True)
    console.print(describe_machine())
    backbone, clip = VideoMAE().eval(), half_still()
    models = {setting: reduced(backbone, options) for setting, options in LARGE.items()}
    with torch.no_grad():
        works = {setting: (lambda model=model: model(clip)) for setting, model in models.items()}
        seconds = time_side_by_side(works, args.runs)
    console.print('| VideoMAE-B, 16x224 | tokens of the first block | after the last | seconds (median) | ratio |')
    console.print('| --- | --- | --- | --- | --- |')
    for setting, value in seconds.items():
        first, last = getattr(models[setting], 'num_tokens', (1568, 1568))
        console.print(f'| {setting} | {first} | {last} | {value:.2f} | {value / seconds["all tokens"]:.2f} |')
    console.print(f'| {NAME} | tokens of the first block | after the last | top-1 | largest difference of a score |')
    console.print('| --- | --- | --- | --- | --- |')
    accuracies(args.folder)


if __name__ == '__main__':
    main()
