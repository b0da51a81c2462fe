"""demo/webapp.py: what the page says, and a run of it over HTTP."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode
from importlib import import_module
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from conftest import ROOT
from page_server import Visitor
from videos import write_frames, write_video

from mmaction_vt import VideoInferencer, init_recognizer
from mmaction_vt.apis.predictions import Prediction
from mmaction_vt.class_names import read_class_names
from mmaction_vt.errors import InputError
from mmaction_vt.visualization.explain.methods import supported_methods

# Written into a file: whom the process asks for an address, and whom it calls.
WATCH = """
import os, sys
def watch(event, args):
    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname'):
        address = args[0] if event != 'socket.connect' else args[1]
        host = address[0] if isinstance(address, tuple) else address
        with open(os.environ['CALLS'], 'a') as file:
            file.write(f'{host}\\n')
sys.addaudithook(watch)
"""


@pytest.fixture(scope='module')
def web_answer():
    sys.path.insert(0, str(ROOT / 'demo'))
    yield import_module('web_answer')
    sys.path.remove(str(ROOT / 'demo'))


@pytest.fixture
def infer(tiny_config):
    return VideoInferencer(tiny_config, labels=['<b>still</b>', 'moving'])


@pytest.fixture
def look(web_answer, infer):
    def look(path, name='my video.mp4', method='gradcam', megabytes=1, seconds=10):
        return web_answer.answer(infer, path, name, method, web_answer.Limits(megabytes, seconds)).html

    return look


def test_bars_and_a_clip(look, infer, video, tmp_path):
    html = look(video, '<i>a</i>.mp4')
    assert '<h2>&lt;i&gt;a&lt;/i&gt;.mp4</h2>' in html and '&lt;b&gt;still&lt;/b&gt;' in html and '<b>still' not in html
    scores = [float(score) for score in re.findall(r'class="score">([\d.]+) %', html)]
    assert f'data-said="Result: {re.findall(r"row.>(.*?)</th>", html)[0]}, {scores[0]:.1f} %"' in html
    assert len(scores) == 2 and sum(scores) == pytest.approx(100, abs=0.2) and scores == sorted(scores, reverse=True)
    (data,) = re.findall(r'src="data:video/mp4;base64,([^"]+)"', html)
    (tmp_path / 'clip.mp4').write_bytes(b64decode(data))
    with av.open(str(tmp_path / 'clip.mp4')) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ('h264', 512, 256)
        assert len(list(container.decode(stream))) == 4  # frames of a clip
        assert float(stream.average_rate) == pytest.approx(infer.explain(video).fps) != 8  # the video's own time
    assert 'aria-label="The clip as the model saw it' in html and 'gradcam, backbone/blocks/0' in html


def test_limits_are_said(look, video, tmp_path):
    long = write_video(tmp_path / 'long.mp4', 40, fps=4)
    assert 'my video.mp4 is 10.0 seconds long, but at most 9.5 are accepted' in look(long, seconds=9.5)
    assert 'class="score"' in look(long, seconds=10)
    assert 'MB, but at most 0.001 MB are accepted' in look(video, megabytes=0.001)
    huge = write_frames(tmp_path / 'huge.mp4', np.zeros((1, 4096, 2400, 3), np.uint8))
    assert 'has 2400 x 4096 pixels' in look(huge)


def test_what_is_no_video(look, video, tmp_path):
    for name, content in dict(empty=b'', text=b'no video', half=video.read_bytes()[:600]).items():
        (tmp_path / f'{name}.mp4').write_bytes(content)
        html = look(tmp_path / f'{name}.mp4')
        assert 'role="alert"' in html and 'my video.mp4 cannot be read' in html and str(tmp_path) not in html
    assert 'has been deleted' in look(tmp_path / 'gone.mp4')


def test_lists_of_other_files_are_not_opened(look, video, tmp_path):
    """FFmpeg would read the video that a playlist names."""
    for name, text in dict(a=f'ffconcat version 1.0\nfile {video.name}\n', b=f'#EXTM3U\n{video.name}\n').items():
        (tmp_path / f'{name}.mp4').write_text(text)
        assert 'cannot be read' in look(tmp_path / f'{name}.mp4')
    with av.open(str(tmp_path / 'a.mp4')) as container:
        assert 'concat' in container.format.name  # without the page's limits it is


def test_an_error_that_nobody_foresaw_says_no_more_than_that(look, infer, video, caplog):
    infer.classify = lambda samples: 1 / 0
    html = look(video)
    assert 'my video.mp4 could not be processed' in html and 'division' not in html
    assert 'ZeroDivisionError' in caplog.text


def test_a_map_that_cannot_be_is_said_beside_the_bars(look, infer, video):
    del infer.model.backbone.blocks
    infer.classify = lambda samples: [Prediction(samples[0].video, {'class': torch.tensor([0.25, 0.75])})]
    html = look(video)
    assert 'class="score"' in html and 'There is no activation map: TimeSformer has no blocks' in html


def test_any_supported_method_draws_what_was_seen(web_answer, infer, video):
    seen = web_answer.answer(infer, video, 'a.mp4', 'gradcam', web_answer.Limits(1, 10)).seen
    methods = supported_methods(infer.model)
    assert len(methods) == 6
    pictures = [web_answer.draw_again(infer, seen, method) for method in methods]
    assert all('<h2>' in html and 'data:video/mp4' in html for html in pictures) and len(set(pictures)) == 6
    html = web_answer.draw_again(infer, seen, 'trajectory')
    assert 'role="alert"' in html and 'has no trajectories' in html


def test_a_moving_shape_is_the_example_of_models_that_know_them(web_answer, infer):
    find = import_module('web_example').find_example
    assert find(None, infer, web_answer.Limits(1, 10)) is None
    infer.labels = {'class': list(read_class_names('moving_shapes'))}
    example = find(None, infer, web_answer.Limits(1, 10))
    assert example.name == 'moving shape.mp4' and example == find(None, infer, web_answer.Limits(1, 10))
    assert b'ftyp' in example.content[:12]


def test_an_example_of_ones_own(web_answer, infer, video, tmp_path):
    find, limits = import_module('web_example').find_example, web_answer.Limits(1, 10)
    example = find(str(video), infer, limits)
    assert example == (video.name, video.read_bytes(), 'video/mp4')
    with pytest.raises(InputError, match=r'--example nowhere\.mp4 does not exist'):
        find('nowhere.mp4', infer, limits)
    (tmp_path / 'text.mp4').write_text('no video')
    with pytest.raises(InputError, match=r'text\.mp4'):
        find(str(tmp_path / 'text.mp4'), infer, limits)
    with pytest.raises(InputError, match=r'MB, but at most 0\.001 MB'):
        find(str(video), infer, web_answer.Limits(0.001, 10))


def test_the_example_is_processed_once(web_answer, infer, video):
    web_example, asked = import_module('web_example'), []

    def look(path, name):
        asked.append(name)
        return web_answer.answer(infer, path, name, 'gradcam', web_answer.Limits(1, 10))

    answer = web_example.answer_once(web_example.Example('a.mp4', video.read_bytes()), look)
    assert answer() == answer() and 'class="score"' in answer().html and asked == ['a.mp4']


def test_bad_options(run_program, tiny_config, monkeypatch):
    def fails(*options):
        return run_program('demo/webapp.py', tiny_config, 'none.pth', *options, fails=True)

    assert '--max-size and --max-seconds must be positive' in fails('--max-size', 0)
    assert '--port must be in 1 to 65535' in fails('--port', 70000)
    assert '--max-size and --max-seconds must be positive' in fails('--max-seconds', 'inf')
    assert '--title must be 1 to 100 characters' in fails('--title', ' ')
    monkeypatch.setattr('importlib.util.find_spec', lambda name: None)
    assert "needs Gradio, which is not installed: pip install 'mmaction_vt[web]'" in fails()


class Page:
    """A running page and a visitor of it."""

    def __init__(self, config, folder, example):
        self.config = config
        model = init_recognizer(config)
        torch.save({'state_dict': model.state_dict()}, folder / 'model.pth')
        self.files, self.calls = folder / 'tmp', folder / 'calls'
        (folder / 'watch').mkdir()
        (folder / 'watch' / 'sitecustomize.py').write_text(WATCH)
        self.files.mkdir()
        with socket.socket() as server:
            server.bind(('127.0.0.1', 0))
            self.port = server.getsockname()[1]
        env = {
            **os.environ, 'PYTHONPATH': f'{folder / "watch"}:{ROOT}', 'TMPDIR': str(self.files),
            'CALLS': str(self.calls), 'CUDA_VISIBLE_DEVICES': '', 'GRADIO_SHARE': 'True',
        }  # fmt: skip
        options = ['--port', self.port, '--max-size', 0.1, '--max-seconds', 2, '--device', 'cpu']
        options += ['--title', 'A <b>title</b>', '--example', example]
        command = [sys.executable, ROOT / 'demo' / 'webapp.py', config, folder / 'model.pth', *options]
        self.process = subprocess.Popen(
            list(map(str, command)), env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.output = []
        for line in self.process.stdout:
            self.output.append(line)
            if line.startswith('Open '):
                self.visitor = Visitor(self.port)
                return
        raise RuntimeError(''.join(self.output))

    def left(self):
        return [path for path in self.files.rglob('*') if path.is_file()]


@pytest.fixture
def page(tiny_config, tmp_path, video):
    page = Page(tiny_config, tmp_path, video)
    yield page
    page.process.kill()
    page.process.wait()


def test_the_page(page, video, tmp_path):
    assert page.output[-1] == f'Open http://127.0.0.1:{page.port}/ (Ctrl-C to stop)\n'
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(('127.0.0.2', page.port))  # this machine, by another name than the one it was told

    visitor = page.visitor
    answer, _ = visitor.request('GET', '/')
    assert answer.status == 200 and "default-src 'self'" in answer.getheader('content-security-policy')
    html = visitor.open()
    assert '<html' in html and 'lang="en"' in html and 'A <b>' not in html
    assert f'{Path(page.config).stem} on cpu' in html
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]+)"', html)
    assert loaded and not [address for address in loaded if address.startswith(('http', '//'))]
    _, theme = visitor.request('GET', '/theme.css')
    assert '--body-text-color' in theme and not re.search(r'(@import|url\()\W*(http|//)', theme)

    given = visitor.send('my video.mp4', video.read_bytes())
    assert [file.read_bytes() for file in page.left()] == [video.read_bytes()]
    html, drawn, value = visitor.ask(given, 'here')
    assert 'my video.mp4' in html and 'class="score"' in html and 'data:video/mp4' in html and value is None
    assert drawn == '' and 'Attention rollout' in visitor.result('draw', ['rollout'])
    assert 'class="score"' in visitor.result('example', [])
    assert visitor.request('GET', '/example')[0].getheader('content-length') == str(video.stat().st_size)
    assert page.left() == []
    answer, text = visitor.join(given)
    assert answer.status == 404 and 'has been deleted' in text

    html, *_ = visitor.ask(visitor.send('broken.mp4', b'no video'))
    assert 'broken.mp4 cannot be read' in html and 'Traceback' not in html
    long = write_video(tmp_path / 'long.mp4', 20, fps=4)
    html, *_ = visitor.ask(visitor.send('long.mp4', long.read_bytes()))
    assert 'is 5.0 seconds long, but at most 2 are accepted' in html
    answer, text = visitor.upload('large.mp4', b'0' * 120_000)
    assert answer.status == 413 and 'maximum allowed size' in text
    for path in ('http://127.0.0.1:9/a.mp4', str(video), '/etc/hostname'):
        assert visitor.ask(path) is None  # neither fetched nor read
    assert page.left() == []

    page.process.send_signal(signal.SIGTERM)
    assert page.process.wait(60) == 0
    assert page.left() == [] and not list(page.files.glob('mmaction_vt_*'))
    assert not (tmp_path / '.gradio').exists() and not list((ROOT / 'demo').glob('*.pyi'))
    calls = set(page.calls.read_text().split())
    assert calls <= {'127.0.0.1', 'localhost'}, calls
    with socket.socket() as closed, pytest.raises(ConnectionRefusedError):
        closed.connect(('127.0.0.1', page.port))


def test_old_files_go(tmp_path, web_answer):
    web_files = import_module('web_files')
    (tmp_path / 'below').mkdir()
    (tmp_path / 'below' / 'old').touch()
    time.sleep(0.3)
    (tmp_path / 'young').touch()
    web_files.remove_old(tmp_path, 0.2)
    assert [path.name for path in tmp_path.rglob('*') if path.is_file()] == ['young']
