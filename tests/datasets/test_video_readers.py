"""Frames by number: the same from every backend, whatever the file."""

import subprocess
import sys
from io import BytesIO

import av
import numpy as np
import pytest
from videos import cut_without_encoding, write_video

from mmaction_vt.datasets import video_readers
from mmaction_vt.datasets.video_readers import PyAVReader, open_video
from mmaction_vt.errors import BrokenVideoError, InputError


def has_torchcodec():
    try:
        import torchcodec.decoders  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        return False
    return True


BACKENDS = ['pyav', 'decord', pytest.param('torchcodec', marks=pytest.mark.skipif(
    not has_torchcodec(), reason='torchcodec or FFmpeg is not installed'
))]  # fmt: skip


def moving(frames=60, height=48, width=64):
    """A bright square on a dark ground, at another place in each frame."""
    out = np.full((frames, height, width, 3), 30, np.uint8)
    for index in range(frames):
        left = index * (width - 12) // frames
        out[index, 10:30, left : left + 12] = (220, 180, 60)
    return out


def write(path, frames, codec='libx264', options=None, pix_fmt='yuv420p', rate=25, pts=None):
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.height, stream.width, stream.pix_fmt = frames.shape[1], frames.shape[2], pix_fmt
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format='rgb24')
            if pts is not None:
                frame.pts = int(pts[number])
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return str(path)


KINDS = {
    'B frames': dict(options={'bf': '3', 'g': '20'}),
    'B pyramid': dict(options={'bf': '4', 'x264-params': 'b-pyramid=normal:keyint=30'}),
    'open groups': dict(options={'bf': '2', 'x264-params': 'open-gop=1:keyint=12'}),
    'key frames only': dict(options={'g': '1'}),
    'mpeg4': dict(codec='mpeg4', options={'bf': '2', 'g': '15'}),
    '10 bit': dict(options={'profile': 'high10'}, pix_fmt='yuv420p10le'),
    'grey': dict(pix_fmt='gray'),
    'times of its own': dict(pts=np.cumsum([1, 3, 2] * 20) - 1),
}


# What their versions of 2026 get wrong: frames behind a seek, and the count of frames behind a cut.
WRONG = {('decord', 'open groups'), ('torchcodec', 'open groups'), ('decord', 'mpeg4'), ('decord', 'cut')}


@pytest.mark.parametrize('backend', BACKENDS)
@pytest.mark.parametrize('kind', KINDS)
def test_finds_frames_by_number(tmp_path, kind, backend):
    if (backend, kind) in WRONG:
        pytest.skip(f'{backend} itself is wrong here')
    path = write(tmp_path / 'v.mp4', moving(), **KINDS[kind])
    with av.open(path) as container:
        every = np.stack([frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)])
    reader = open_video(path, backend)
    assert reader.num_frames == len(every) == 60
    for numbers in ([0], [59], [7, 8, 9], [3, 21, 22, 45], list(range(0, 60, 5)), [58, 59]):
        frames = np.stack(list(reader.read(np.array(numbers))))
        assert np.abs(frames.astype(int) - every[numbers]).mean() < 1, numbers
    reader.close()


def test_decodes_no_more_than_it_must(tmp_path, monkeypatch):
    """Seeks over groups of frames that nobody asks for, and goes on without a seek within one."""
    path = write(tmp_path / 'v.mp4', moving(), options={'g': '10', 'bf': '2', 'sc_threshold': '0'})
    reader = PyAVReader(path, path)
    starts = []
    decode = reader._decode
    monkeypatch.setattr(reader, '_decode', lambda times, key: starts.append(key) or decode(times, key))
    assert len(list(reader.read(np.array([1, 5, 12, 55, 58])))) == 5
    assert starts == [reader.index.keys[0], reader.index.keys[5]]


def test_a_seek_that_goes_too_far(tmp_path, monkeypatch):
    path = write(tmp_path / 'v.mp4', moving(), options={'g': '10', 'bf': '0'})
    wanted = np.stack(list(open_video(path).read(np.array([25, 26, 40]))))
    reader = open_video(path)
    index = reader.index
    late = index.keys.copy()
    late[2] = index.keys[3]  # the index is wrong by one key frame
    monkeypatch.setattr(reader, 'index', index._replace(keys=late))
    np.testing.assert_array_equal(np.stack(list(reader.read(np.array([25, 26, 40])))), wanted)


@pytest.mark.parametrize('backend', BACKENDS)
def test_from_memory(tmp_path, backend):
    path = write(tmp_path / 'v.mp4', moving())
    wanted = next(open_video(path, backend).read(np.array([17])))
    reader = open_video(BytesIO((tmp_path / 'v.mp4').read_bytes()), backend, name='tar member')
    np.testing.assert_array_equal(next(reader.read(np.array([17]))), wanted)


@pytest.mark.parametrize('backend', BACKENDS)
def test_broken_files(tmp_path, backend):
    good = tmp_path / 'good.mp4'
    write(good, moving())
    data = good.read_bytes()
    with av.open(str(tmp_path / 'sound.mp4'), 'w') as container:
        stream = container.add_stream('aac', rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format='fltp', layout='mono')
        frame.rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    files = {
        'empty.mp4': b'',
        'half.mp4': data[: len(data) // 2],
        'text.mp4': b'this is no video at all' * 20,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for name in (*files, 'sound.mp4'):
        with pytest.raises(BrokenVideoError, match=name):
            open_video(str(tmp_path / name), backend)


@pytest.mark.parametrize('backend', BACKENDS)
def test_a_damaged_middle(tmp_path, backend):
    path = write_video(tmp_path / 'damaged.mp4')
    data = bytearray(path.read_bytes())
    start = data.find(b'mdat') + (data.find(b'moov') - data.find(b'mdat')) // 2
    data[start : data.find(b'moov') - 8] = bytes(data.find(b'moov') - 8 - start)
    path.write_bytes(data)
    with pytest.raises(BrokenVideoError, match=r'damaged\.mp4 is corrupt'):
        list(open_video(str(path), backend).read(np.array([0, 12, 23])))


@pytest.mark.parametrize('backend', BACKENDS)
def test_frames_before_the_cut_do_not_count(tmp_path, backend):
    if (backend, 'cut') in WRONG:
        pytest.skip(f'{backend} itself is wrong here')
    video = write_video(tmp_path / 'whole.mp4')
    path = cut_without_encoding(video, tmp_path / 'cut.mp4', 10)
    reader = open_video(str(path), backend)
    assert reader.num_frames == 14
    first, last = reader.read(np.array([0, 13]))
    assert abs(first.mean() - 50) < 3 and abs(last.mean() - 115) < 3  # frame i of the whole has the value 5 * i


def test_no_file_and_no_backend(tmp_path):
    with pytest.raises(InputError, match='does not exist') as error:
        open_video(str(tmp_path / 'no.mp4'))
    assert not isinstance(error.value, BrokenVideoError)
    with pytest.raises(InputError, match='pyav'):
        open_video(str(tmp_path / 'no.mp4'), 'ffmpeg')


def test_the_index_is_kept_until_the_file_changes(tmp_path, monkeypatch):
    path = write(tmp_path / 'v.mp4', moving(20))
    made = []
    index_of = video_readers.index_of
    monkeypatch.setattr(video_readers, 'index_of', lambda *args: made.append(1) or index_of(*args))
    assert [open_video(path).num_frames for _ in range(3)] == [20, 20, 20] and len(made) == 1
    write(tmp_path / 'v.mp4', moving(30))
    assert open_video(path).num_frames == 30 and len(made) == 2


@pytest.mark.slow
def test_frames_can_be_png_whatever_is_imported_first():
    """decord and OpenCV each bring a zlib; only in one order do both work."""
    code = (
        'import mmaction_vt.datasets, cv2, numpy\n'
        'picture = numpy.full((8, 8, 3), 7, numpy.uint8)\n'
        "assert (cv2.imdecode(cv2.imencode('.png', picture)[1], 1) == picture).all()\n"
    )
    subprocess.run([sys.executable, '-c', code], check=True)
