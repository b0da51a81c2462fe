"""Model inputs: the clips of a video as in testing."""

import copy
import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.logging import print_log
from PIL import Image
from torch import Tensor, nn

from ...errors import InputError
from ...utils.files import FRAME_SUFFIXES


def read_views(config: Config, source: str | Path) -> Tensor:
    """All views of a video, from the config's test pipeline.

    Args:
        config: A config with ``test_pipeline``.
        source: A video, or a folder of frames, in the order of their names.

    Returns:
        (views, 3, T, H, W) in uint8, in RGB.

    Raises:
        InputError: If there is no test pipeline, or the source cannot be read.
    """
    if 'test_pipeline' not in config:
        raise InputError('the config has no test_pipeline to read a video with')
    steps = copy.deepcopy(list(config.test_pipeline))
    source = Path(source)
    if source.is_dir():
        frames = read_frames(source)
        results = dict(array=frames, total_frames=len(frames), modality='RGB', start_index=0, label=-1)
        kept = []
        for step in steps:
            name = step['type'].rpartition('.')[2]
            if name.endswith('Decode'):
                kept.append(dict(type='ArrayDecode'))
            elif not name.endswith('Init'):
                kept.append(step)
        steps = kept
    else:
        results = dict(filename=str(source), modality='RGB', start_index=0, label=-1)
    results = Compose(steps[:-1])(results)
    frames, clip_len = results.get('total_frames', 0), results.get('clip_len', 0)
    if frames < clip_len:
        text = f'{source} has {frames} frames, fewer than the {clip_len} of a clip: frames are repeated'
        print_log(text, 'current', logging.WARNING)
    return check_views(Compose(steps[-1:])(results)['inputs'])


def check_views(views: Tensor) -> Tensor:
    """Check the shape of views (views, 3, T, H, W), and return them.

    Raises:
        InputError: If they have another shape.
    """
    if views.ndim != 5:
        raise InputError(f'the test pipeline returns inputs of shape {tuple(views.shape)}, not (views, 3, T, H, W)')
    return views


def read_frames(folder: Path) -> np.ndarray:
    """The pictures of a folder, (T, H, W, 3) in RGB.

    Raises:
        InputError: If there are none, or their sizes differ.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in FRAME_SUFFIXES)
    if not paths:
        raise InputError(f'folder {folder} has no frames ({", ".join(FRAME_SUFFIXES)})')
    frames = [np.asarray(Image.open(path).convert('RGB')) for path in paths]
    if len({frame.shape for frame in frames}) > 1:
        raise InputError(f'the frames in {folder} have different sizes')
    return np.stack(frames)


def pick_view(views: Tensor, view: int | None) -> Tensor:
    """One view (1, 3, T, H, W). Default: the middle one.

    Raises:
        InputError: If there is no such view.
    """
    view = len(views) // 2 if view is None else view
    if not 0 <= view < len(views):
        raise InputError(f'view {view} is not one of the {len(views)} views of the test pipeline, numbered from 0')
    return views[view : view + 1]


def prepare(model: nn.Module, views: Tensor) -> Tensor:
    """Views (N, 3, T, H, W) in uint8, normalised and on the model's device."""
    batch = pseudo_collate([dict(inputs=view[None], data_samples=None) for view in views])
    batch['data_samples'] = None
    device = next(model.parameters()).device
    preprocessor: Any = model.data_preprocessor
    return preprocessor.to(device)(batch)['inputs'].flatten(0, 1)


def as_frames(view: Tensor) -> np.ndarray:
    """One view (1, 3, T, H, W) as frames (T, H, W, 3) in uint8."""
    return view[0].permute(1, 2, 3, 0).to(torch.uint8).cpu().numpy()
