"""The web page of demo/ without a model, served from a thread of this process, and a visitor of it."""

import http.client
import json
import os
import re
import socket
import sys
import uuid
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import torch

from mmaction_vt.apis.predictions import Guess

DEMO = Path(__file__).parents[1] / 'demo'
TEXT = {'Content-Type': 'application/json'}
FUNCTIONS = ('recognise', 'example', 'draw')  # by Gradio's numbers
METHODS = ('gradcam', 'rollout')
EXAMPLE = b'an example clip'
GENEROUS = dict.fromkeys(('request', 'page', 'upload', 'join'), (1e6, 1e6))  # burst, per second


class Page:
    """A page that answers with the content of a video; what it processes is up to ``look``."""

    def __init__(self, folder, port, uploads, clips, gate, server):
        self.server, self.clips = server, clips
        self.folder, self.port, self.uploads, self.gate, self.gradio = folder, port, uploads, gate, gate.app
        self.host = f'127.0.0.1:{port}'

    def visitor(self):
        visitor = Visitor(self.port)
        visitor.open()
        return visitor

    def forget(self):
        for upload in list(self.uploads.by_name.values()):
            self.uploads.remove(upload)
        self.clips.asked.clear()

    def files(self):
        return [path for path in self.folder.rglob('*') if path.is_file()]


class Visitor:
    """Speaks to the page as its JavaScript does."""

    def __init__(self, port, timeout=60):
        self.port, self.timeout, self.cookie = port, timeout, None
        self.origin = f'http://127.0.0.1:{port}'

    def open(self):
        answer, html = self.request('GET', '/')
        self.cookie = (answer.getheader('set-cookie') or '').partition(';')[0] or self.cookie
        return html

    def request(self, method, path, body=None, **headers):
        """A response and its text; a header that is None is not sent."""
        given = {'Cookie': self.cookie, 'Origin': self.origin if method == 'POST' else None}
        given.update({name.replace('_', '-'): value for name, value in headers.items()})
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, {name: value for name, value in given.items() if value is not None})
            answer = connection.getresponse()
            return answer, answer.read().decode(errors='replace')
        finally:
            connection.close()

    def upload(self, name, content, **headers):
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f'\r\n--{edge}--\r\n'.encode()
        kind = f'multipart/form-data; boundary={edge}'
        return self.request('POST', '/gradio_api/upload', body, **{'Content-Type': kind, **headers})

    def send(self, name, content):
        """The identifier of an upload."""
        answer, text = self.upload(name, content)
        assert answer.status == 200, text
        return json.loads(text)[0]

    def join(self, given, session='here', **more):
        file = dict(path=given, orig_name='any.mp4', meta={'_type': 'gradio.FileData'})
        return self.call('recognise', [file], session, **more)

    def call(self, function, data, session='here', **more):
        """Ask for the result of a function of the page."""
        number = FUNCTIONS.index(function)
        body = dict(dict(data=data, fn_index=number, trigger_id=1, session_hash=session), **more)
        return self.request('POST', '/gradio_api/queue/join', json.dumps(body), **TEXT)

    def ask(self, given, session=None):
        """What the page shows for an upload, or None if it shows an error."""
        session = session or uuid.uuid4().hex
        answer, _ = self.join(given, session)
        return self.wait(session) if answer.status == 200 else None

    def result(self, function, data, session='here'):
        """The HTML that a function returns."""
        answer, text = self.call(function, data, session)
        assert answer.status == 200, text
        return self.wait(session)[0]

    def wait(self, session):
        _, events = self.request('GET', f'/gradio_api/queue/data?session_hash={session}')
        done = [json.loads(event) for event in re.findall(r'data: (.*)', events)]
        done = [event for event in done if event['msg'] == 'process_completed' and event['success']]
        if not done:
            return None
        html, *more = done[0]['output']['data']
        return [re.sub(r'<div class="fresh" data-number="\d+">(.*)</div>', r'\1', html, flags=re.S), *more]


def load(name):
    """A module of demo/."""
    if str(DEMO) not in sys.path:
        sys.path.insert(0, str(DEMO))
    return import_module(name)


@contextmanager
def serve_page(
    folder, look=None, megabytes=0.1, rates=None, host='127.0.0.1', allowed=(), title='a model', draw=None, live=None
):
    """Serve a page; its answer to a video is the start of its content, and a drawing a sentence about it."""
    os.environ.update(GRADIO_TEMP_DIR=str(folder), GRADIO_ANALYTICS_ENABLED='False')
    web_address, web_page, web_gate = load('web_address'), load('web_page'), load('web_gate')
    web_functions, web_rates, web_example = load('web_functions'), load('web_rates'), load('web_example')
    limits = load('web_answer').Limits(megabytes, 2)
    uploads, clips = load('web_uploads').Uploads(folder, round(megabytes * 2**20)), load('web_clips').Clips()
    example = web_example.Example('example.mp4', EXAMPLE)
    with socket.socket() as bound:
        bound.bind((host, 0))
        port = bound.getsockname()[1]
        hosts = web_address.Hosts(host, host, allowed)
        answer = as_answer(look or show_start)
        work = web_functions.Work(answer, web_example.answer_once(example, answer), draw or describe, METHODS)
        texts = web_page.Texts(title, 'a model on cpu', limits, example.name, live is not None)
        page = web_page.build_page(web_functions.Functions(work, uploads, clips), texts)
        rates = {kind: web_rates.Rate(*numbers) for kind, numbers in (rates or {}).items()}
        rates = web_rates.Rates({**web_rates.RATES, **rates})
        offer = web_gate.Offer(web_page.functions_of(page), METHODS, (example.content, example.kind))
        app = web_page.as_app(page, limits, live is not None)
        gate = web_gate.Gate(app, hosts, uploads, clips, rates, offer, f'page_{port}', live)
        server = load('web_serving').Server(gate, bound, hosts.behind_proxy)
        web_address.listen(bound)
        server.start()
        try:
            yield Page(folder, port, uploads, clips, gate, server)
        finally:
            server.stop()


def as_answer(look):
    """An answer with a clip, from a function of a path and a name that returns text."""

    def answer(path, name):
        best = Guess(0, 'moving', 0.75)
        return load('web_answer').Answer(
            look(path, name), load('web_clips').Seen(torch.zeros(1, 3, 2, 4, 4), best, name)
        )

    return answer


def show_start(path, name):
    return f'{name}: {Path(path).read_bytes()[:40].decode(errors="replace")}'


def describe(seen, method):
    return f'{seen.name} by {method}'
