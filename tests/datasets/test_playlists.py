"""No back end opens a file or an address that a video refers to."""

import random
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from hostile.video_files import DASH, HLS, PLAYLISTS, SECRET, numbered, text
from videos import write_video

from mmaction_vt.datasets.video_readers import READERS, open_video
from mmaction_vt.errors import BrokenVideoError, InputError
from mmaction_vt.utils.video_files import check_local_video, check_video_file

BACKENDS = tuple(READERS)


@pytest.fixture(scope='module')
def good(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp('good') / 'good.mp4', 8).read_bytes()


@pytest.fixture(scope='module')
def server():
    """The address of a server and the list of its requests."""
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            """Print nothing."""

    listener = HTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{listener.server_port}', requests
    listener.shutdown()
    listener.server_close()


@pytest.mark.parametrize('backend', BACKENDS)
@pytest.mark.parametrize('suffix', ['.mp4', '.m3u8', '.mpd', '.txt', ''])
def test_playlists_are_refused_whatever_they_are_called(backend, suffix, good, tmp_path):
    path = tmp_path / f'bad{suffix}'
    for content in PLAYLISTS.values():
        text(content)(path, good, random.Random(0))
        before = (tmp_path / SECRET).stat().st_atime_ns
        for source in (str(path), BytesIO(path.read_bytes())):
            with pytest.raises(BrokenVideoError, match=r'refers to other files|not a video'):
                open_video(source, backend, name='bad')
        assert (tmp_path / SECRET).stat().st_atime_ns == before


@pytest.mark.parametrize('backend', BACKENDS)
def test_no_address_is_asked(backend, good, server, tmp_path):
    address, requests = server
    path = tmp_path / 'bad.mp4'
    for content in (HLS.replace('{secret}', f'{address}/a.ts'), DASH.replace('file://{secret}', f'{address}/a.mp4')):
        path.write_text(content)
        with pytest.raises(BrokenVideoError):
            open_video(str(path), backend)
    assert requests == []


@pytest.mark.parametrize('backend', BACKENDS)
def test_a_path_is_no_protocol(backend, good, server, tmp_path, monkeypatch):
    """Files whose names FFmpeg would take for an address or a list of files are read as files."""
    address, requests = server
    monkeypatch.chdir(tmp_path)
    for name in (
        f'{address}/a.mp4',
        'concat:x.mp4|y.mp4',
        'subfile,,start,0,end,9,,:a.mp4',
        'data:a.mp4',
        'pipe:0.mp4',
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(good)
        try:
            reader = open_video(name, backend)
        except InputError as error:
            if not isinstance(error, BrokenVideoError):
                pytest.skip(str(error))
            pytest.fail(str(error))
        assert reader.num_frames == 8
        reader.close()
        assert check_local_video(name) == f'./{name}'
    assert requests == []


def test_names_that_are_patterns_of_pictures_are_refused(good, tmp_path):
    path = tmp_path / 'picture%03d.png'
    numbered(path, good, random.Random(0))
    with pytest.raises(BrokenVideoError, match='takes its path for a pattern'):
        check_video_file(path)
    path.rename(tmp_path / 'video%03d.mp4')
    check_video_file(tmp_path / 'video%03d.mp4')


@pytest.mark.parametrize(
    'suffix', ['.mp4', '.mov', '.mkv', '.webm', '.avi', '.ts', '.mpg', '.flv', '.wmv', '.ogv', '.3gp']
)
def test_every_usual_container_is_accepted(suffix, good, tmp_path):
    import av

    codecs = {
        '.webm': 'libvpx',
        '.ogv': 'libtheora',
        '.mpg': 'mpeg2video',
        '.3gp': 'mpeg4',
        '.wmv': 'wmv2',
        '.flv': 'flv',
    }
    path = tmp_path / f'video{suffix}'
    with av.open(str(path), 'w') as container:
        try:
            stream = container.add_stream(codecs.get(suffix, 'mpeg4'), rate=25)
        except av.codec.codec.UnknownCodecError:
            pytest.skip('no such encoder')
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        for _ in range(8):
            container.mux(stream.encode(av.VideoFrame(64, 48, 'yuv420p')))
        container.mux(stream.encode())
    reader = open_video(str(path))
    assert reader.num_frames >= 7
    reader.close()


def test_a_manifest_behind_the_start_of_a_container(good, tmp_path):
    """DASH is recognised anywhere in the start of a file; a transport stream's own start is weaker than that."""
    for start in (good[:40], b'G' * 10000, b'\x00\x00\x01\xba' + bytes(5000)):
        path = tmp_path / 'bad.mp4'
        path.write_bytes(start + DASH.encode())
        with pytest.raises(BrokenVideoError, match='a DASH manifest'):
            check_video_file(path)
