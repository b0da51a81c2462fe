import random

import numpy as np
import pytest

from mmaction_vt.datasets.transforms import RandAugment
from mmaction_vt.errors import InputError

POLICY = 'rand-m15-mstd0.5-inc1'


@pytest.fixture
def picture():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (24, 32, 3), np.uint8)


def augment(imgs, policy=POLICY):
    return RandAugment(policy)(dict(imgs=imgs))['imgs']


def test_all_frames_are_changed_alike(picture):
    np.random.seed(0)
    changed = 0
    for _ in range(30):
        imgs = augment([picture.copy() for _ in range(3)])
        assert all(np.array_equal(img, imgs[0]) for img in imgs)
        assert imgs[0].dtype == np.uint8 and imgs[0].shape == picture.shape
        changed += not np.array_equal(imgs[0], picture)
    assert changed > 15  # an operation is left out with a chance of one half, and there are two


def test_follows_the_seed_and_leaves_the_generators_alone(picture):
    def draw():
        np.random.seed(1)
        random.seed(1)
        imgs = [augment([picture])[0] for _ in range(8)]
        return imgs, np.random.rand(), random.random()

    first, second = draw(), draw()
    assert all(np.array_equal(a, b) for a, b in zip(first[0], second[0], strict=True))
    assert first[1:] == second[1:]
    random.seed(1)
    assert first[2] == random.random()  # Python's generator was not moved
    assert len({img.tobytes() for img in first[0]}) > 3  # samples differ


def test_a_longer_clip_is_changed_as_a_shorter_one(picture):
    clips = []
    for length in (2, 5):
        np.random.seed(3)
        clips.append(augment([picture] * length) + augment([picture] * length))
    assert np.array_equal(clips[0][0], clips[1][0])
    assert np.array_equal(clips[0][-1], clips[1][-1])


@pytest.mark.parametrize('policy', ['augmix-m3', 'rand-x7', 'no policy'])
def test_refuses_an_unknown_policy(policy):
    with pytest.raises(InputError, match=f'no RandAugment policy {policy!r}'):
        RandAugment(policy)


def test_each_operation_at_its_largest(picture):
    transform = RandAugment(POLICY)
    names = [op.name for op in transform.augment.ops]
    assert len(names) == 15 and 'PosterizeIncreasing' in names
    ops = transform.augment.ops
    for op in ops:
        op.prob = 1
        transform.augment.ops = [op]
        (img,) = transform(dict(imgs=[picture]))['imgs']
        assert img.shape == picture.shape
        assert img.std() > 10, op.name  # the picture is still there
