"""A gallery marks right and wrong predictions."""

import numpy as np

from mmaction_vt.visualization import draw_gallery
from mmaction_vt.visualization.draw.gallery import RIGHT, WRONG


def clip(length=4, height=30, width=40, value=90):
    return np.full((length, height, width, 3), value, np.uint8)


def has_colour(picture, colour):
    return bool((picture == np.array(colour, np.uint8)).all(-1).any())


def test_gallery_says_what_is_right():
    out = draw_gallery([clip(2), clip(5)], ['left 99 %', 'right 51 %'], [True, False], columns=2, side=60)
    assert len(out) == 5
    assert has_colour(out, RIGHT) and has_colour(out, WRONG)
    assert not has_colour(draw_gallery([clip()], ['left'], [True]), WRONG)
