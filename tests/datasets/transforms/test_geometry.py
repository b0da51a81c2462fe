"""Where test crops lie, by the formulas of mmaction2 and of PySlowFast."""

import math

import numpy as np
import pytest

from mmaction_vt.datasets.transforms import VideoToClips
from mmaction_vt.datasets.transforms.geometry import TestCrops, UniformCrops
from mmaction_vt.errors import InputError
from mmaction_vt.visualization.explain.model_input import pick_view

# Height and width of a frame, its shorter side resized; what its longer side becomes, and the offsets of the first end,
# the middle and the last end, as PySlowFast has them; likewise mmaction2's.
SIZES = [
    ((256, 340), 224, (297, [0, 37, 73]), (298, [0, 37, 74])),  # 297.5 pixels
    ((256, 340), 256, (340, [0, 42, 84]), (340, [0, 42, 84])),
    ((256, 340), 336, (446, [0, 55, 110]), (446, [0, 55, 110])),  # 446.25
    ((341, 256), 224, (298, [0, 37, 74]), (298, [0, 37, 74])),  # 298.375
    ((341, 256), 256, (341, [0, 43, 85]), (341, [0, 42, 84])),
    ((341, 256), 336, (447, [0, 56, 111]), (448, [0, 56, 112])),  # 447.5625
    ((256, 454), 224, (397, [0, 87, 173]), (397, [0, 86, 172])),  # 397.25
    ((256, 454), 256, (454, [0, 99, 198]), (454, [0, 99, 198])),
    ((256, 454), 336, (595, [0, 130, 259]), (596, [0, 130, 260])),  # 595.875
    ((224, 454), 224, (454, [0, 115, 230]), (454, [0, 115, 230])),
    ((256, 256), 224, (224, [0, 0, 0]), (224, [0, 0, 0])),
]


@pytest.mark.parametrize(('frame', 'side', 'pyslowfast', 'mmaction2'), SIZES)
def test_three_crops(frame, side, pyslowfast, mmaction2):
    axis = 0 if frame[0] > frame[1] else 1

    def check(crops, expected, order):
        plan = crops(side, side, 3).plan(frame)
        assert plan.source == (0, 0, *frame)
        assert plan.size == ((expected[0], side) if axis == 0 else (side, expected[0]))
        offsets = [(box.top, box.left) for box in plan.views]
        assert [offset[axis] for offset in offsets] == [expected[1][place] for place in order]
        assert {offset[1 - axis] for offset in offsets} == {0}
        assert {box[2:] for box in plan.views} == {(side, side)}
        middle = crops(side, side, 1).plan(frame)
        assert middle.size == plan.size and middle.views == (plan.views[order.index(1)],)

    check(UniformCrops, pyslowfast, [0, 1, 2])
    check(TestCrops, mmaction2, [0, 2, 1])


def test_a_crop_that_is_smaller_than_the_shorter_side():
    # 256 x 341 stays; 224 of 256 leave 32 and 224 of 341 leave 117
    assert UniformCrops(256, 224, 1).plan((256, 341)).views[0][:2] == (16, 59)
    assert TestCrops(256, 224, 1).plan((256, 341)).views[0][:2] == (16, 58)
    # 341 x 255 becomes 342 x 256: 118 and 32 are left
    assert UniformCrops(256, 224, 3).plan((341, 255)).views[1][:2] == (59, 16)


def test_a_frame_that_has_its_size_is_left_as_it_is():
    for width in range(224, 700):  # width / 224 * 224 is not always width in floating point
        assert UniformCrops(224, 224, 1).plan((224, width)).size == (224, width)
    assert any(math.floor(width / 224 * 224) < width for width in range(224, 700))


def test_views_of_a_clip():
    frames = np.random.default_rng(0).integers(0, 255, (6, 48, 71, 3), np.uint8)
    sampling = dict(type='mmaction_vt.SampleClipsInTime', clip_len=3, frame_interval=1, num_clips=2, test_mode=True)
    three = VideoToClips(sampling, crop='three', test_crops='pyslowfast', short_side=48, size=48)
    views = three(dict(array=frames, filename=''))
    lefts, clips = (0, 12, 23), [frames[number].transpose(0, 3, 1, 2) for number in views['frame_inds'].reshape(2, 3)]
    for number, (left, clip) in enumerate((left, clip) for left in lefts for clip in clips):
        cut = clip[..., left : left + 48].transpose(1, 0, 2, 3)
        np.testing.assert_array_equal(views['imgs'][number], cut)
    middle = VideoToClips(sampling, crop='center', test_crops='pyslowfast', short_side=48, size=48)
    np.testing.assert_array_equal(middle(dict(array=frames, filename=''))['imgs'], views['imgs'][2:4])
    assert pick_view(views['imgs'], None)[0] in views['imgs'][2:4]  # a single view of three crops is of the middle


def test_refuses_other_roundings():
    with pytest.raises(InputError, match=r'unknown test_crops of VideoToClips .*; choose from mmaction2, pyslowfast'):
        VideoToClips(dict(type='mmaction_vt.SampleSegments', clip_len=2), test_crops='torchvision')
