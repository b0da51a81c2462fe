"""Heat maps are blended with frames."""

import numpy as np
import pytest

from mmaction_vt.errors import InputError
from mmaction_vt.visualization import draw_overlay


def test_overlay():
    frames = np.full((2, 8, 8, 3), 100, np.uint8)
    maps = np.zeros((2, 8, 8))
    maps[1, 2, 3] = 1
    out = draw_overlay(frames, maps, 'gray', alpha=0.6, beside=True)
    assert out.shape == (2, 8, 16, 3) and (out[:, :, :8] == 100).all()
    assert out[1, 2, 11].tolist() == [193] * 3  # 0.6 * 255 + 0.4 * 100
    assert (out[0, :, 8:] == 100).all()  # nothing is drawn where the map is 0
    for options, message in ((dict(colormap='rainbows'), 'viridis'), (dict(alpha=2), r'in \[0, 1\]')):
        with pytest.raises(InputError, match=message):
            draw_overlay(frames, maps, **options)
