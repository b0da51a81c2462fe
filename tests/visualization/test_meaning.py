"""What trained models look at: the moving object, of which the generator of moving shapes knows where it is."""

import runpy

import numpy as np
import pytest
import torch
from conftest import ROOT
from mmengine.registry import init_default_scope

from mmaction_vt import init_recognizer
from mmaction_vt.visualization import clip_maps, trajectories
from mmaction_vt.visualization.activation_maps import METHODS
from mmaction_vt.visualization.model_input import prepare

render = runpy.run_path(str(ROOT / 'tools' / 'data' / 'moving_shapes.py'))['render']
MODELS = ('timesformer_divST', 'motionformer', 'dualformer', 'vivit', 'vivit_fe')
CLIPS = 40


def look_at(name):
    """A trained model, held-out clips as it takes them, and where the object is in them, (N, T, H, W)."""
    config = ROOT / 'configs' / 'recognition' / 'quickstart' / f'{name}_moving_shapes.py'
    model = init_recognizer(str(config), str(ROOT / 'tests' / 'data' / 'trained' / f'{name}_moving_shapes.pth'))
    init_default_scope('mmaction')
    clips, masks, labels = zip(*[render(0, 'val', index, 64, 16) for index in range(CLIPS)], strict=True)
    frames = np.linspace(0, 15, model.backbone.num_frames).astype(int)
    views = torch.from_numpy(np.stack(clips)[:, frames]).permute(0, 4, 1, 2, 3)
    return model, prepare(model, views), torch.from_numpy(np.stack(masks)[:, frames]), torch.tensor(labels)


@pytest.mark.parametrize('name', MODELS)
def test_maps_lie_on_the_object(name):
    model, clips, masks, labels = look_at(name)
    for method in (*METHODS, 'rollout'):
        maps, scores, _ = clip_maps(model, clips, method)
        assert (scores.argmax(1) == labels).float().mean() > 0.9
        on_object = (maps * masks).sum((1, 2, 3)) / masks.sum((1, 2, 3))
        on_background = (maps * ~masks).sum((1, 2, 3)) / (~masks).sum((1, 2, 3))
        assert on_object.mean() >= 2 * on_background.mean(), method


def test_trajectories_follow_the_object():
    model, clips, masks, _ = look_at('motionformer')
    rows, columns = torch.meshgrid(torch.arange(64) + 0.5, torch.arange(64) + 0.5, indexing='ij')
    count = masks.sum((2, 3)).clamp_min(1)
    centres = torch.stack(((masks * columns).sum((2, 3)) / count, (masks * rows).sum((2, 3)) / count), dim=-1)
    followed, stood_still = [], []
    for clip, mask, centre in zip(clips, masks, centres, strict=True):
        seen = mask.any((1, 2))
        for frame in (0, 7, 15):
            if seen[frame]:
                point = centre[frame]
                path = trajectories(model, clip[None], point[None], frame).paths[0]
                followed.append((path - centre)[seen].norm(dim=1).mean())
                stood_still.append((point - centre)[seen].norm(dim=1).mean())
    assert len(followed) >= 100
    assert torch.stack(followed).mean() < 0.5 * torch.stack(stood_still).mean()
