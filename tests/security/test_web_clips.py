"""SECURITY.md: what the model saw of a video is drawn for its visitor only, and forgotten after a while."""

import threading

import pytest
import torch
from page_server import GENEROUS, load, serve_page

from mmaction_vt.apis.predictions import Guess
from mmaction_vt.errors import InputError

NOTHING = 'There is no video to draw'


@pytest.fixture
def clips():
    return load('web_clips').Clips()


def seen(size=1):
    return load('web_clips').Seen(torch.zeros(1, 3, size, 4, 4, dtype=torch.uint8), Guess(0, None, 1.0), 'a.mp4')


def test_a_clip_is_drawn_for_its_page(page):
    visitor, other = page.visitor(), page.visitor()
    assert visitor.ask(visitor.send('a.mp4', b'content'), 'here')
    assert NOTHING in other.result('draw', ['gradcam'])
    assert NOTHING in visitor.result('draw', ['gradcam'], 'elsewhere')
    assert visitor.result('draw', ['rollout']) == 'a.mp4 by rollout'
    assert visitor.result('example', []).startswith('example.mp4: ')
    assert visitor.result('draw', ['rollout']) == 'example.mp4 by rollout'
    page.clips.remove_old(0)
    assert NOTHING in visitor.result('draw', ['rollout'])
    assert page.files() == [] and not page.clips.asked


def test_one_picture_of_a_page_at_a_time(tmp_path):
    free = threading.Event()

    def draw(seen, method):
        free.wait(20)
        return method

    with serve_page(tmp_path.resolve(), rates=GENEROUS, draw=draw) as page:
        visitor = page.visitor()
        assert visitor.ask(visitor.send('a.mp4', b'content'), 'here')
        assert visitor.call('draw', ['gradcam'])[0].status == 200
        answer, text = visitor.call('draw', ['rollout'])
        assert answer.status == 429 and 'One at a time' in text
        free.set()
        assert visitor.wait('here')[0] == 'gradcam'
        assert visitor.result('draw', ['rollout']) == 'rollout'


def test_pages_of_a_client_that_wait_are_limited(clips):
    most = load('web_clips').MOST_OF_A_CLIENT
    for number in range(most):
        clips.ask(f'page {number}', 'a client')
    with pytest.raises(load('web_refusals').RefusedError, match='Too many of your pages'):
        clips.ask('another page', 'a client')
    clips.ask('another page', 'another client')
    clips.forget_question('page 0')
    clips.ask('a further page', 'a client')


def test_what_nobody_asked_for_is_not_answered(clips):
    with pytest.raises(InputError, match='Nobody waits'), clips.answering('page'):
        raise AssertionError('answered')
    clips.ask('page', 'a client')
    with clips.answering('page') as client:
        clips.forget_question('page')
        assert client == 'a client' and 'page' in clips.asked
        with pytest.raises(InputError, match='Nobody waits'), clips.answering('page'):
            raise AssertionError('answered twice')
    assert not clips.asked


def test_clips_of_a_client_are_limited(clips):
    most = load('web_clips').MOST_OF_A_CLIENT
    clips.keep('other', 'another client', seen())
    for number in range(most + 2):
        clips.keep(f'page {number}', 'a client', seen())
    assert list(clips.kept) == ['other', *(f'page {number}' for number in range(2, most + 2))]


def test_memory_for_clips_is_limited(clips, monkeypatch):
    monkeypatch.setattr(load('web_clips'), 'MOST_BYTES', 3 * seen().view.nbytes)
    for number in range(5):
        clips.keep(f'page {number}', f'client {number}', seen())
    assert list(clips.kept) == ['page 2', 'page 3', 'page 4']


def test_a_new_video_takes_the_place_of_the_last_one(clips):
    clips.keep('page', 'a client', seen(1))
    clips.keep('page', 'a client', seen(2))
    assert clips.of('page').view.shape[2] == 2 and len(clips.kept) == 1
    clips.forget('page')
    with pytest.raises(InputError, match=NOTHING):
        clips.of('page')
