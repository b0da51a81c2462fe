"""A model that is slower than its camera does not fall behind."""

from itertools import islice

import numpy as np
import pytest
from stand_ins import SlowModel

from mmaction_vt import StreamRecognizer, init_recognizer
from mmaction_vt.live import CutSample, Mailbox, NewestWindow


def sample(number, restart=False, size=8, value=None):
    crops = np.full((1, size, size, 3), number % 256 if value is None else value, np.uint8)
    return CutSample(number, number / 10, crops, restart or number == 0)


def simulate(busy, skip=True, total=400, window=8, stride=4):
    """A camera and a model that is busy for the time of so many frames with each window; the lags in frames.

    No clock is involved: while a window is scored, the camera puts frames into the queue.
    """
    camera = iter(range(total))
    mailbox = Mailbox(window + stride if skip else total, newest=True)
    captured = [-1]

    def capture(count):
        for number in islice(camera, count):
            captured[0] = number
            mailbox.put(sample(number))

    model = SlowModel(window, stride, scoring=lambda: capture(busy))
    windows, lags = NewestWindow(model, skip=skip), []
    while captured[0] < total - 1:
        capture(1)
        lags += [captured[0] - prediction.last_frame for prediction in windows.feed(mailbox.take(0))]
    return lags, model, windows, mailbox


def are_in_a_row(scored):
    return len(scored) == 8 and bool((np.diff(scored) % 256 == 1).all())


@pytest.mark.parametrize('busy', [0, 1, 3, 4, 5, 8, 11])
def test_the_lag_stays_under_two_windows(busy):
    lags, model, windows, mailbox = simulate(busy)
    assert len(lags) > 20 and max(lags) < 2 * 8
    assert max(lags[len(lags) // 2 :]) <= max(lags[: len(lags) // 2]) + 4  # it does not grow
    assert (windows.skipped > 0) == (busy >= 4) and mailbox.dropped == 0  # at least a frame comes between two calls
    assert all(are_in_a_row(scored) for scored in model.scored)


def test_without_skipping_it_would_grow():
    lags, _, windows, _ = simulate(8, skip=False)
    assert max(lags) > 10 * 8 and windows.skipped == 0


@pytest.mark.parametrize('busy', [12, 30, 100])
def test_a_model_that_takes_longer_than_a_window_gets_whole_windows(busy):
    """The oldest frames are dropped, and the window is one of frames in a row that ends with the newest."""
    lags, model, _, mailbox = simulate(busy, total=2000)
    assert mailbox.dropped > 0 and len(lags) > 10
    assert all(are_in_a_row(scored) for scored in model.scored)
    assert max(lags) < busy + 8  # what the model itself takes, and less than a window


def test_each_window_without_skipping():
    windows = NewestWindow(SlowModel(), skip=False)
    found = windows.feed([sample(number) for number in range(20)])
    assert [(each.first_frame, each.last_frame) for each in found] == [(0, 7), (4, 11), (8, 15), (12, 19)]
    assert windows.finish() == []


def test_the_end_of_a_stream_is_scored():
    windows = NewestWindow(SlowModel())
    windows.feed([sample(number) for number in range(10)])
    assert [(each.first_frame, each.last_frame) for each in windows.finish()] == [(2, 9)]
    short = NewestWindow(SlowModel())
    assert short.feed([sample(number) for number in range(3)]) == []
    assert [(each.first_frame, each.last_frame) for each in short.finish()] == [(0, 2)]


def test_no_window_reaches_over_a_restart_a_gap_or_another_size():
    model = SlowModel()
    windows = NewestWindow(model, skip=False)
    windows.feed([sample(number, restart=number == 6) for number in range(14)])
    assert model.scored == [list(range(6, 14))]
    windows.feed([sample(number) for number in range(20, 28)])
    assert model.scored[1:] == [list(range(20, 28))]
    windows.feed([sample(number, size=16) for number in range(28, 36)])
    assert model.scored[2:] == [list(range(28, 36))]


def test_scores_are_averaged_and_not_over_a_restart():
    windows = NewestWindow(SlowModel(window=1, stride=1), skip=False, average=2)
    found = windows.feed([sample(0, value=0), sample(1, value=255), sample(2, True, value=51)])
    assert [each.scores['class'][0].item() for each in found] == pytest.approx([0, 0.5, 0.2])


def test_scores_are_those_of_a_recognizer_that_gets_each_frame(tiny_config):
    frames = np.random.default_rng(0).integers(0, 256, (30, 40, 48, 3), np.uint8)
    model = init_recognizer(tiny_config)
    plain = StreamRecognizer(model, window=8, stride=4)
    expected = {each.last_frame: each.scores['class'] for frame in frames if (each := plain.push(frame)) is not None}
    skipping = StreamRecognizer(model, window=8, stride=4)
    windows = NewestWindow(skipping)
    samples = [CutSample(number, 0.0, skipping.cut(frame), number == 0) for number, frame in enumerate(frames)]
    found = windows.feed(samples[:13]) + windows.feed(samples[13:30])
    assert [each.last_frame for each in found] == [11, 27] and windows.skipped == 4
    for each in found:
        assert each.scores['class'].allclose(expected[each.last_frame], atol=1e-6)
    (last,) = windows.finish()
    (same,) = [plain.finish()]
    assert last.last_frame == 29 and last.scores['class'].allclose(same.scores['class'], atol=1e-6)
