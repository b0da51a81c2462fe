"""TimeSformer-B 8x224 compared with Hugging Face's and mmaction2's: ``python benchmarks/timesformer.py``."""

import importlib.metadata
from argparse import ArgumentParser

import torch
from measure import describe_machine, forward_work, peak_memory, step_work, time_side_by_side
from mmaction.registry import MODELS
from mmaction.utils import register_all_modules
from rich.console import Console
from transformers import TimesformerConfig, TimesformerForVideoClassification

from mmaction_vt.models import TimeSformer

BASE = dict(img_size=224, patch_size=16, num_frames=8)


class Classifier(torch.nn.Module):
    """A backbone and a linear classifier."""

    def __init__(self, backbone: torch.nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = torch.nn.Linear(768, 400)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.backbone(x))


class HuggingFace(torch.nn.Module):
    """Hugging Face's model, which takes (N, T, 3, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        config = TimesformerConfig(num_labels=400)
        self.model = TimesformerForVideoClassification(config)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x.transpose(1, 2)).logits


def build_models() -> dict[str, torch.nn.Module]:
    torch.manual_seed(0)
    register_all_modules()
    return {
        'mmaction_vt': Classifier(TimeSformer(**BASE, drop_path_rate=0.0)),
        f'transformers {importlib.metadata.version("transformers")}': HuggingFace(),
        f'mmaction2 {importlib.metadata.version("mmaction2")}': Classifier(
            MODELS.build(dict(type='TimeSformer', **BASE))
        ),
    }


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=7)
    parser.add_argument('--step-runs', type=int, default=3)
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    models = build_models()
    one, two = torch.randn(1, 3, 8, 224, 224), torch.randn(2, 3, 8, 224, 224)

    rows = []
    works = {
        'forward, float32': {name: forward_work(model, one, False) for name, model in models.items()},
        'forward, bfloat16 autocast': {name: forward_work(model, one, True) for name, model in models.items()},
        'training step of 2 clips, float32': {name: step_work(model, two) for name, model in models.items()},
    }
    theirs = list(models)[1]
    float32 = None
    for title, work in works.items():
        seconds = time_side_by_side(work, args.step_runs if 'step' in title else args.runs)
        float32 = float32 or seconds[theirs]
        memory = {name: peak_memory(part) for name, part in work.items()}
        for name in models:
            ratio = f'{seconds[name] / seconds[theirs]:.2f}'
            if 'bfloat16' in title:
                ratio += f' ({seconds[name] / float32:.2f} of float32)'
            share = work[name].share(seconds[name])
            rows.append(f'| {title} | {name} | {seconds[name]:.2f} | {ratio} | {share} | {memory[name]:.0f} |')

    console = Console(soft_wrap=True)
    console.print(describe_machine())
    columns = f'seconds (median) | time against {theirs} | of matrix speed | peak memory above the model, MB'
    console.print(f'| work | code | {columns} |')
    console.print('| --- | --- | --- | --- | --- | --- |')
    for row in rows:
        console.print(row)


if __name__ == '__main__':
    main()
