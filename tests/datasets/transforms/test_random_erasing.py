import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS

from mmaction_vt.errors import InputError


def erase(**options):
    step = TRANSFORMS.build(dict(type='mmaction_vt.RandomErasing', **options))
    frames = [np.full((40, 60, 3), 7 + index, np.uint8) for index in range(4)]
    return np.stack(step(dict(imgs=frames))['imgs'])


def test_a_rectangle_of_all_frames_is_noise():
    np.random.seed(0)
    torch.manual_seed(0)
    for _ in range(20):
        clip = erase(prob=1.0, area_range=(0.1, 0.3), aspect_ratio_range=(0.5, 2.0))
        changed = np.stack([(frame != 7 + index).any(-1) for index, frame in enumerate(clip)]).any(0)
        rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
        height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        assert 0.08 < height * width / (40 * 60) < 0.32 and 0.45 < height / width < 2.2
        box = clip[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert 110 < box.mean() < 145 and box.std() > 60
        assert not np.array_equal(box[0], box[1])


def test_as_often_as_asked():
    np.random.seed(0)
    torch.manual_seed(0)
    erased = [erase(prob=0.25).std() > 5 for _ in range(400)]
    assert 0.18 < np.mean(erased) < 0.32
    assert not any(erase(prob=0.0).std() > 5 for _ in range(20))


def test_refuses_no_probability():
    with pytest.raises(InputError, match=r'must be in \[0, 1\]'):
        erase(prob=25)
