"""Share of a class activation map on what moves: ``python benchmarks/maps.py CONFIG CHECKPOINT``.

Held-out moving shapes, or for a model of people (``class_names = 'people'``) held-out people, are rendered with masks;
``--limbs`` takes of a person only what is next to the joints that move most. For each method it prints the ratio of the
map's mass per pixel on the mask to that elsewhere, each averaged over the clips, and the share of the map on the mask.
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
FASTEST = 5  # of a person's 15 joints: those that move most in a clip
WITHOUT_CLASS_TOKENS = tuple(method for method in METHODS if method != 'attention')


class Rendered(NamedTuple):
    """A clip (T, H, W, 3), the mask of what moves (T, H, W), and its label."""

    frames: np.ndarray
    mask: np.ndarray
    label: int


def render(data_set: str | None, index: int, limbs: bool = False) -> Rendered:
    """A held-out clip of ``people``, with the mask of the person or of the moving limbs, or else of moving shapes."""
    sys.path.insert(0, str(ROOT / 'tools' / 'data'))
    if data_set == 'people':
        from people.render import render as render_person

        frames, masks, joints, label = render_person(NEW_SEED, 'val', index, SIZE, FRAMES, RATE)
        return Rendered(frames, moving_limbs(masks, joints) if limbs else masks, label)
    from moving_shapes import render as render_shape

    return Rendered(*render_shape(0, 'val', index, SIZE, FRAMES))


def moving_limbs(masks: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """The pixels of masks (T, H, W) whose nearest joint, of joints (T, J, 2), is one of those that move most."""
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(0)
    fastest = np.isin(np.arange(len(speed)), np.argsort(speed)[-FASTEST:])
    rows, columns = np.indices(masks.shape[1:]) + 0.5
    x, y = joints[..., None, None].transpose(2, 0, 1, 3, 4)
    nearest = np.hypot(columns - x, rows - y).argmin(1)
    return masks & fastest[nearest]


def prepare_clips(
    config: str, checkpoint: str, count: int, limbs: bool = False
) -> tuple[nn.Module, Tensor, Tensor, Tensor]:
    """A trained model, held-out clips in its input format, masks of what moves (N, T, H, W), and labels."""
    data_set = load_config(config).get('class_names')
    model = init_recognizer(config, checkpoint)
    init_default_scope('mmaction')
    clips, masks, labels = zip(*[render(data_set, index, limbs) for index in range(count)], strict=True)
    frames = np.linspace(0, FRAMES - 1, getattr(model.backbone, 'num_frames', FRAMES)).astype(int)
    views = torch.from_numpy(np.stack(clips)[:, frames]).permute(0, 4, 1, 2, 3)
    return model, prepare(model, views), torch.from_numpy(np.stack(masks)[:, frames]), torch.tensor(labels)


def mass_on_objects(maps: Tensor, masks: Tensor) -> float:
    """Ratio of the mass per pixel on the object to that on the background, of maps (N, T, H, W)."""
    on_object = (maps * masks).sum((1, 2, 3)) / masks.sum((1, 2, 3))
    on_background = (maps * ~masks).sum((1, 2, 3)) / (~masks).sum((1, 2, 3))
    return float(on_object.mean() / on_background.mean())


def share_on_objects(maps: Tensor, masks: Tensor) -> float:
    """Share of the maps (N, T, H, W) on the objects, averaged over the clips."""
    return float(((maps * masks).sum((1, 2, 3)) / maps.sum((1, 2, 3))).mean())


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('--clips', type=int, default=40)
    parser.add_argument('--limbs', action='store_true', help='of people, the limbs that move most')
    args = parser.parse_args()
    model, clips, masks, _ = prepare_clips(args.config, args.checkpoint, args.clips, args.limbs)
    maps = {method: clip_maps(model, clips, method).maps for method in WITHOUT_CLASS_TOKENS}
    ratios = ', '.join(f'{method} {mass_on_objects(seen, masks):.1f}' for method, seen in maps.items())
    shares = ', '.join(f'{method} {share_on_objects(seen, masks):.1%}' for method, seen in maps.items())
    area = share_on_objects(torch.ones_like(masks, dtype=torch.float32), masks)
    Console(soft_wrap=True).print(f'mass per pixel: {ratios}\nshare of the map: {shares}; of the area {area:.1%}')


if __name__ == '__main__':
    main()
