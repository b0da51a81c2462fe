"""Training steps of VideoMAE-B on all tokens and on some of them: ``python benchmarks/masked.py``."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from measure import describe_machine, time_side_by_side
from rich.console import Console
from torch import Tensor, nn

from mmaction_vt.models import MaskedVideoAutoencoder, VideoMAE

NUM_CLASSES = 400


def supervised(videos: Tensor, tokens_kept: float) -> Callable[[], None]:
    """A step of AdamW with labels."""
    backbone = VideoMAE(tokens_kept=tokens_kept)
    model = nn.Sequential(backbone, nn.Linear(backbone.embed_dims, NUM_CLASSES)).train()
    labels = torch.zeros(len(videos), dtype=torch.long)
    return partial(step, torch.optim.AdamW(model.parameters()), lambda: F.cross_entropy(model(videos), labels))


def masked(videos: Tensor, mask_ratio: float) -> Callable[[], None]:
    """A step of AdamW of the masked autoencoder."""
    backbone = dict(type='mmaction_vt.VideoMAE', norm_after_mean=False)
    model = MaskedVideoAutoencoder(backbone, mask_ratio=mask_ratio).train()
    return partial(step, torch.optim.AdamW(model.parameters()), lambda: model(videos, mode='loss')['loss'])


def step(optimizer: torch.optim.Optimizer, loss_of: Callable[[], Tensor]) -> None:
    loss_of().backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--clips', type=int, default=2, help='clips per step')
    parser.add_argument('--cpu-time', action='store_true', help='seconds of the CPU, on a machine that is busy')
    args = parser.parse_args()
    videos = torch.randn(args.clips, 3, 16, 224, 224)
    works = {
        'supervised, all tokens': supervised(videos, 1.0),
        'supervised, tokens_kept=0.5': supervised(videos, 0.5),
        'masked autoencoder, mask_ratio=0.9': masked(videos, 0.9),
    }
    seconds = time_side_by_side(works, args.runs, time.process_time if args.cpu_time else time.perf_counter)
    console = Console(soft_wrap=True)
    console.print(describe_machine())
    unit = 'CPU seconds' if args.cpu_time else 'seconds'
    console.print(f'| step, clips: {args.clips} | {unit} (median) | ratio |\n| --- | --- | --- |')
    for name, value in seconds.items():
        console.print(f'| {name} | {value:.2f} | {value / seconds["supervised, all tokens"]:.2f} |')


if __name__ == '__main__':
    main()
