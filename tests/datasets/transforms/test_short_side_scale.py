import numpy as np
import pytest

from mmaction_vt.datasets.transforms import RandomShortSideScale


@pytest.mark.parametrize(('shape', 'expected'), [((48, 64), (60, 80)), ((64, 48), (80, 60)), ((50, 50), (60, 60))])
def test_keeps_proportions(shape, expected):
    results = dict(imgs=[np.zeros((*shape, 3), np.uint8)] * 2, img_shape=shape)
    results = RandomShortSideScale(60, 60)(results)
    assert results['img_shape'] == expected
    assert [img.shape for img in results['imgs']] == [(*expected, 3)] * 2


def test_sizes_are_uniform():
    np.random.seed(0)
    sizes = np.array([RandomShortSideScale(256, 320).draw_size() for _ in range(4000)])
    assert (sizes.min(), sizes.max()) == (256, 320)
    assert abs(sizes.mean() - 288) < 1


def test_inverse_sizes_are_uniform_in_their_inverse():
    np.random.seed(0)
    sizes = np.array([RandomShortSideScale(256, 320, inverse=True).draw_size() for _ in range(4000)])
    assert (sizes.min(), sizes.max()) == (256, 320)
    # the mean of 1 / u for u uniform in [1/b, 1/a] is log(b / a) * a * b / (b - a)
    assert abs(sizes.mean() - np.log(320 / 256) * 256 * 320 / (320 - 256)) < 1
    assert abs((1 / sizes).mean() - (1 / 256 + 1 / 320) / 2) < 1e-5
