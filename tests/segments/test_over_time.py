"""Scores of windows as scores over time."""

import numpy as np
import pytest

from mmaction_vt.segments import ScoresOverTime
from mmaction_vt.segments import over_time as module

FPS = 10


def spans_of(window, stride, total):
    return np.array([(start, start + window) for start in range(0, total - window + 1, stride)])


def plain(spans, scores, middles, seconds, smooth):
    """Means over windows, then over cells, written out; as many cells as frames."""
    means = np.stack(
        [scores[(spans[:, 0] <= frame) & (frame < spans[:, 1])].mean(0) for frame in range(int(spans[-1, 1]))]
    )
    if not smooth:
        return means
    smoothed = []
    for second in seconds:
        distances = np.abs(seconds - second) / smooth
        weights = np.where(distances < 1, (1 + np.cos(np.pi * distances)) / 2, 0)
        smoothed.append((weights[:, None] * means).sum(0) / weights.sum())
    return np.stack(smoothed)


@pytest.mark.parametrize('smooth', [0, 0.3, 2])
@pytest.mark.parametrize('block', [7, 512])
def test_means_and_smoothing_as_written_out(smooth, block, monkeypatch):
    monkeypatch.setattr(module, 'BLOCK', block)
    spans = spans_of(8, 3, 80)
    scores = np.random.default_rng(0).random((len(spans), 4))
    times = np.arange(80) / FPS
    over_time = ScoresOverTime(spans, scores, times, FPS, smooth)
    assert len(over_time) == spans[-1, 1]
    expected = plain(spans, scores, None, over_time.middles, smooth)
    np.testing.assert_allclose(np.concatenate([block for _, block in over_time.blocks()]), expected, atol=1e-12)
    np.testing.assert_allclose(over_time.of([2, 0]), expected[:, [2, 0]], atol=1e-12)
    indices, values = over_time.best(2)
    np.testing.assert_array_equal(indices[:, 0], expected.argmax(1))
    np.testing.assert_allclose(values, np.sort(expected, 1)[:, :-3:-1], atol=1e-6)


def test_cells_are_a_quarter_of_the_stride_and_cover_the_video():
    spans = spans_of(16, 8, 51)
    over_time = ScoresOverTime(spans, np.ones((len(spans), 2)), np.arange(51) / FPS, FPS)
    assert np.diff(over_time.edges).max() == 2 and over_time.edges[-1] == spans[-1, 1]
    np.testing.assert_allclose(over_time.ends[:-1], over_time.starts[1:])
    assert over_time.ends[-1] == pytest.approx(spans[-1, 1] / FPS)


def test_between_windows_there_are_no_scores():
    spans = np.array([[0, 4], [20, 24]])
    over_time = ScoresOverTime(spans, np.ones((2, 3)), np.arange(24) / FPS, FPS, smooth=1)
    inside = (over_time.middles < 0.4) | (over_time.middles > 2)
    scores = over_time.of([0, 1, 2])
    assert (scores[inside] == 1).all() and not scores[~inside].any()


def test_time_stamps_that_jump():
    times = np.arange(40) / FPS + np.where(np.arange(40) < 18, 0, 60)
    spans = spans_of(8, 4, 40)
    over_time = ScoresOverTime(spans, np.ones((len(spans), 1)), times, FPS)
    (cell,) = over_time.breaks
    assert over_time.edges[cell] == 18
    assert over_time.ends[cell - 1] == pytest.approx(1.8) and over_time.starts[cell] == pytest.approx(61.8)
