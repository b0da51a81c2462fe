"""A figure of the web page: what the model saw, beside what a method makes visible in it."""

import base64
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from web_clips import Seen

from mmaction_vt.apis.predictions import name_of
from mmaction_vt.visualization import clip_maps, draw_overlay, draw_paths, point_grid, trajectories, write_clip
from mmaction_vt.visualization.explain.methods import TRAJECTORY, describe_layer
from mmaction_vt.visualization.explain.model_input import as_frames, prepare

WIDTH = 256  # of a frame, in pixels
POINTS = 5  # along each side, of trajectories
TITLES = {
    'gradcam': 'Grad-CAM',
    'gradcam++': 'Grad-CAM++',
    'layercam': 'LayerCAM',
    'eigencam': 'EigenCAM',
    'rollout': 'Attention rollout',
    'attention': 'Attention of the class token',
    TRAJECTORY: 'Trajectories',
}
SHOWN = {
    'eigencam': 'the strongest component of the features, whatever the class',
    'rollout': 'attention from the classifier back through all layers, whatever the class',
    'attention': 'what the class token attends to, whatever the class',
}  # others show evidence for a class


def titles_of(methods: Sequence[str]) -> list[tuple[str, str]]:
    """The titles of methods, each with the method."""
    return [(TITLES.get(method, method), method) for method in methods]


def draw(model: Any, seen: Seen, method: str) -> str:
    """A figure of a clip.

    Args:
        model: The recognizer.
        seen: The clip.
        method: One of ``METHODS``, or ``trajectory``.

    Raises:
        InputError: If the model does not support the method.
    """
    clip = prepare(model, seen.view)
    frames = as_frames(seen.view)
    if method == TRAJECTORY:
        drawn = beside_paths(model, frames, clip)
        shown = 'the paths of points by trajectory attention, from the middle frame'
        what = words = shown
    else:
        maps = clip_maps(model, clip, method, category=seen.best.class_index).maps
        drawn = enlarge(draw_overlay(frames, maps[0].cpu().numpy(), alpha=0.6, beside=True), 2 * WIDTH)
        label = escape(name_of(seen.best))
        words = SHOWN.get(method, f'evidence for {label}')
        what = SHOWN.get(method, f'evidence for <b>{label}</b>') + ', brighter is stronger'
    layer = describe_layer(model, method, None)
    data = encode(drawn, seen.fps)
    return (
        f'<figure><video src="data:video/mp4;base64,{data}" autoplay loop muted playsinline controls '
        f'aria-label="The clip as the model saw it, beside the same clip with {words}"></video><figcaption>Left: the '
        f'model input. Right: {what} ({escape(method)}, {escape(layer)}).</figcaption></figure>'
    )


def beside_paths(model: nn.Module, frames: np.ndarray, clip: torch.Tensor) -> np.ndarray:
    """Frames (T, H, 2 W, 3): those of a clip, and the same with trajectories of a grid of points."""
    count, height, width = clip.shape[2:]
    points = torch.from_numpy(point_grid(POINTS, width, height))
    paths = trajectories(model, clip, points, count // 2).paths.cpu().numpy()
    large = enlarge(frames, WIDTH)
    drawn = draw_paths(large, paths * (large.shape[2] / width), large.shape[2])
    return np.concatenate((large, drawn), axis=2)


def enlarge(frames: np.ndarray, width: int) -> np.ndarray:
    """Frames (T, H, W, 3) of at least a width, by repeating pixels."""
    times = max(-(-width // frames.shape[2]), 1)
    return frames.repeat(times, axis=1).repeat(times, axis=2)


def encode(frames: np.ndarray, fps: float) -> str:
    """Frames (T, H, W, 3) as an H.264 video in base64."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'clip.mp4'
        write_clip(path, frames, fps)
        return base64.b64encode(path.read_bytes()).decode()
