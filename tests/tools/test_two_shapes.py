"""tools/data/moving_shapes.py --objects 2: clips of two objects with the labels of both."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / 'tools' / 'data' / 'moving_shapes.py'
sys.path.insert(0, str(SCRIPT.parent))

import moving_shapes  # noqa: E402

NAMES = list(moving_shapes.CLASSES)


def motion(mask):
    """What an object does, from its centres and areas: the index of a class, or None for rotations."""
    centres = np.array([np.argwhere(frame).mean(0)[::-1] for frame in mask])
    areas = mask.mean((1, 2))
    (x, y), growth = (centres[-1] - centres[0]) / mask.shape[1], areas[-1] / areas[0]
    if growth > 2.5 or growth < 0.4:
        return NAMES.index('growing' if growth > 1 else 'shrinking')
    if max(abs(x), abs(y)) < 0.3:
        return None
    return NAMES.index(('right' if x > 0 else 'left') if abs(x) > abs(y) else ('down' if y > 0 else 'up'))


def test_objects_move_as_their_labels_say():
    for index in range(64):
        first, second = moving_shapes.classes_of_two(index)
        _, masks, labels = moving_shapes.render_two(0, 'train', index, 64, 6)
        assert labels == sorted({first, second})
        for mask, label in zip(masks, (first, second), strict=True):
            if label < NAMES.index('clockwise') and mask.any((1, 2)).all():
                assert motion(mask) == label, index


def test_objects_overlap_little():
    overlaps = []
    for index in range(64):
        first, second = moving_shapes.render_two(0, 'val', index, 48, 6)[1]
        overlaps.append((first & second).sum() / first.sum())
    assert np.mean(overlaps) < 0.03


def test_every_pair_comes_once_in_64_clips():
    pairs = [moving_shapes.classes_of_two(index) for index in range(64)]
    assert len(set(pairs)) == 64
    for start in range(0, 64, 8):
        for objects in zip(*pairs[start : start + 8], strict=True):
            assert sorted(objects) == list(range(8))


def test_clip_depends_on_seed_split_and_index_only():
    clip, masks, _ = moving_shapes.render_two(1, 'train', 13, 32, 4)
    assert clip.shape == (4, 32, 32, 3) and masks.shape == (2, 4, 32, 32)
    assert np.array_equal(clip, moving_shapes.render_two(1, 'train', 13, 32, 4)[0])
    for other in ((2, 'train', 13), (1, 'val', 13), (1, 'train', 77)):
        assert not np.array_equal(clip, moving_shapes.render_two(*other, 32, 4)[0])


def test_program(run_program, tmp_path):
    folder = tmp_path / 'two'
    options = ('--objects', 2, '--train', 9, '--val', 2, '--size', 32, '--frames', 4, '--workers', 1)
    assert run_program(SCRIPT, folder, *options).strip().endswith('9 + 2 clips')
    lines = (folder / 'train.txt').read_text().splitlines()
    assert lines[0] == 'train/000000.mp4 0' and lines[8] == 'train/000008.mp4 0 1'
    assert all((folder / line.split()[0]).stat().st_size for line in lines)
    assert json.loads((folder / 'meta.json').read_text())['data_set'] == 'two_moving_shapes'
    assert run_program(SCRIPT, folder, *options).strip().endswith('complete already')
    assert 'is not this data set' in run_program(SCRIPT, folder, *options[2:], fails=True)


def test_refuses_three_objects(tmp_path):
    with pytest.raises(ValueError, match='objects must be 1 or 2, not 3'):
        moving_shapes.make_dataset(tmp_path / 'three', objects=3)
