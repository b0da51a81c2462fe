"""Fused layers compared with the original model: ``python benchmarks/fuse.py``. Forward passes in float32."""

from argparse import ArgumentParser

import torch
from measure import describe_machine, forward_work, time_side_by_side
from rich.console import Console

from mmaction_vt import fuse_for_inference
from mmaction_vt.deployment import count_merged
from mmaction_vt.models import DualFormer, TimeSformer

MODELS = {
    'TimeSformer-B, 8 x 224': (TimeSformer, (8, 224, 224)),
    'DualFormer-T, 32 x 224': (DualFormer, (32, 224, 224)),
}


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--runs', type=int, default=21)
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    console = Console(soft_wrap=True)
    console.print(describe_machine())
    console.print('| model | code | seconds (median) | of the model before |')
    console.print('| --- | --- | --- | --- |')
    for name, (kind, size) in MODELS.items():
        model = kind().eval()
        merged = fuse_for_inference(model)
        clip = torch.randn(1, 3, *size)
        works = {'before': forward_work(model, clip), f'{count_merged(merged)} merged': forward_work(merged, clip)}
        seconds = time_side_by_side(works, args.runs)
        for code, value in seconds.items():
            console.print(f'| {name} | {code} | {value:.2f} | {value / seconds["before"]:.2f} |')


if __name__ == '__main__':
    main()
