"""Files, network streams from a server on this machine, and a camera that is stood in for."""

import io
import socket
import threading
from contextlib import contextmanager
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from videos import write_video
from web_server import serve

from mmaction_vt.errors import BrokenVideoError, InputError
from mmaction_vt.live import Camera, NetworkStream, SourceError, VideoFile, source_of
from mmaction_vt.live.addresses import PROTOCOLS, check_address, options_for


def frames_of(source):
    connection = source.open()
    try:
        return list(connection.frames())
    finally:
        connection.close()


def transport_stream(*sizes, frames=12, fps=25, codec='mpeg2video'):
    """MPEG-TS; the size of the pictures changes after so many frames. Frame i has the value 5 * i."""
    content = io.BytesIO()
    parts = []
    for number, (width, height) in enumerate(sizes):
        content = io.BytesIO()
        with av.open(content, 'w', format='mpegts', options={'mpegts_flags': 'initial_discontinuity'}) as container:
            stream = container.add_stream(codec, rate=fps)
            stream.width, stream.height, stream.pix_fmt = width, height, 'yuv420p'
            for index in range(number * frames, (number + 1) * frames):
                picture = np.full((height, width, 3), 5 * index % 256, np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format='rgb24')
                frame.pts = index
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        parts.append(content.getvalue())
    return b''.join(parts)


def motion_jpeg(sizes, edge=b'frame'):
    """The body of a camera's multipart/x-mixed-replace, of frames of these sizes."""
    body = b''
    for number, (width, height) in enumerate(sizes):
        _, picture = cv2.imencode('.jpg', np.full((height, width, 3), 8 * number, np.uint8))
        content = picture.tobytes()
        body += b'--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n' % (edge, len(content), content)
    return body


def stream_of(body, kind, **headers):
    """A route that sends a body and then ends the connection, without saying how long it is."""

    def route(request):
        request.send_response(200)
        for name, value in {'Content-Type': kind, **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return route


def test_a_number_an_address_and_a_file(video):
    assert isinstance(source_of('3'), Camera) and source_of('3').index == 3
    stream = source_of('RTSP://user:secret@10.0.0.1:554/live?token=secret', timeout=3)
    assert isinstance(stream, NetworkStream) and stream.endless and stream.timeout == 3
    assert stream.name == 'rtsp://10.0.0.1:554/live'
    assert not source_of('http://localhost/a.mp4', ends=True).endless
    assert isinstance(source_of(str(video)), VideoFile)
    with pytest.raises(InputError, match='cameras are numbered from 0 to 63, not 64'):
        source_of('64')
    with pytest.raises(InputError, match=r'nowhere\.mp4 does not exist'):
        source_of('nowhere.mp4')


@pytest.mark.parametrize(
    'address',
    ['file:///etc/passwd', 'concat://a', 'subfile://a', 'ftp://a/b', 'data://x', 'http://', 'rtsp:///a', 'udp://',
     'http://a b/', 'http://a:port/', 'http://a\n/', 'http://[::1', 'crypto+http://a', 'srt://a:1'],
)  # fmt: skip
def test_addresses_that_are_refused(address):
    with pytest.raises(InputError, match=r'addresses|takes an address such as'):
        check_address(address)


def test_no_protocol_leads_to_files():
    for scheme in PROTOCOLS:
        options = options_for(f'{scheme}://localhost:1')
        assert not {'file', 'pipe', 'concat', 'data', 'subfile', 'crypto'} & {*options['protocol_whitelist'].split(',')}
        assert not {'hls', 'dash', 'concat', 'sdp', 'image2'} & {*options['format_whitelist'].split(',')}
    assert check_address('udp://@:1234') == 'udp://:1234'


def test_a_file_in_order_with_its_times(tmp_path):
    frames = frames_of(VideoFile(str(write_video(tmp_path / 'a.mp4', 20, fps=10))))
    assert [frame.time for frame in frames] == pytest.approx([number / 10 for number in range(20)])
    assert [round(frame.picture.mean() / 5) for frame in frames] == list(range(20))
    assert VideoFile(str(tmp_path / 'a.mp4')).open().fps == 10


def test_a_file_that_is_none(tmp_path, video):
    (tmp_path / 'a.mp4').write_text(f'#EXTM3U\n{video}\n')
    with pytest.raises(BrokenVideoError, match='an HLS playlist'):
        VideoFile(str(tmp_path / 'a.mp4'))
    (tmp_path / 'b.mp4').write_bytes(video.read_bytes()[:600])
    with pytest.raises(BrokenVideoError, match='truncated, corrupt or not a video'):
        VideoFile(str(tmp_path / 'b.mp4')).open()


@pytest.mark.parametrize('headers', [{}, {'Connection': 'close'}])
def test_a_transport_stream_over_http(headers):
    with serve() as server:
        server.routes['/live.ts'] = stream_of(transport_stream((64, 48)), 'video/mp2t', **headers)
        source = NetworkStream(server.address('/live.ts'))
        connection = source.open()
        frames = list(connection.frames())
        connection.close()
    assert connection.fps == 25 and len(frames) == 12 and source.endless
    assert np.diff([frame.time for frame in frames]) == pytest.approx(1 / 25, abs=1e-3)
    assert [round(frame.picture.mean() / 5) for frame in frames] == list(range(12))


def test_a_transport_stream_that_changes_its_size():
    with serve() as server:
        server.routes['/live.ts'] = stream_of(transport_stream((64, 48), (96, 80)), 'video/mp2t')
        frames = frames_of(NetworkStream(server.address('/live.ts')))
    shapes = [frame.picture.shape[:2] for frame in frames]
    assert shapes[0] == (48, 64) and shapes[-1] == (80, 96) and len(shapes) >= 20


def test_the_pictures_of_a_network_camera_have_the_time_at_which_they_come():
    """FFmpeg would count 25 a second."""
    sizes = [(64, 48)] * 5 + [(32, 32)] * 3
    with serve() as server:
        kind = 'multipart/x-mixed-replace;boundary=frame'
        server.routes['/camera'] = stream_of(motion_jpeg(sizes), kind)
        connection = NetworkStream(server.address('/camera')).open()
        times = iter(range(7, 100))
        connection.clock = lambda: next(times)
        frames = list(connection.frames())
        connection.close()
    assert connection.fps is None and [frame.time for frame in frames] == list(range(7, 7 + len(frames)))
    assert len(frames) >= 7 and frames[0].picture.shape == (48, 64, 3) and frames[-1].picture.shape == (32, 32, 3)


@pytest.mark.parametrize('target', ['file:///etc/hostname', 'concat:/etc/hostname', 'ftp://127.0.0.1/a'])
def test_a_server_cannot_send_a_decoder_elsewhere(target, tmp_path):
    with serve() as server:

        def elsewhere(request):
            request.send_response(302)
            request.send_header('Location', target)
            request.end_headers()

        server.routes['/live'] = elsewhere
        with pytest.raises(SourceError, match=r'http://127\.0\.0\.1:\d+/live'):
            NetworkStream(server.address('/live'), timeout=5).open()


def test_playlists_are_not_followed(tmp_path):
    with serve() as server:
        segment = transport_stream((64, 48))
        server.routes['/part.ts'] = stream_of(segment, 'video/mp2t')
        playlist = b'#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.5,\npart.ts\n#EXT-X-ENDLIST\n'
        server.routes['/live.m3u8'] = stream_of(playlist, 'application/vnd.apple.mpegurl')
        with pytest.raises(SourceError, match=r'playlists, as of HLS and DASH, are not followed'):
            NetworkStream(server.address('/live.m3u8')).open()
        assert server.paths() and set(server.paths()) == {'/live.m3u8'}


def test_errors_of_servers_are_sentences_without_passwords():
    with serve() as server:
        address = server.address('/nothing').replace('//', '//user:secret@')
        with pytest.raises(SourceError, match='cannot be read') as found:
            NetworkStream(address).open()
        server.routes['/text'] = stream_of(b'no video at all' * 100, 'text/plain', Connection='close')
        with pytest.raises(SourceError, match='sends no stream of an accepted format'):
            NetworkStream(server.address('/text')).open()
        port = server.host.rpartition(':')[2]
    with pytest.raises(SourceError, match='connection refused'):
        NetworkStream(f'http://127.0.0.1:{port}/gone').open()
    assert 'secret' not in str(found.value)


@contextmanager
def silent_server(sent=b''):
    """A server that accepts a connection, may send something, and then nothing more."""
    done = threading.Event()
    with socket.create_server(('127.0.0.1', 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(sent)
                done.wait(30)

        threading.Thread(target=answer, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()


@pytest.mark.parametrize('scheme', ['http', 'tcp', 'rtsp'])
def test_a_stream_that_never_starts(scheme):
    with silent_server() as port, pytest.raises(SourceError, match=r'has sent nothing for 0\.5 seconds'):
        NetworkStream(f'{scheme}://127.0.0.1:{port}/live', timeout=0.5).open()


def test_a_stream_that_falls_silent():
    head = b'HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n'
    with silent_server(head + transport_stream((64, 48), frames=100)) as port:
        connection = NetworkStream(f'http://127.0.0.1:{port}/live.ts', timeout=1).open()
        with pytest.raises(SourceError, match='has sent nothing for 1 seconds'):
            list(connection.frames())
        connection.close()


class Device:
    """OpenCV's VideoCapture, with frames of its own."""

    def __init__(self, frames, fps=30.0, opened=True):
        self.pictures, self.fps, self.opened, self.released = list(frames), fps, opened, False

    def isOpened(self):  # noqa: N802  OpenCV's name
        return self.opened

    def get(self, what):
        assert what == cv2.CAP_PROP_FPS
        return self.fps

    def read(self):
        return (True, self.pictures.pop(0)) if self.pictures else (False, None)

    def release(self):
        self.released = True


def test_a_camera_has_rgb_and_the_time_of_arrival():
    device = Device([np.full((4, 6, 3), (1, 2, 3), np.uint8)] * 3)
    times = iter((5.0, 5.1, 5.3))
    frames = frames_of(Camera(2, lambda index: device, lambda: next(times)))
    assert [frame.time for frame in frames] == [5.0, 5.1, 5.3] and device.released
    assert frames[0].picture[0, 0].tolist() == [3, 2, 1]
    assert Camera(0, lambda index: Device([], fps=0)).open().fps is None


def test_a_camera_that_is_not_there():
    device = Device([], opened=False)
    with pytest.raises(SourceError, match='camera 7 cannot be opened: there is none with this number'):
        Camera(7, lambda index: device).open()
    assert device.released


def test_stamps_that_jump_in_a_file(tmp_path):
    with av.open(str(tmp_path / 'a.mkv'), 'w') as container:
        stream = container.add_stream('mjpeg', rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, 'yuvj420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format='rgb24')
            frame.pts, frame.time_base = 100 * number + 600_000 * (number >= 5), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    times = [frame.time for frame in frames_of(VideoFile(str(tmp_path / 'a.mkv')))]
    assert times == pytest.approx([*(n / 10 for n in range(5)), *(600 + n / 10 for n in range(5, 10))])
