"""Recognizers of this package and of Hugging Face with the same weights, for the benchmarks."""

import importlib.metadata
import tempfile
from argparse import ArgumentParser
from typing import Any

import torch
from measure import describe_machine, forward_work, peak_memory, step_work, time_side_by_side
from rich.console import Console
from torch import nn

from mmaction_vt import init_recognizer

OURS, THEIRS = 'mmaction_vt', f'transformers {importlib.metadata.version("transformers")}'


class Classifier(nn.Module):
    """A recognizer from videos to scores."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model.cls_head(self.model.backbone(x))


class HuggingFace(nn.Module):
    """Hugging Face's model, which takes (N, T, 3, H, W)."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x.transpose(1, 2)).logits


def build_pair(theirs: Any, backbone: dict, head: dict) -> dict[str, nn.Module]:
    """Hugging Face's model, and ours with its weights.

    Args:
        theirs: A model of transformers.
        backbone: Settings of our backbone.
        head: Settings of our head.
    """
    config = dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head))
    with tempfile.TemporaryDirectory() as folder:
        theirs.save_pretrained(folder)
        return {OURS: Classifier(init_recognizer(config, folder)), THEIRS: HuggingFace(theirs)}


def add_options(parser: ArgumentParser) -> None:
    """Add the options of ``compare``."""
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--step-runs', type=int, default=1, help='runs of the training step; 0 omits it')
    parser.add_argument('--threads', type=int, default=2)


def compare(models: dict[str, nn.Module], videos: torch.Tensor, runs: int, step_runs: int, console: Console) -> None:
    """Print a table of forward passes in float32 and bfloat16, and of training steps, of two models."""
    forward = {name: forward_work(model, videos) for name, model in models.items()}
    forward |= {f'{name}, bfloat16': forward_work(model, videos, True) for name, model in models.items()}
    works = [('forward', forward, runs)]
    if step_runs:
        works.append(('training step', {name: step_work(model, videos) for name, model in models.items()}, step_runs))
    console.print(describe_machine())
    columns = 'seconds (median) | of theirs in the same type | of matrix speed | peak memory above the model, MB'
    console.print(f'| work | code | {columns} |')
    console.print('| --- | --- | --- | --- | --- | --- |')
    for title, work, count in works:
        seconds = time_side_by_side(work, count)
        for name, part in work.items():
            ratio = seconds[name] / seconds[name.replace(OURS, THEIRS)]
            share, memory = part.share(seconds[name]), peak_memory(part)
            console.print(f'| {title} | {name} | {seconds[name]:.2f} | {ratio:.2f} | {share} | {memory:.0f} |')
    difference = (forward[OURS]() - forward[THEIRS]()).abs().max()
    console.print(f'largest difference of a score: {difference:.1e}')
