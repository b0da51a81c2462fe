"""SECURITY.md: frames of visitors' cameras are limited, stay in memory, and are seen by nobody else."""

import io
import json
import threading

import cv2
import numpy as np
import pytest
from page_server import GENEROUS, Visitor, load, serve_page
from PIL import Image

from mmaction_vt.apis import WindowPrediction
from mmaction_vt.apis.predictions import Prediction

JPEG = {'Content-Type': 'image/jpeg'}


class Recognizer:
    """Says how bright the newest frame is."""

    window, stride, fps, num_frames = 1, 1, 30.0, 0

    def reset(self):
        self.num_frames = 0

    def cut(self, frame):
        return frame[None]

    def completes(self, num_frames):
        return True

    def push_crops(self, crops, time=None, score=True):
        self.num_frames += 1
        return WindowPrediction(time, time, 0, 0, Prediction(str(round(crops.mean())), {})) if score else None


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture(scope='module')
def sessions():
    live = load('web_live')
    return live.LiveSessions(Recognizer, lambda window: f'<p>{window.prediction.video}</p>', threading.Lock(), Clock())


@pytest.fixture(scope='module')
def page(sessions, tmp_path_factory):
    folder = tmp_path_factory.mktemp('live').resolve()
    with serve_page(folder, rates={**GENEROUS, 'live': (1e6, 1e6)}, live=sessions) as page:
        yield page


@pytest.fixture
def visitor(page, sessions):
    sessions.sessions.clear()
    return page.visitor()


def picture(value=200, width=64, height=48):
    _, content = cv2.imencode('.jpg', np.full((height, width, 3), value, np.uint8))
    return content.tobytes()


def send(visitor, content, **headers):
    return visitor.request('POST', '/live', content, **{**JPEG, **headers})


def test_the_page_has_the_tab(visitor):
    html = visitor.open()
    assert 'Start the camera' in html and 'getUserMedia' in html


def test_an_answer_is_for_the_camera_of_its_visitor(page, visitor, sessions):
    other = page.visitor()
    for _ in range(2):
        sessions.clock.now += 1
        texts = [send(each, picture(value))[1] for each, value in ((visitor, 200), (other, 30))]
        sessions.work()
    assert [json.loads(text)['html'] for text in texts] == ['<p>200</p>', '<p>30</p>']
    assert page.files() == []


@pytest.mark.parametrize('name', ['text', 'png', 'half', 'empty', 'bomb'])
def test_what_is_no_frame_is_refused(visitor, sessions, name):
    png = io.BytesIO()
    Image.new('RGB', (8, 8)).save(png, 'PNG')
    small = picture()
    at = small.index(b'\xff\xc0') + 5  # height and width in the header
    bomb = small[:at] + b'\xff\xff\xff\xff' + small[at + 4 :]
    content = dict(text=b'no picture', png=png.getvalue(), half=small[:200], empty=b'', bomb=bomb)[name]
    answer, text = send(visitor, content)
    assert answer.status == (413 if name == 'bomb' else 400) and text.endswith('.') and '\n' not in text
    assert not sessions.sessions


def test_sizes_are_limited(visitor, sessions):
    assert send(visitor, picture(width=1280, height=720))[0].status == 200
    sessions.sessions.clear()
    assert send(visitor, picture(width=1281, height=720))[0].status == 413
    assert send(visitor, picture() + bytes(load('web_live').MOST_BYTES))[0].status == 413
    assert send(visitor, picture(), Content_Type='image/png')[0].status == 400
    assert not sessions.sessions


def test_another_page_may_not_send_frames(page, visitor, sessions):
    assert send(visitor, picture(), Origin='http://evil.example')[0].status == 403
    assert send(visitor, picture(), Sec_Fetch_Site='cross-site')[0].status == 403
    assert send(visitor, picture(), Host='evil.example')[0].status == 403
    assert send(Visitor(page.port), picture())[0].status == 403
    assert visitor.request('GET', '/live')[0].status == 405 and not sessions.sessions


def test_cameras_are_limited_and_end_by_themselves(visitor, page, sessions):
    assert send(visitor, picture())[0].status == send(page.visitor(), picture())[0].status == 200
    third = page.visitor()
    answer, text = send(third, picture())
    assert answer.status == 429 and 'Too many of your cameras' in text
    sessions.of('another', '1.2.3.4')
    sessions.of('one more', '1.2.3.5')
    with pytest.raises(load('web_refusals').RefusedError, match='Too many cameras are on'):
        sessions.of('a last one', '1.2.3.6')
    sessions.clock.now += 16
    assert send(third, picture())[0].status == 200 and len(sessions.sessions) == 1


def test_memory_is_limited(visitor, sessions):
    for value in range(20):
        sessions.clock.now += 1 / 30
        send(visitor, picture(value))
    (session,) = sessions.sessions.values()
    assert len(session.samples.items) == Recognizer.window + Recognizer.stride and session.samples.dropped > 10


def test_frames_of_a_client_are_limited(tmp_path):
    live = load('web_live').LiveSessions(Recognizer, str, threading.Lock())
    rates = {**GENEROUS, 'live': (3, 1e-3)}
    with serve_page(tmp_path.resolve(), rates=rates, live=live) as page:
        visitor = page.visitor()
        statuses = [send(visitor, picture())[0].status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_without_the_option_there_is_no_such_address(tmp_path):
    with serve_page(tmp_path.resolve(), rates=GENEROUS) as page:
        visitor = page.visitor()
        assert send(visitor, picture())[0].status == 404 and 'Start the camera' not in visitor.open()


def test_the_model_is_used_for_one_at_a_time(sessions):
    """While a video is processed, frames wait."""
    sessions.sessions.clear()
    sessions.push('a', '1.1.1.1', picture())
    worker = threading.Thread(target=sessions.work, daemon=True)
    with sessions.model:
        worker.start()
        worker.join(0.2)
        assert worker.is_alive() and sessions.sessions['a'].html == load('web_live').WAITING
    worker.join(30)
    assert sessions.sessions['a'].html == '<p>200</p>'
