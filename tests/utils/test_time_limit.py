"""A call that exceeds the limit is abandoned, and the next one works."""

import os
import threading
import time

import pytest

from mmaction_vt.errors import BrokenVideoError, InputError
from mmaction_vt.utils.process_pool import call_in_order
from mmaction_vt.utils.time_limit import VARIABLE, call_in_time, has_abandoned, video_timeout


def sleep_or_double(value: float) -> float:
    if value < 0:
        time.sleep(-value)
    return 2 * value


def fail(value: float) -> float:
    raise KeyError(value)


def test_results_and_errors_are_those_of_the_call():
    assert call_in_time(sleep_or_double, 3, 'a.mp4', 10) == 6
    with pytest.raises(KeyError, match='3'):
        call_in_time(fail, 3, 'a.mp4', 10)


def test_the_thread_is_kept_between_calls():
    idents = {call_in_time(lambda _: threading.get_ident(), None, 'a.mp4', 10) for _ in range(5)}
    assert len(idents) == 1 and threading.get_ident() not in idents
    assert call_in_time(lambda _: threading.get_ident(), None, 'a.mp4', 0) == threading.get_ident()


def test_the_video_is_named_and_the_next_call_works():
    begin = time.monotonic()
    with pytest.raises(BrokenVideoError, match=r'^the video a\.mp4 was not read within 0\.1 seconds'):
        call_in_time(sleep_or_double, -3, 'a.mp4', 0.1)
    assert time.monotonic() - begin < 2
    assert call_in_time(sleep_or_double, 3, 'b.mp4', 10) == 6


def test_a_fork_has_a_thread_of_its_own():
    call_in_time(sleep_or_double, 3, 'a.mp4', 10)
    child = os.fork()
    if child == 0:
        os._exit(call_in_time(sleep_or_double, 3, 'a.mp4', 10) != 6)
    assert os.waitpid(child, 0)[1] == 0


def test_a_process_of_a_pool_that_exceeds_the_limit_is_replaced():
    def call(value: float) -> tuple[int, str]:
        try:
            call_in_time(sleep_or_double, value, f'{value}.mp4', 0.2)
        except BrokenVideoError as error:
            assert has_abandoned()
            return os.getpid(), str(error)
        time.sleep(0.3)
        return os.getpid(), ''

    def crash(value: float) -> tuple[int, str]:
        return 0, 'crashed'

    answers = list(call_in_order(call, [1, -30, 2, 3, 4, 5, 6, 7], workers=1, on_crash=crash))
    assert [bool(reason) for _, reason in answers] == [value < 0 for value in [1, -30, 2, 3, 4, 5, 6, 7]]
    assert 'not read within' in answers[1][1]
    assert answers[0][0] == answers[1][0] != answers[-1][0]


@pytest.mark.parametrize(('text', 'seconds'), [(None, 300), ('', 300), ('7.5', 7.5), ('0', 0)])
def test_the_environment_sets_the_limit(text, seconds, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    if text is not None:
        monkeypatch.setenv(VARIABLE, text)
    assert video_timeout() == seconds


@pytest.mark.parametrize('text', ['ten', '-1', 'nan', 'inf', '1e99'])
def test_other_values_are_refused(text, monkeypatch):
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(InputError, match=f'{VARIABLE} must be a number of seconds'):
        video_timeout()
