"""Moving shapes with boxes: boxes enclose the shapes, classes are balanced, and the files are those of the data set."""

import sys
from collections import Counter

import numpy as np
import pytest
from conftest import ROOT
from mmengine.registry import init_default_scope

from mmaction_vt.datasets import BoxListDataset

PROGRAM = 'tools/data/shapes_with_boxes.py'


@pytest.fixture(scope='module')
def shapes():
    sys.path.insert(0, str(ROOT / 'tools' / 'data'))
    try:
        import shapes_with_boxes
    finally:
        sys.path.pop(0)
    return shapes_with_boxes


def test_boxes_enclose_the_shapes(shapes):
    scene = shapes.render(0, 'train', 2, 64, 6)
    assert len(scene.labels) == len(scene.masks) == 4
    for masks in scene.masks:
        for mask in masks:
            x1, y1, x2, y2 = (round(64 * corner) for corner in shapes.box_of(mask))
            inside = np.zeros_like(mask)
            inside[y1:y2, x1:x2] = True
            assert not (mask & ~inside).any()
            assert mask[y1].any() and mask[y2 - 1].any() and mask[:, x1].any() and mask[:, x2 - 1].any()
    assert shapes.box_of(np.zeros((4, 4), bool)) is None


def test_clips_depend_on_seed_split_and_index_only(shapes):
    first, again = (shapes.render(0, 'train', 5, 64, 3) for _ in range(2))
    assert np.array_equal(first.frames, again.frames) and first.labels == again.labels
    assert not np.array_equal(first.frames, shapes.render(1, 'train', 5, 64, 3).frames)
    assert not np.array_equal(first.frames, shapes.render(0, 'val', 5, 64, 3).frames)


def test_classes_are_equally_frequent(shapes):
    counts = Counter(label for index in range(1200) for label in shapes.classes_of(index))
    assert set(counts) == set(range(8)) and max(counts.values()) < 1.15 * min(counts.values())
    assert {len(shapes.classes_of(index)) for index in range(9)} == {2, 3, 4}


def test_program(run_program, tmp_path):
    init_default_scope('mmaction')
    options = ['--train', 3, '--val', 2, '--frames', 4, '--size', 64, '--workers', 1]
    assert '3 + 2 clips' in run_program(PROGRAM, tmp_path / 'a', *options, '--long', 2)
    assert 'complete already' in run_program(PROGRAM, tmp_path / 'a', *options)
    assert 'choose another folder' in run_program(PROGRAM, tmp_path / 'a', *options, '--seed', 1, fails=True)
    folder = tmp_path / 'a'
    for name, frames in (('train', 3), ('long', 8)):
        data = BoxListDataset(
            str(folder / f'{name}.csv'), [], 8, dict(video=str(folder)), label_file=str(folder / 'labels.txt')
        )
        assert len(data) == frames
