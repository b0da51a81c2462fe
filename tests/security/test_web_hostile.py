"""SECURITY.md: hostile requests; ``PYTHONPATH=tests python -m hostile.web`` tries more of them."""

from hostile.web import try_requests


def test_hostile_requests_end_in_one_sentence_and_touch_nothing():
    results = []
    try_requests(240, 1, results.append)
    assert len(results) == 240
    assert [result for result in results if result.outcome not in ('clear', 'accepted')] == []
    assert {result.outcome for result in results} == {'clear', 'accepted'}
