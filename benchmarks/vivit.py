"""ViViT-B 16x2 compared with Hugging Face's: ``python benchmarks/vivit.py``. Both have the same weights."""

import importlib.metadata
import tempfile
from argparse import ArgumentParser

import torch
from measure import describe_machine, forward_work, peak_memory, step_work, time_side_by_side
from rich.console import Console
from torch import nn
from transformers import VivitConfig, VivitForVideoClassification

from mmaction_vt import init_recognizer

OURS, THEIRS = 'mmaction_vt', f'transformers {importlib.metadata.version("transformers")}'


class Classifier(nn.Module):
    """A recognizer from videos to scores."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model.cls_head(self.model.backbone(x))


class HuggingFace(nn.Module):
    """Hugging Face's model, which takes (N, T, 3, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.model = VivitForVideoClassification(VivitConfig(num_labels=400))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x.transpose(1, 2)).logits


def build_models() -> dict[str, nn.Module]:
    theirs = HuggingFace()
    head = dict(type='TimeSformerHead', num_classes=400, in_channels=768, dropout_ratio=0.0)
    config = dict(type='Recognizer3D', backbone=dict(type='mmaction_vt.ViViT', act='gelu_tanh'), cls_head=head)
    with tempfile.TemporaryDirectory() as folder:
        theirs.model.save_pretrained(folder)
        return {OURS: Classifier(init_recognizer(dict(model=config), folder)), THEIRS: theirs}


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--step-runs', type=int, default=1, help='runs of the training step; 0 omits it')
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    console = Console(soft_wrap=True)
    models = build_models()
    videos = torch.randn(1, 3, 32, 224, 224)
    forward = {name: forward_work(model, videos) for name, model in models.items()}
    forward |= {f'{name}, bfloat16': forward_work(model, videos, True) for name, model in models.items()}
    works = [('forward', forward, args.runs)]
    if args.step_runs:
        steps = {name: step_work(model, videos) for name, model in models.items()}
        works.append(('training step', steps, args.step_runs))
    console.print(describe_machine())
    columns = 'seconds (median) | of theirs in float32 | of matrix speed | peak memory above the model, MB'
    console.print(f'| work | code | {columns} |')
    console.print('| --- | --- | --- | --- | --- | --- |')
    for title, work, runs in works:
        seconds = time_side_by_side(work, runs)
        for name, part in work.items():
            ratio, memory = seconds[name] / seconds[THEIRS], peak_memory(part)
            share = part.share(seconds[name])
            console.print(f'| {title} | {name} | {seconds[name]:.2f} | {ratio:.2f} | {share} | {memory:.0f} |')
    difference = (forward[OURS]() - forward[THEIRS]()).abs().max()
    console.print(f'largest difference of a score: {difference:.1e}')


if __name__ == '__main__':
    main()
