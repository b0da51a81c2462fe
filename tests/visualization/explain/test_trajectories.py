"""Trajectories of points: where they pass, and what is refused."""

import numpy as np
import pytest
import torch
from test_activation_maps import BACKBONES, build, clips

from mmaction_vt.errors import InputError
from mmaction_vt.visualization import point_grid, trajectories

CENTRE = torch.tensor([[16.0, 16.0]])


def test_attention_of_the_points_own_patch():
    model = build(BACKBONES['Motionformer trajectory'])
    points = torch.tensor([[20.0, 4.0], [3.0, 30.0]])  # in patches (0, 2) and (3, 0) of 4 x 4
    paths, maps = trajectories(model, clips(1), points, frame=3, layer='backbone/blocks/0', head=1)
    assert paths.shape == (2, 4, 2) and maps.shape == (2, 2, 4, 4)
    tokens = []
    attn = model.backbone.blocks[0].attn
    hook = attn.register_forward_pre_hook(lambda layer, args: tokens.append(args[0]))
    model.backbone(clips(1))
    hook.remove()
    q, k, _ = attn.project_qkv(tokens[0])
    for map_, patch in zip(maps, (16 + 2, 16 + 12), strict=True):  # of the second tubelet
        plain = (k[0, 1, 1:].view(2, 16, 8) @ q[0, 1, 1 + patch] / 8**0.5).softmax(-1)
        torch.testing.assert_close(map_.flatten(1), plain.detach())
    # The first tubelet's middle lies half a frame behind frame 0, the second's half a frame before frame 3.
    torch.testing.assert_close(paths[:, 3], points)
    places = torch.stack(torch.meshgrid(torch.arange(4), torch.arange(4), indexing='xy'), -1).flatten(0, 1) * 8 + 4.0
    more = (maps.flatten(2) - 1 / 16).clamp_min(0)
    means = more / more.sum(-1, keepdim=True) @ places
    torch.testing.assert_close(paths[:, 0], points + means[:, 0] - means[:, 1])
    torch.testing.assert_close(paths[:, 1], 0.75 * paths[:, 0] + 0.25 * points)


@pytest.mark.parametrize(
    ('name', 'options', 'message'),
    [
        ('Motionformer joint', {}, 'Motionformer with attention_type joint has no trajectories'),
        ('DualFormer', {}, 'DualFormer has no trajectories'),
        ('Motionformer trajectory', dict(frame=4), 'frame 4 is not one of the 4 frames'),
        ('Motionformer trajectory', dict(points=torch.tensor([[32.0, 5.0]])), 'point 32,5 is outside'),
        ('Motionformer trajectory', dict(layer='backbone/blocks/2'), 'unknown block .backbone/blocks/2.'),
        ('Motionformer trajectory', dict(head=-1), 'head -1 is not one of the 2 heads'),
    ],
)
def test_refuses(name, options, message):
    with pytest.raises(InputError, match=message):
        trajectories(build(BACKBONES[name]), clips(1), **{'points': CENTRE, 'frame': 0, **options})


def test_a_grid_of_points():
    np.testing.assert_allclose(point_grid(2, 64, 32), [[16, 8], [48, 8], [16, 24], [48, 24]])
