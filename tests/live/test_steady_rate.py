"""Frames of a steady rate, picked by time stamps."""

import numpy as np
import pytest
from stand_ins import FakeClock

from mmaction_vt.errors import InputError
from mmaction_vt.live import SteadyRate, TimedFrame, in_real_time


def picked(times, fps=10.0, firsts=()):
    """Number, value and whether a row begins, of the samples of frames whose values are their numbers."""
    steady = SteadyRate(fps)
    samples = []
    for number, time in enumerate(times):
        samples += steady.take(TimedFrame(time, np.full((2, 2, 3), number, np.uint8), number in firsts))
    assert [sample.number for sample in samples] == list(range(len(samples)))
    return [(int(sample.picture.flat[0]), sample.restart) for sample in samples]


def values(times, **options):
    return [value for value, _ in picked(times, **options)]


def test_frames_of_the_same_rate_are_all_taken_once():
    times = np.arange(200) * 1001 / 30000
    jitter = np.random.default_rng(0).uniform(0, 0.012, 200)
    for given in (times, times + jitter, np.round(times, 3)):  # milliseconds, as in Matroska
        assert values(given, fps=30000 / 1001) == list(range(200))


@pytest.mark.parametrize(('rate', 'fps'), [(60, 30), (25, 30), (15, 30), (29.97, 10)])
def test_the_number_of_samples_follows_the_time(rate, fps):
    seconds = 4
    samples = values(np.arange(round(rate * seconds)) / rate, fps=fps)
    assert len(samples) == pytest.approx(fps * seconds, abs=fps / rate + 1)
    assert samples == sorted(samples)
    steps = np.diff(samples)
    assert steps.max() <= np.ceil(rate / fps) and (rate > fps) == (steps.min() > 0)


def test_a_short_gap_is_filled_with_the_last_frame():
    assert values([0, 0.1, 0.5, 0.6]) == [0, 1, 1, 1, 1, 2, 3]


def test_a_long_gap_begins_a_new_row():
    assert picked([0, 0.1, 60, 60.1]) == [(0, True), (1, False), (2, True), (3, False)]


def test_times_that_go_back_begin_a_new_row():
    assert picked([50, 50.1, 0, 0.1]) == [(0, True), (1, False), (2, True), (3, False)]
    assert values([0, 0.1, 0.05, 0.1, 0.2]) == [0, 1, 4]  # a little: those that come late are left out


def test_a_connection_begins_a_new_row():
    assert picked([0, 0.1, 0.2], firsts={2})[-1] == (2, True)


def test_a_rate_that_is_none():
    for fps in (0, -1, float('inf'), float('nan')):
        with pytest.raises(InputError, match='positive number of frames per second'):
            SteadyRate(fps)


def test_real_time_waits_for_the_time_stamps():
    clock = FakeClock()
    arrived = []
    frames = [TimedFrame(time, np.zeros((2, 2, 3), np.uint8)) for time in (5, 5.5, 6, 90, 90.25, 3, 3.5)]
    for frame in in_real_time(frames, clock, clock.wait):
        arrived.append((frame.time, clock.now - 100))
        clock.now += 0.125  # to process it
    assert arrived == [(5, 0), (5.5, 0.5), (6, 1), (90, 1.125), (90.25, 1.375), (3, 1.5), (3.5, 2)]
