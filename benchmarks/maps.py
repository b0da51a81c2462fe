"""Share of a class activation map on what moves: ``python benchmarks/maps.py CONFIG CHECKPOINT``.

Held-out moving shapes, or for a model of people (``class_names = 'people'``) held-out people, are rendered with masks.
For each method it prints the ratio of the map's mass per pixel on the object or person to that on the background, each
averaged over the clips.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from mmengine.registry import init_default_scope
from rich.console import Console
from torch import Tensor, nn

from mmaction_vt import init_recognizer
from mmaction_vt.utils.config import load_config
from mmaction_vt.visualization import clip_maps
from mmaction_vt.visualization.explain.methods import METHODS
from mmaction_vt.visualization.explain.model_input import prepare

ROOT = Path(__file__).parents[1]
SIZE, FRAMES = 64, 16  # of a rendered clip
NEW_SEED, RATE = 100, 8  # of people; the seed is not that of the data set
WITHOUT_CLASS_TOKENS = tuple(method for method in METHODS if method != 'attention')


class Rendered(NamedTuple):
    """A clip (T, H, W, 3), the mask of what moves (T, H, W), and its label."""

    frames: np.ndarray
    mask: np.ndarray
    label: int


def render(data_set: str | None, index: int) -> Rendered:
    """A held-out clip of ``people``, or else of moving shapes."""
    sys.path.insert(0, str(ROOT / 'tools' / 'data'))
    if data_set == 'people':
        from people.render import render as render_person

        return Rendered(*render_person(NEW_SEED, 'val', index, SIZE, FRAMES, RATE)[:2], index % 15)
    from moving_shapes import render as render_shape

    return Rendered(*render_shape(0, 'val', index, SIZE, FRAMES))


def prepare_clips(config: str, checkpoint: str, count: int) -> tuple[nn.Module, Tensor, Tensor, Tensor]:
    """A trained model, held-out clips in its input format, masks of what moves (N, T, H, W), and labels."""
    data_set = load_config(config).get('class_names')
    model = init_recognizer(config, checkpoint)
    init_default_scope('mmaction')
    clips, masks, labels = zip(*[render(data_set, index) for index in range(count)], strict=True)
    frames = np.linspace(0, FRAMES - 1, getattr(model.backbone, 'num_frames', FRAMES)).astype(int)
    views = torch.from_numpy(np.stack(clips)[:, frames]).permute(0, 4, 1, 2, 3)
    return model, prepare(model, views), torch.from_numpy(np.stack(masks)[:, frames]), torch.tensor(labels)


def mass_on_objects(maps: Tensor, masks: Tensor) -> float:
    """Ratio of the mass per pixel on the object to that on the background, of maps (N, T, H, W)."""
    on_object = (maps * masks).sum((1, 2, 3)) / masks.sum((1, 2, 3))
    on_background = (maps * ~masks).sum((1, 2, 3)) / (~masks).sum((1, 2, 3))
    return float(on_object.mean() / on_background.mean())


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('--clips', type=int, default=40)
    args = parser.parse_args()
    model, clips, masks, _ = prepare_clips(args.config, args.checkpoint, args.clips)
    ratios = {method: mass_on_objects(clip_maps(model, clips, method).maps, masks) for method in WITHOUT_CLASS_TOKENS}
    Console(soft_wrap=True).print(', '.join(f'{method} {ratio:.1f}' for method, ratio in ratios.items()))


if __name__ == '__main__':
    main()
