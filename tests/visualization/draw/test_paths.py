"""Paths of points are drawn over frames."""

import numpy as np

from mmaction_vt.visualization import draw_paths


def test_draws_paths():
    frames = np.zeros((3, 32, 64, 3), np.uint8)
    paths = np.stack([np.array([[8, 16], [32, 16], [56, 16]], np.float32)])
    out = draw_paths(frames, paths, width=128)
    assert out.shape == (3, 64, 128, 3)
    for time, (x, y) in enumerate(paths[0]):
        assert out[time, int(2 * y), int(2 * x)].sum() > 200  # the point is there
        assert out[time, 4].sum() == 0
    assert out[1, 32, 90].sum() == 0  # not where it will be
    assert 0 < out[2, 32, 36].sum() < out[2, 32, 90].sum()  # the older part is fainter
