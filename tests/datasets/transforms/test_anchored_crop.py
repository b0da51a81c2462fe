import numpy as np
import pytest
from mmaction.registry import TRANSFORMS

from mmaction_vt.errors import InputError


def crop(height=40, width=60, **options):
    """The first pixel (row, column) of the crop, and its shape."""
    step = TRANSFORMS.build(dict(type='mmaction_vt.AnchoredCrop', **options))
    rows, columns = np.mgrid[:height, :width]
    frame = np.stack((rows, columns, rows), axis=2)
    results = step(dict(imgs=[frame, frame], img_shape=(height, width)))
    assert all(np.array_equal(image, results['imgs'][0]) for image in results['imgs'])
    assert results['img_shape'] == results['imgs'][0].shape[:2]
    return tuple(results['imgs'][0][0, 0, :2]), results['img_shape']


def test_lies_where_it_is_anchored():
    assert crop(crop_size=20, anchor=(1.0, 1.0)) == ((20, 40), (20, 20))
    assert crop(crop_size=(20, 30), anchor=(0.0, 1.0)) == ((20, 0), (20, 30))
    assert crop(crop_size=20) == ((10, 20), (20, 20))


def test_jitter_moves_it_within_the_frame():
    np.random.seed(0)
    starts = np.array([crop(crop_size=20, anchor=(1.0, 1.0), jitter=0.5)[0] for _ in range(300)])
    assert starts.min(0).tolist() == [10, 20] and starts.max(0).tolist() == [20, 40]
    assert (starts == [20, 40]).any(1).mean() > 0.4  # half of the shifts end at a border


@pytest.mark.parametrize('options', [dict(anchor=(1.2, 0)), dict(anchor=(1,)), dict(jitter=-0.1)])
def test_refuses_what_is_no_part_of_a_frame(options):
    with pytest.raises(InputError, match='from 0 to 1'):
        crop(crop_size=20, **options)


def test_refuses_a_frame_that_is_too_small():
    with pytest.raises(InputError, match='40x60 pixels has no crop of 50x50'):
        crop(crop_size=50)
