"""What trained models look at: the moving object, of which the generator of moving shapes knows where it is."""

import runpy

import numpy as np
import pytest
import torch
from conftest import ROOT

from mmaction_vt.visualization import clip_maps, trajectories
from mmaction_vt.visualization.explain.activation_maps import METHODS

benchmark = runpy.run_path(str(ROOT / 'benchmarks' / 'maps.py'))
MODELS = ('timesformer_divST', 'motionformer', 'dualformer', 'vivit', 'vivit_fe')
CLIPS = 40


def look_at(name):
    """A trained model, held-out clips as it takes them, where the object is in them, (N, T, H, W), and their labels."""
    config = ROOT / 'configs' / 'recognition' / 'quickstart' / f'{name}_moving_shapes.py'
    checkpoint = ROOT / 'tests' / 'data' / 'trained' / f'{name}_moving_shapes.pth'
    return benchmark['prepare_clips'](str(config), str(checkpoint), CLIPS)


@pytest.mark.parametrize('name', MODELS)
def test_maps_lie_on_the_object(name):
    model, clips, masks, labels = look_at(name)
    for method in (*METHODS, 'rollout'):
        maps, scores, _ = clip_maps(model, clips, method)
        assert (scores.argmax(1) == labels).float().mean() > 0.9
        assert benchmark['mass_on_objects'](maps, masks) >= 2, method


def test_maps_lie_on_the_moving_limbs():
    """Of people, against the whole picture and against the area that the limbs cover."""
    pytest.importorskip('pybullet')
    config = ROOT / 'configs' / 'recognition' / 'quickstart' / 'dualformer_people.py'
    checkpoint = ROOT / 'tests' / 'data' / 'trained' / 'dualformer_people.pth'
    model, clips, masks, labels = benchmark['prepare_clips'](str(config), str(checkpoint), 15, limbs=True)
    area = benchmark['share_on_objects'](torch.ones_like(masks, dtype=torch.float32), masks)
    for method, least in (('gradcam', 2), ('eigencam', 3)):
        maps, scores, _ = clip_maps(model, clips, method)
        assert (scores.argmax(1) == labels).float().mean() > 0.8
        assert benchmark['mass_on_objects'](maps, masks) >= least, method
        assert benchmark['share_on_objects'](maps, masks) > least * area, method


def test_moving_limbs_are_next_to_the_joints_that_move_most():
    """Fifteen joints in a row of a mask that covers all: the five that move leave the columns next to them."""
    columns = 4.0 * np.arange(15) + 2
    joints = np.stack([columns, np.full(15, 8.0)], axis=-1)[None].repeat(3, axis=0)
    joints[1:, 5:10, 1] += [[3], [6]]
    mask = np.ones((3, 16, 60), bool)
    mask[:, :2] = False
    limbs = benchmark['moving_limbs'](mask, joints)
    assert not limbs[:, :2].any()
    assert limbs[0, 8, 20:40].all()
    assert not limbs[0, 8, :20].any() and not limbs[0, 8, 40:].any()


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
