"""Share of a class activation map on the moving object: ``python benchmarks/maps.py CONFIG CHECKPOINT``.

Held-out moving shapes are rendered with masks of their objects. For each method it prints the ratio of the map's mass
per pixel on the object to that on the background, each averaged over the clips.
"""

import runpy
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import torch
from mmengine.registry import init_default_scope
from rich.console import Console
from torch import Tensor, nn

from mmaction_vt import init_recognizer
from mmaction_vt.visualization import clip_maps
from mmaction_vt.visualization.explain.methods import METHODS
from mmaction_vt.visualization.explain.model_input import prepare

ROOT = Path(__file__).parents[1]
WITHOUT_CLASS_TOKENS = tuple(method for method in METHODS if method != 'attention')


def prepare_clips(config: str, checkpoint: str, count: int) -> tuple[nn.Module, Tensor, Tensor, Tensor]:
    """A trained model, held-out clips in its input format, masks of the objects (N, T, H, W), and labels."""
    render = runpy.run_path(str(ROOT / 'tools' / 'data' / 'moving_shapes.py'))['render']
    model = init_recognizer(config, checkpoint)
    init_default_scope('mmaction')
    clips, masks, labels = zip(*[render(0, 'val', index, 64, 16) for index in range(count)], strict=True)
    frames = np.linspace(0, 15, model.backbone.num_frames).astype(int)
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
