"""Capture and model in threads, from a source to predictions."""

import threading
from itertools import count

import numpy as np
import pytest
from stand_ins import FakeClock, Scripted, SlowModel

from mmaction_vt.live import Live, Reconnecting, SourceError
from mmaction_vt.live.drawing import Drawing


def live_of(source, model, retries=0, **options):
    clock = FakeClock()
    return Live(Reconnecting(source, retries, lambda text: None, clock.wait, clock), model, clock=clock, **options)


def all_of(live):
    live.start()
    found = []
    while (some := live.take(10)) is not None:
        found += some
    live.close()
    return found


def row(start, stop, size=(8, 8)):
    return [(number / 10, number, *size) for number in range(start, stop)]


def test_a_file_gives_each_window_and_its_end():
    model = SlowModel()
    found = all_of(live_of(Scripted(row(0, 30), endless=False), model, live=False))
    spans = [(each.window.first_frame, each.window.last_frame) for each in found]
    assert spans == [(start, start + 7) for start in range(0, 21, 4)] + [(22, 29)]
    assert all(each.lag is None and each.dropped == each.skipped == 0 for each in found)
    assert found[1].to_dict()['start'] == pytest.approx(0.4) and found[1].to_dict()['dropped'] == 0


def test_a_stream_that_ends_is_scored_to_its_end():
    model = SlowModel()
    found = all_of(live_of(Scripted(row(0, 30)), model))
    assert found[-1].window.last_frame == 29 and found[-1].lag == 0
    assert model.scored[-1] == list(range(22, 30))


def test_a_stream_that_never_starts_is_an_error():
    with pytest.raises(SourceError, match='a camera cannot be opened'):
        all_of(live_of(Scripted(), SlowModel()))


def test_a_file_that_fails_is_an_error_after_what_it_had():
    live = live_of(Scripted([*row(0, 12), 'is damaged'], endless=False), SlowModel(), live=False)
    live.start()
    found = []

    def take():
        while True:
            found.extend(live.take(10))

    with pytest.raises(SourceError, match='is damaged'):
        take()
    live.close()
    assert [each.window.last_frame for each in found] == [7, 11]


def test_an_error_of_the_model_ends_the_program():
    model = SlowModel(scoring=lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        all_of(live_of(Scripted(row(0, 30)), model))


@pytest.mark.parametrize('live', [True, False])
def test_closing_ends_both_threads(live):
    """While the model is busy, and the source has no end."""
    busy, go_on = threading.Event(), threading.Event()

    def scoring():
        busy.set()
        assert go_on.wait(30)

    source = Scripted((number / 10, number % 256) for number in count())
    running = live_of(source, SlowModel(scoring=scoring), live=live)
    running.start()
    assert busy.wait(30)
    running.stop.set()
    go_on.set()
    running.close()
    for thread in running._threads:
        thread.join(30)
        assert not thread.is_alive()
    assert source.closed == 1


def test_a_stream_that_changes_its_size_goes_on():
    model = SlowModel()
    script = [*row(0, 12), *row(12, 24, (12, 16))]
    found = all_of(live_of(Scripted(script, endless=False), model, live=False))
    assert model.scored == [list(range(8)), list(range(4, 12)), list(range(12, 20)), list(range(16, 24))]
    assert [each.window.last_frame for each in found] == [7, 11, 19, 23]


def test_time_stamps_that_jump_begin_a_new_window():
    model = SlowModel()
    script = [*row(0, 10), *((time + 3600, value) for time, value, *_ in row(10, 18))]
    found = all_of(live_of(Scripted(script, endless=False), model, live=False))
    assert model.scored == [list(range(8)), list(range(10, 18))]
    assert found[1].window.start == pytest.approx(3601) and found[1].window.first_frame == 10


def test_after_a_new_connection_a_new_window_begins():
    model = SlowModel()
    all_of(live_of(Scripted([*row(0, 10), 'is lost'], row(100, 110)), model, retries=1))
    assert model.scored[-1] == list(range(102, 110))
    assert not any(min(scored) < 100 <= max(scored) for scored in model.scored)


class Screen:
    def __init__(self, most=None):
        self.shown, self.most = [], most

    def show(self, picture, time):
        self.shown.append(picture)
        return self.most is None or len(self.shown) < self.most


def rows_of(latest):
    return [(name, score) for name, score in latest.window.prediction.top(2)]


def test_pictures_have_one_size_whatever_the_frames_have():
    screen = Screen()
    script = [*row(0, 12), *row(12, 24, (12, 30))]
    live = live_of(Scripted(script), SlowModel())
    live.start()
    Drawing(live, screen, 1000, rows_of, 2).run()
    live.close()
    assert screen.shown and len({picture.shape for picture in screen.shown}) == 1
    assert all(picture.dtype == np.uint8 for picture in screen.shown)
    assert not any(length % 2 for length in screen.shown[0].shape[:2])


def test_a_screen_that_is_closed_ends_the_drawing():
    screen = Screen(most=1)
    live = live_of(Scripted(row(0, 250)), SlowModel())
    live.start()
    Drawing(live, screen, 1000, rows_of, 2).run()
    live.close()
    assert len(screen.shown) <= 2
