"""Attention along a few frames, as one fused kernel and as two products: ``python benchmarks/short_attention.py``."""

from argparse import ArgumentParser
from collections.abc import Callable

import torch
import torch.nn.functional as F
from measure import describe_machine, time_side_by_side
from rich.console import Console
from torch import Tensor

from mmaction_vt.models.layers.scaled_dot_product import plain_attention

FORMS = {'fused': F.scaled_dot_product_attention, 'two products': plain_attention}


def heads_of(tokens: Tensor) -> tuple[Tensor, ...]:
    """Queries, keys and values (patches, 12, frames, 64) of a joint projection (frames, patches, 2304)."""
    return tokens.transpose(0, 1).unflatten(2, (3, 12, -1)).permute(2, 0, 3, 1, 4).unbind(0)


def work_of(form: Callable[..., Tensor], tokens: Tensor, backward: bool) -> Callable[[], None]:
    def work() -> None:
        with torch.set_grad_enabled(backward):
            out = form(*heads_of(tokens)).permute(2, 0, 1, 3).flatten(2)
            if backward:
                out.sum().backward()
        if tokens.is_cuda:
            torch.cuda.synchronize()

    return work


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=20)
    parser.add_argument('--clips', type=int, nargs='+', default=[1])
    parser.add_argument('--frames', type=int, nargs='+', default=[8, 16, 32])
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    args = parser.parse_args()
    console = Console(soft_wrap=True)
    console.print(describe_machine() if args.device == 'cpu' else torch.cuda.get_device_name(args.device))
    console.print('| frames | clips | type | work | ' + ', ms | '.join(FORMS) + ', ms | two products / fused |')
    console.print('| --- ' * 7 + '|')
    for frames in args.frames:
        for clips in args.clips:
            for dtype in (torch.float32, torch.bfloat16):
                shape = (frames, 196 * clips, 2304)
                tokens = torch.randn(shape, device=args.device, dtype=dtype, requires_grad=True)
                for name, backward in (('forward', False), ('forward and backward', True)):
                    works = {form: work_of(call, tokens, backward) for form, call in FORMS.items()}
                    fused, products = (1000 * value for value in time_side_by_side(works, args.runs).values())
                    kind = str(dtype).removeprefix('torch.')
                    row = f'| {frames} | {clips} | {kind} | {name} | {fused:.2f} | {products:.2f} |'
                    console.print(f'{row} {products / fused:.2f} |')


if __name__ == '__main__':
    main()
