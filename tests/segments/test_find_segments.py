"""Segments from scores over time."""

from itertools import pairwise, product

import numpy as np
import pytest

from mmaction_vt.segments import ScoresOverTime, Segment, f1_score, find_segments, tiou
from mmaction_vt.segments import decode as decode_module
from mmaction_vt.segments import over_time as module

NAMES = ['run', 'jump', 'rest']


def over_time(classes, score=0.9, fps=10, times=None):
    """Scores of windows of one frame, each of one class; -1 for none."""
    classes = np.array(classes)
    scores = np.full((len(classes), 3), 0.05)
    known = np.flatnonzero(classes >= 0)
    scores[known, classes[known]] = score
    frames = np.arange(len(classes))
    times = frames / fps if times is None else times
    return ScoresOverTime(np.stack([frames, frames + 1], 1), scores, times, fps)


def rows(segments):
    return [(round(segment.start, 3), round(segment.end, 3), segment.class_index) for segment in segments]


@pytest.mark.parametrize('block', [1, 3, 512])
def test_runs_do_not_depend_on_blocks(block, monkeypatch):
    monkeypatch.setattr(module, 'BLOCK', block)
    segments = find_segments(over_time([0] * 10 + [1] * 5 + [-1] * 4 + [0] * 2), NAMES, 0.5)
    assert rows(segments) == [(0, 1, 0), (1, 1.5, 1), (1.9, 2.1, 0)]
    assert [segment.label for segment in segments] == ['run', 'jump', 'run']
    assert all(segment.score == pytest.approx(0.9) for segment in segments)


def test_a_threshold_above_all_scores_leaves_none():
    assert find_segments(over_time([0, 1, 1]), NAMES, 0.95) == []


def test_a_gap_is_closed_and_what_is_in_it_dropped():
    scores = over_time([0] * 10 + [1] * 2 + [0] * 10 + [-1] * 5 + [0] * 3)
    assert rows(find_segments(scores, NAMES, 0.5, merge_gap=0.3)) == [(0, 2.2, 0), (2.7, 3, 0)]
    assert rows(find_segments(scores, NAMES, 0.5, merge_gap=0.6)) == [(0, 3, 0)]
    assert len(find_segments(scores, NAMES, 0.5)) == 4


def test_short_segments_are_dropped_after_gaps_are_closed():
    scores = over_time([0] * 3 + [-1] + [0] * 3 + [1] * 4)
    assert rows(find_segments(scores, NAMES, 0.5, min_duration=0.5)) == []
    assert rows(find_segments(scores, NAMES, 0.5, min_duration=0.5, merge_gap=0.15)) == [(0, 0.7, 0)]


def test_several_labels_at_a_time_each_with_its_threshold():
    frames = np.arange(10)
    scores = np.zeros((10, 3))
    scores[:6, 0], scores[4:, 1], scores[:, 2] = 0.5, 0.7, 0.6
    grid = ScoresOverTime(np.stack([frames, frames + 1], 1), scores, frames / 10, 10)
    found = find_segments(grid, NAMES, [0.4, 0.6, 0.65], several=True)
    assert rows(found) == [(0, 0.6, 0), (0.4, 1, 1)]
    assert rows(find_segments(grid, NAMES, 0.55, several=True, merge_gap=5)) == [(0, 1, 2), (0.4, 1, 1)]


def test_no_segment_extends_over_a_jump_of_the_time_stamps():
    times = np.arange(20) / 10 + np.where(np.arange(20) < 9, 0, 30)
    found = find_segments(over_time([0] * 20, times=times), NAMES, 0.5, merge_gap=5)
    assert rows(found) == [(0, 0.9, 0), (30.9, 32, 0)]


def segment(start, end, index=0, score=1.0):
    return Segment(start, end, NAMES[index], index, score)


def test_f1_score():
    truth = [segment(0, 2), segment(2, 4, 1), segment(4, 6)]
    assert tiou(segment(0, 2), segment(1, 3)) == pytest.approx(1 / 3)
    assert f1_score(truth, truth, 1.0) == 1 and f1_score([], truth) == 0 and f1_score([], []) == 1
    assert f1_score([segment(0, 2, 1)], truth) == 0  # another class
    twice = [segment(0, 2), segment(0.1, 2)]
    assert f1_score(twice, truth) == pytest.approx(2 * 1 / 5)  # a segment of the truth is found once
    assert f1_score([segment(0, 1.1)], truth, 0.5) == pytest.approx(2 / 4)
    assert f1_score([segment(0, 0.9)], truth, 0.5) == 0


def best_sequence(scores, durations, cost):
    """The best of all sequences of labels, tried one by one."""
    gains = np.log(scores + decode_module.FLOOR) * durations[:, None]

    def total(labels):
        changes = sum(first != second for first, second in pairwise(labels))
        return sum(gains[cell, label] for cell, label in enumerate(labels)) - cost * changes

    return max(product(range(scores.shape[1]), repeat=len(scores)), key=total)


@pytest.mark.parametrize('cost', [0, 0.1, 0.5, 5])
def test_decoding_finds_the_best_of_all_sequences(cost, monkeypatch):
    monkeypatch.setattr(module, 'BLOCK', 3)
    rng = np.random.default_rng(4)
    for _ in range(5):
        scores = rng.dirichlet([0.3] * 3, 7)
        frames = np.arange(7)
        grid = ScoresOverTime(np.stack([frames, frames + 1], 1), scores, frames / 2, 2)
        labels = decode_module.decode(grid, cost)
        assert tuple(labels.tolist()) == best_sequence(scores, grid.ends - grid.starts, cost)


def test_a_cost_of_changes_closes_a_short_doubt_and_the_threshold_is_of_the_mean():
    scores = over_time([0] * 10 + [1] + [0] * 10 + [1] * 10)
    assert len(find_segments(scores, NAMES, 0.5)) == 4
    assert rows(find_segments(scores, NAMES, 0.5, change_cost=0.5)) == [(0, 2.1, 0), (2.1, 3.1, 1)]
    assert rows(find_segments(scores, NAMES, 0.88, change_cost=0.5)) == [(2.1, 3.1, 1)]
