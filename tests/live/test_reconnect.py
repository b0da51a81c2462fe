"""Sources that are lost, that end, and that never start."""

import pytest
from stand_ins import FakeClock, Scripted

from mmaction_vt.live import Reconnecting, SourceError


def frames_of(source, retries=5, clock=None):
    clock = clock or FakeClock()
    said = []
    reconnecting = Reconnecting(source, retries, said.append, clock.wait, clock)
    return reconnecting, clock, said


def test_pauses_double_up_to_half_a_minute():
    source = Scripted(*['is away'] * 8, [(0, 1)])
    reconnecting, clock, said = frames_of(source, retries=8)
    reconnecting.start()
    assert clock.waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert said[0] == 'a camera is away; attempt 1 of 8 in 1 s' and reconnecting.fps == 10


def test_a_frame_resets_the_pause_and_an_empty_connection_does_not():
    source = Scripted('is away', 'is away', [(5, 1)], [], 'is away', [(0, 2)])
    reconnecting, clock, said = frames_of(source, retries=3)
    frames = list(reconnecting.frames())
    assert [frame.picture.flat[0] for frame in frames] == [1, 2]
    assert clock.waits == [1, 2, 1, 2, 4, 1, 2, 4]
    assert source.closed == 3 and said[-1] == 'a camera cannot be opened; no further attempt'


def test_times_begin_at_zero_and_a_pause_counts():
    source = Scripted([(70, 1), (70.5, 2), 'is lost'], [(3, 3), (3.5, 4)])
    frames = list(frames_of(source, retries=1)[0].frames())
    assert [frame.time for frame in frames] == [0, 0.5, 1, 1.5]  # the fake clock stands still but for the pause
    assert [frame.first for frame in frames] == [True, False, True, False]


def test_a_source_that_never_starts_is_an_error():
    reconnecting, clock, _ = frames_of(Scripted(), retries=2)
    with pytest.raises(SourceError, match='a camera cannot be opened'):
        list(reconnecting.frames())
    assert clock.waits == [1, 2]


def test_connections_without_frames_are_an_error():
    reconnecting, _, _ = frames_of(Scripted([], []), retries=1)
    with pytest.raises(SourceError, match='a camera has ended'):
        list(reconnecting.frames())


def test_a_file_is_opened_once_and_its_error_is_raised():
    assert len(list(frames_of(Scripted([(0, 1)], endless=False))[0].frames())) == 1
    reconnecting, clock, _ = frames_of(Scripted([(0, 1), 'is damaged'], [(0, 1)], endless=False))
    with pytest.raises(SourceError, match='a camera is damaged'):
        list(reconnecting.frames())
    with pytest.raises(SourceError, match='has no frames'):
        list(frames_of(Scripted([], endless=False))[0].frames())
    assert clock.waits == []


def test_told_to_give_up_it_ends_without_an_error():
    source = Scripted('is away', [(0, 1)])
    reconnecting = Reconnecting(source, 5, lambda text: None, lambda seconds: True, FakeClock())
    assert list(reconnecting.frames()) == [] and source.opened == 1
