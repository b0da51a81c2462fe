"""Error against cost of the approximations of attention within frames: ``python benchmarks/approximations.py``.

One layer of Motionformer-B at 16 frames of 224 x 224: 12 heads, 1568 queries, 8 frames of 196 keys. The error is the
relative norm of the difference of all outputs. Queries and keys are random fields, smooth in space and time with some
noise; the query of a patch resembles the key of the same patch. ``spread`` is the root mean square of the logits: at 1
a query attends to much of a frame, at 4 to a few patches.
"""

import copy
from argparse import ArgumentParser

import torch
from measure import describe_machine, time_side_by_side
from rich.console import Console
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from mmaction_vt.models.layers import Nystrom, Orthoformer, Performer

HEADS, FRAMES, PATCHES, DIMS = 12, 8, 196, 64


class Exact(nn.Module):
    """Exact attention, which the others approximate."""

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(q.expand(len(k), -1, -1, -1), k, v)


def draw_tokens(spread: float) -> tuple[Tensor, Tensor, Tensor]:
    """Queries (heads, F * P, D), keys and values (F, heads, P, D)."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(HEADS, DIMS, 3, 5, 5, generator=generator)
    field = F.interpolate(coarse, (FRAMES, 14, 14), mode='trilinear', align_corners=True).flatten(3)
    field = field.permute(2, 0, 3, 1)  # (F, heads, P, D)
    q, k = (field + 0.3 * torch.randn(field.shape, generator=generator) for _ in range(2))
    scores = q @ k.transpose(2, 3) * DIMS**-0.5
    gain = (spread / scores.square().mean().sqrt()) ** 0.5
    v = torch.randn(field.shape, generator=generator)
    return (gain * q).transpose(0, 1).flatten(1, 2), gain * k, v


def giga_multiply_adds(layer: nn.Module, tokens: tuple[Tensor, ...]) -> float:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        copy.deepcopy(layer).to('meta')(*(part.to('meta') for part in tokens))
    return counter.get_total_flops() / 2e9


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=7)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--spreads', type=float, nargs='+', default=[1.0, 4.0])
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    layers = {'exact': Exact()}
    for count in (32, 64, 128, 196):
        layers[f'Nyström, {count} landmarks'] = Nystrom(count)
    for count in (32, 64, 128, 512):
        layers[f'Orthoformer, {count} landmarks'] = Orthoformer(count)
    for count in (32, 64, 128, 512):
        layers[f'Performer, {count} features'] = Performer(DIMS, count)

    tokens = draw_tokens(1.0)
    with torch.inference_mode():
        works = {name: lambda layer=layer: layer(*tokens) for name, layer in layers.items()}
        seconds = time_side_by_side(works, args.runs)
        errors = {name: [] for name in layers}
        for spread in args.spreads:
            spread_tokens = draw_tokens(spread)
            expected = layers['exact'](*spread_tokens)
            for name, layer in layers.items():
                errors[name].append(((layer(*spread_tokens) - expected).norm() / expected.norm()).item())

    console = Console(soft_wrap=True)
    console.print(describe_machine())
    heads = ' | '.join(f'error, spread {spread:g}' for spread in args.spreads)
    console.print(f'| attention within frames | multiply-adds, G | time against exact | {heads} |')
    console.print('| --- | --- | --- |' + ' --- |' * len(args.spreads))
    for name, layer in layers.items():
        cells = [f'{giga_multiply_adds(layer, tokens):.2f}', f'{seconds[name] / seconds["exact"]:.2f}']
        cells += [f'{error:.2f}' for error in errors[name]]
        console.print(f'| {name} | {" | ".join(cells)} |')


if __name__ == '__main__':
    main()
