"""Train a small image model to initialise a video model from: ``python tools/still_shapes.py OUT``.

Images are frames of the videos of tools/data/moving_shapes.py, with another seed; the class is the position of the
object in a grid of 4 x 4. The model is timm's VisionTransformer in the size of the quickstart's TimeSformer, whose
config ``timesformer_divST_moving_shapes_from_images.py`` is initialised from OUT.
"""

import io
import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
import timm
import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import track

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.option_types import integer, num_processes
from mmaction_vt.utils.outputs import check_output, write_output

sys.path.insert(0, str(Path(__file__).parent / 'data'))
from moving_shapes import render
from rendered_clips import in_processes

GRID, SIZE, FRAMES = 4, 64, 4
MEAN, STD = 114.75, 57.375
SEED = 1  # the videos' is 0


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Train a small image model on still shapes.')
    parser.add_argument('out', type=Path, nargs='?', default=Path('work_dirs/still_shapes/vit.pth'))
    parser.add_argument(
        '--clips', type=integer(), default=4000, help=f'clips of {FRAMES} frames (default: %(default)s)'
    )
    parser.add_argument('--epochs', type=integer(), default=8, help='default: %(default)s')
    parser.add_argument('--workers', type=num_processes, default=2, help='rendering processes (default: %(default)s)')
    add_overwrite_option(parser)
    return parser


def draw(index: int, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (FRAMES, SIZE, SIZE, 3) of one clip, and the grid cell of the object's centre in each."""
    frames, masks, _ = render(SEED, split, index, SIZE, FRAMES)
    middles = [np.argwhere(mask).mean(0) if mask.any() else np.full(2, SIZE / 2) for mask in masks]
    cells = (np.array(middles) * GRID / SIZE).astype(int).clip(0, GRID - 1)
    return frames, cells @ (GRID, 1)


def draw_all(clips: int, split: str, workers: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Normalised images (N, 3, SIZE, SIZE) and their classes (N,)."""
    results = in_processes(partial(draw, split=split), range(clips), workers)
    pictures, labels = zip(*track(results, description=f'drawing {split}', total=clips), strict=True)
    pictures = torch.from_numpy(np.concatenate(pictures)).permute(0, 3, 1, 2).float()
    return (pictures - MEAN) / STD, torch.from_numpy(np.concatenate(labels))


def main(args: Namespace) -> None:
    if args.clips < 8 or args.epochs < 1:
        raise InputError(f'--clips must be at least 8 and --epochs at least 1, not {args.clips} and {args.epochs}')
    check_output(args.out, 'OUT', args.overwrite)
    torch.manual_seed(SEED)
    model = timm.models.VisionTransformer(
        img_size=SIZE, patch_size=16, embed_dim=96, depth=3, num_heads=4, mlp_ratio=2.0, num_classes=GRID * GRID
    )
    pictures, labels = draw_all(args.clips, 'train', args.workers)
    held_out = draw_all(max(args.clips // 8, 1), 'val', args.workers)
    batch_size = min(64, len(pictures))
    steps = args.epochs * (len(pictures) // batch_size)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=steps)
    console = Console()
    for epoch in range(args.epochs):
        order = torch.randperm(len(pictures))[: len(pictures) // batch_size * batch_size]
        for batch in track(order.split(batch_size), description=f'epoch {epoch + 1} of {args.epochs}'):
            loss = F.cross_entropy(model.train()(pictures[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            scores = torch.cat([model.eval()(part) for part in held_out[0].split(256)])
        accuracy = (scores.argmax(1) == held_out[1]).float().mean().item()
        console.print(f'epoch {epoch + 1}: {100 * accuracy:.1f} % of held-out images')
    content = io.BytesIO()
    torch.save(model.state_dict(), content)
    write_output(args.out, content.getbuffer())
    console.print(f'Wrote {args.out}', markup=False)
    config = 'configs/recognition/quickstart/timesformer_divST_moving_shapes_from_images.py'
    console.print(f'next: python tools/train.py {config}', soft_wrap=True)


if __name__ == '__main__':
    run(main, build_parser())
