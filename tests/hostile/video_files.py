"""Files that are no good videos: mutations of a good one, odd but valid ones, other kinds of files, and playlists."""

import os
import random
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image

Writer = Callable[[Path, bytes, random.Random], None]
SECRET = 'secret.mp4'  # a good video beside the playlists, which they refer to


@dataclass(frozen=True)
class Bad:
    """A file.

    Args:
        name: What is bad about it.
        file: Its name.
        write: Writes it; gets the path, the content of a good video, and random numbers.
        readable: Whether its frames can be read; None if either answer is right.
    """

    name: str
    file: str
    write: Writer
    readable: bool | None = False


def flip_bits(path: Path, good: bytes, rng: random.Random) -> None:
    content = bytearray(good)
    for _ in range(rng.choice((1, 4, 32, 256))):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def shuffle_parts(path: Path, good: bytes, rng: random.Random) -> None:
    parts = [good[start : start + 64] for start in range(0, len(good), 64)]
    rng.shuffle(parts)
    path.write_bytes(b''.join(parts))


def truncate(path: Path, good: bytes, rng: random.Random) -> None:
    path.write_bytes(good[: rng.randrange(1, len(good))])


def insert(path: Path, good: bytes, rng: random.Random) -> None:
    at = rng.randrange(len(good))
    path.write_bytes(good[:at] + rng.randbytes(rng.choice((1, 100, 5000))) + good[at:])


def noise(path: Path, good: bytes, rng: random.Random) -> None:
    path.write_bytes(rng.randbytes(20000))


def patch(box: bytes, offset: int, value: bytes) -> Writer:
    """Overwrites a field of all boxes of a kind of an MP4 file; the offset is from the box's name."""

    def write(path: Path, good: bytes, rng: random.Random) -> None:
        content, at = bytearray(good), good.find(box)
        while at >= 0:
            content[at + offset : at + offset + len(value)] = value
            at = good.find(box, at + 4)
        path.write_bytes(content)

    return write


def encoded(
    size: tuple[int, int] = (64, 48),
    codec: str = 'ffv1',
    pixels: str = 'yuv420p',
    times: Callable[[int], int] = int,
    frames: int = 8,
) -> Writer:
    """Encodes frames of a size (width, height), with the times of their numbers."""

    def write(path: Path, good: bytes, rng: random.Random) -> None:
        with av.open(str(path), 'w', options=dict(avoid_negative_ts='disabled')) as container:
            stream = container.add_stream(codec, rate=30)
            stream.width, stream.height = size
            stream.pix_fmt = pixels
            container.start_encoding()
            for number in range(frames):
                frame = av.VideoFrame.from_ndarray(np.full((*size[::-1], 3), 20 * number, np.uint8), format='rgb24')
                frame.pts = times(number)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())

    return write


def size_change(path: Path, good: bytes, rng: random.Random) -> None:
    parts = []
    for number, size in enumerate(((64, 48), (32, 96))):
        part = path.with_name(f'part{number}.ts')
        encoded(size, 'mpeg2video')(part, good, rng)
        parts.append(part.read_bytes())
        part.unlink()
    path.write_bytes(b''.join(parts))


def sound(path: Path, good: bytes, rng: random.Random) -> None:
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('aac', rate=16000)
        for number in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format='fltp', layout='mono')
            frame.sample_rate, frame.pts = 16000, 1024 * number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def picture(kind: str) -> Writer:
    return lambda path, good, rng: Image.new('RGB', (64, 48), 'red').save(path, kind)


def text(content: str) -> Writer:
    """Writes a text, in which {secret} is the path of a good video and {folder} that of the folder."""

    def write(path: Path, good: bytes, rng: random.Random) -> None:
        secret = path.absolute().with_name(SECRET)
        secret.write_bytes(good)
        path.write_text(content.format(secret=secret, folder=path.absolute().parent))

    return write


def bound_socket(path: Path, good: bytes, rng: random.Random) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path.name)  # the path of the whole may be too long


def link(target: str) -> Writer:
    return lambda path, good, rng: path.symlink_to(target)


def copy(path: Path, good: bytes, rng: random.Random) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(good)


def sparse(path: Path, good: bytes, rng: random.Random) -> None:
    with path.open('wb') as file:
        file.truncate(2**40)


TURNED = struct.pack('>iiiii', 0, 65536, 0, -65536, 0)
HUGE = struct.pack('>I', 2**31 - 1)
HLS = '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n'
DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-on-demand'
    ':2011" type="static" mediaPresentationDuration="PT1S"><Period><AdaptationSet><Representation id="1" bandwidth="1"'
    ' mimeType="video/mp4"><BaseURL>file://{secret}</BaseURL></Representation></AdaptationSet></Period></MPD>'
)
PLAYLISTS = {
    'concat': "ffconcat version 1.0\nfile '{secret}'\n",
    'hls': HLS,
    'hls of an address': HLS.replace('{secret}', 'http://127.0.0.1:9/a.mp4'),
    'hls with a byte order mark': f'\ufeff{HLS}',
    'hls of a concat protocol': HLS.replace('{secret}', 'concat:{secret}|/etc/passwd'),
    'hls of a subfile': HLS.replace('{secret}', 'subfile,,start,0,end,0,,:{secret}'),
    'dash': DASH,
    'sdp': 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n',
    'asx': '<asx version="3.0"><entry><ref href="{secret}"/></entry></asx>',
    'imf': '<?xml version="1.0"?><CompositionPlaylist><Id>x</Id></CompositionPlaylist>',
    'paths': '{secret}\n',
    'xspf': '<?xml version="1.0"?><playlist><trackList><track><location>{secret}</location></track></trackList>'
    '</playlist>',
}
ENDLESS = ('/dev/zero', '/dev/urandom', '/dev/tty', '/dev/null', '/proc/self/pagemap', '/proc/kmsg', '/proc/self/mem')
MUTATIONS: dict[str, Writer] = {
    'flips': flip_bits,
    'truncated': truncate,
    'inserted': insert,
    'shuffled': shuffle_parts,
    'without its first bytes': lambda path, good, rng: path.write_bytes(good[9:]),
}
SUFFIXES = ('.mp4', '.m3u8', '.mpd', '.avi', '.mkv', '.ts', '.sdp', '')
NAMES = {
    'a line break': 'a\nb.mp4',
    'quotes': '\'"`$(touch x)`.mp4',
    'a leading dash': './-rf.mp4',
    'spaces': '  a  b  .mp4',
    'bytes that are not UTF-8': os.fsdecode(b'\xff\xfe.mp4'),
    '255 bytes': 'x' * 251 + '.mp4',
    'a protocol': 'concat:a.mp4',
    'another protocol': 'http:a.mp4',
    'an address': 'http:/127.0.0.1:9/a.mp4',
    'braces and a percent sign': '{0}%05d{x.mp4',
    'control characters': '\x1b[31mred\x07.mp4',
    'markup': '[bold red]a[/].mp4',
    'a tab': 'a\tb.mp4',
}


def bad_files() -> Iterator[Bad]:
    """All kinds."""
    for name, mutate in MUTATIONS.items():
        yield Bad(name, 'bad.mp4', mutate, None)
    yield Bad('noise', 'bad.mp4', noise)
    yield Bad('empty', 'bad.mp4', lambda path, good, rng: path.write_bytes(b''))
    yield Bad('one byte', 'bad.mp4', lambda path, good, rng: path.write_bytes(b'\0'))
    yield Bad('zeros', 'bad.mp4', lambda path, good, rng: path.write_bytes(bytes(100000)))
    yield Bad('sparse, a terabyte', 'bad.mp4', sparse)
    yield Bad('huge duration', 'bad.mp4', patch(b'mvhd', 20, HUGE), None)
    yield Bad('huge duration of the stream', 'bad.mp4', patch(b'mdhd', 20, HUGE), None)
    yield Bad('huge frame count', 'bad.mp4', patch(b'stsz', 12, HUGE), None)
    yield Bad('huge sample size', 'bad.mp4', patch(b'stsz', 8, HUGE), None)
    yield Bad('time base 0', 'bad.mp4', patch(b'mdhd', 16, bytes(4)), None)
    yield Bad('header says 4096 x 4096', 'bad.mp4', patch(b'avc1', 28, struct.pack('>HH', 4096, 4096)), None)
    yield Bad('header says 65535 x 65535', 'bad.mp4', patch(b'avc1', 28, b'\xff' * 4), None)
    yield Bad('header says 0 x 0', 'bad.mp4', patch(b'avc1', 28, bytes(4)), None)
    yield Bad('rotated by 90 degrees', 'odd.mp4', patch(b'tkhd', 44, TURNED), True)
    yield Bad('no frames', 'bad.mkv', encoded(frames=0))
    yield Bad('one frame', 'odd.mkv', encoded(frames=1), True)
    yield Bad('1 x 1', 'odd.avi', encoded((1, 1), 'rawvideo', 'bgr24'), None)
    yield Bad('odd sizes', 'odd.mkv', encoded((33, 47)), True)
    yield Bad('2 x 2000', 'odd.mkv', encoded((2, 2000), 'rawvideo'), None)
    yield Bad('2000 x 2', 'odd.mkv', encoded((2000, 2), 'rawvideo'), None)
    yield Bad('variable frame rate', 'odd.mkv', encoded(times=lambda number: number**3), True)
    yield Bad('negative times', 'odd.mkv', encoded(times=lambda number: number - 5), None)
    yield Bad('equal times', 'odd.mkv', encoded(times=lambda number: number // 2), None)
    yield Bad('times far apart', 'odd.mkv', encoded(times=lambda number: number * 10**6), None)
    yield Bad('10 bit', 'odd.mkv', encoded(pixels='yuv420p10le'), True)
    yield Bad('grey', 'odd.mkv', encoded(pixels='gray'), True)
    yield Bad('alpha', 'odd.mkv', encoded(pixels='yuva420p'), True)
    yield Bad('16 bit', 'odd.mkv', encoded(pixels='rgb48le'), None)
    yield Bad('size changes', 'odd.ts', size_change, None)
    yield Bad('sound only', 'bad.mp4', sound)
    for kind in ('PNG', 'JPEG', 'BMP', 'TIFF', 'WEBP'):
        yield Bad(f'{kind} picture', 'bad.mp4', picture(kind))
    yield Bad('GIF', 'odd.gif', picture('GIF'), None)
    yield Bad('text', 'bad.mp4', text('not a video\n'))
    yield Bad('HTML', 'bad.mp4', text('<!doctype html><title>404</title>'))
    for kind, content in PLAYLISTS.items():
        for suffix in SUFFIXES:
            yield Bad(f'{kind} named {suffix}', f'bad{suffix}', text(content))
    yield Bad('numbered pictures', 'bad%03d.png', numbered)
    yield Bad('FIFO', 'bad.mp4', lambda path, good, rng: os.mkfifo(path))
    yield Bad('socket', 'bad.mp4', bound_socket)
    yield Bad('folder', 'bad.mp4', lambda path, good, rng: path.mkdir())
    for target in ENDLESS:
        yield Bad(f'link to {target}', 'bad.mp4', link(target))
    yield Bad('dangling link', 'bad.mp4', link('nowhere.mp4'))
    yield Bad('circular link', 'bad.mp4', link('bad.mp4'))
    yield Bad('link to its folder', 'bad.mp4', link('.'), None)
    for name, file in NAMES.items():
        yield Bad(f'name with {name}', file, copy, True)


def numbered(path: Path, good: bytes, rng: random.Random) -> None:
    """Pictures, and a good video whose name FFmpeg takes for a pattern of theirs."""
    for number in range(3):
        Image.new('RGB', (64, 48), 'red').save(path.with_name(path.name % number))
    path.write_bytes(good)
