"""Predictions are drawn below the video."""

import numpy as np

from mmaction_vt.visualization import draw_predictions


def clip(length=4, height=30, width=40, value=90):
    return np.full((length, height, width, 3), value, np.uint8)


def test_predictions_stand_under_the_video():
    out = draw_predictions(clip(), ['waving', 'a very long name of a class that does not fit anywhere'], [0.9, 0.1])
    assert out.shape[0] == 4 and out.shape[2] == 400
    assert (out[:, 10:290, 10:390] == 90).all()
    assert out.shape[1] > 300 and not (out[0, 305:] == out[0, -1, -1]).all()


def test_the_bar_of_time_grows():
    out = draw_predictions(clip(8), ['waving'], [1.0])
    lengths = [(frame[301] == frame[301, 0]).all(-1).sum() for frame in out]
    assert lengths == sorted(lengths) and lengths[-1] == 400
