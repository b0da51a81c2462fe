import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from decord import VideoReader
from videos import write_frames, write_video

PROGRAM = 'tools/data/resize_videos.py'
CLOCKWISE = (0, 1, -1, 0)  # the matrix of a header, x to x, x to y, y to x, y to y


def rotate(path, matrix):
    """Write a rotation into the header of a video."""
    data = bytearray(path.read_bytes())
    start = data.index(b'tkhd') + 44
    a, b, c, d = (value << 16 for value in matrix)
    data[start : start + 36] = struct.pack('>9i', a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def write_with_sound(path, codec, times, size=(64, 48)):
    """A video with noise for pictures at the given times in units of 1/1000 second, and with sound."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream('libopus', rate=48000)
        for index, time in enumerate(times):
            noise = np.random.default_rng(index).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format='rgb24')
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), format='s16', layout='mono')
        silence.sample_rate = 48000
        container.mux(sound.encode(silence))
        container.mux(stream.encode())
        container.mux(sound.encode())
    return path


@pytest.fixture
def folder(tmp_path):
    (tmp_path / 'videos' / 'stir it').mkdir(parents=True)
    return tmp_path


@pytest.fixture
def run(folder, run_program):
    def run(*options, videos='videos', out='small', short_side=24, **kwargs):
        args = [folder / videos, folder / out, '--short-side', short_side, '--workers', 1, *options]
        return run_program(PROGRAM, *args, **kwargs)

    return run


def read(path):
    """Size, frames a second, times and frames, in yuv420p, of a video without sound."""
    with av.open(str(path)) as container:
        assert len(container.streams) == 1
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        times = [frame.time for frame in frames]
        return (stream.width, stream.height), stream.average_rate, times, frames


def test_resizes_and_copies(folder, run):
    videos = folder / 'videos'
    write_video(videos / 'wide.MP4', num_frames=12, fps=25, size=(80, 48))
    write_video(videos / 'stir it' / 'high.mkv', num_frames=40, fps=30, size=(32, 66))
    write_video(videos / 'stir it' / 'little.avi', num_frames=4, size=(40, 24))
    out = run()
    assert 'small: 2 videos resized, 1 copied' in out
    assert {str(path.relative_to(folder / 'small')) for path in (folder / 'small').rglob('*') if path.is_file()} == {
        'wide.MP4',
        'stir it/high.mp4',
        'stir it/little.avi',
        'resize.json',
    }
    size, rate, times, frames = read(folder / 'small' / 'wide.MP4')
    assert size == (40, 24) and rate == 25 and np.allclose(times, np.arange(12) / 25)
    means = [frame.to_ndarray(format='rgb24').mean() for frame in frames]
    assert np.allclose(means, 5 * np.arange(12), atol=3)  # as write_video made them
    size, rate, times, frames = read(folder / 'small' / 'stir it' / 'high.mp4')
    assert size == (24, 50) and round(rate, 1) == 30 and np.allclose(times, np.arange(40) / 30, atol=0.001)
    assert [frame.key_frame for frame in frames].index(True, 1) <= 32
    assert len(VideoReader(str(folder / 'small' / 'stir it' / 'high.mp4'))) == 40
    assert '3 of 3 videos were written before' in run()
    little = (videos / 'stir it' / 'little.avi').read_bytes()
    assert (folder / 'small' / 'stir it' / 'little.avi').read_bytes() == little


def test_keeps_times_and_drops_sound(folder, run):
    times = [500, 533, 566, 700, 1000]  # they start late and are uneven
    write_with_sound(folder / 'videos' / 'a.webm', 'libvpx', times)
    run()
    _, _, found, _ = read(folder / 'small' / 'a.mp4')
    assert np.allclose(found, [0, 0.033, 0.066, 0.2, 0.5], atol=0.002)


@pytest.mark.parametrize(
    ('matrix', 'turns'), [(CLOCKWISE, 3), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1)], ids=['clockwise', 'half', 'counter']
)
@pytest.mark.parametrize('short_side', [24, 480])
def test_turns_upright(folder, run, matrix, turns, short_side):
    frames = np.full((3, 48, 64, 3), 40, np.uint8)
    frames[:, :16, :24] = 220  # upper left
    rotate(write_frames(folder / 'videos' / 'a.mp4', frames), matrix)
    assert '1 videos resized, 0 copied' in run(short_side=short_side)
    size, _, _, shown = read(folder / 'small' / 'a.mp4')
    ratio = min(short_side / 48, 1)
    upright = np.rot90(frames[0], turns)
    assert size == (upright.shape[1] * ratio, upright.shape[0] * ratio)
    assert all(frame.rotation == 0 for frame in shown)
    step = round(1 / ratio)
    difference = np.abs(shown[0].to_ndarray(format='rgb24').astype(int) - upright[::step, ::step])
    assert difference.mean() < 8


def test_keeps_colours_of_full_range(folder, run):
    frame = np.full((48, 64, 3), (230, 20, 60), np.uint8)
    with av.open(str(folder / 'videos' / 'a.avi'), 'w') as container:
        stream = container.add_stream('mjpeg', rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuvj420p'
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(stream.encode())
    run()
    shown = read(folder / 'small' / 'a.mp4')[3][0].to_ndarray(format='rgb24')
    assert np.abs(shown.astype(int) - (230, 20, 60)).max() < 12


def test_what_fails_does_not_stop_the_others(folder, run):
    videos = folder / 'videos'
    good = write_video(videos / 'good.mp4', size=(80, 48), movflags='faststart').read_bytes()
    (videos / 'cut.mp4').write_bytes(good[: len(good) // 2])
    (videos / 'no video.mp4').write_bytes(b'text')
    write_frames(videos / 'whole.avi', np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8))
    avi = (videos / 'whole.avi').read_bytes()
    (videos / 'stir it' / 'cut.avi').write_bytes(avi[: len(avi) // 2])
    out = run()
    assert '2 videos resized' in out and '3 of 5 videos failed' in out
    failed = (folder / 'small' / 'failed.txt').read_text().splitlines()
    assert [line.split('\t')[0] for line in failed] == ['cut.mp4', 'no video.mp4', 'stir it/cut.avi']
    assert 'Invalid data' in failed[0] and 'not a video' in failed[1]
    assert 'it is truncated: it ends after' in failed[2]
    assert not list((folder / 'small').rglob('*.part'))
    (videos / 'cut.mp4').write_bytes(good)
    (videos / 'no video.mp4').write_bytes(good)
    (videos / 'stir it' / 'cut.avi').write_bytes(avi)
    out = run()
    assert '2 of 5 videos were written before' in out and '3 videos resized' in out
    assert not (folder / 'small' / 'failed.txt').exists()


def test_goes_on_where_it_stopped(folder, run):
    for name in ('a.mp4', 'b.mp4', 'stir it/c.avi'):
        write_video(folder / 'videos' / name, num_frames=4, size=(32, 20) if name == 'b.mp4' else (80, 48))
    run()
    small = folder / 'small'
    before = {path: path.stat().st_mtime_ns for path in small.rglob('*.mp4')}
    (small / 'a.mp4').rename(small / 'a.mp4.part')  # as an interrupt leaves it
    out = run()
    assert '2 of 3 videos were written before' in out and '1 videos resized, 0 copied' in out
    assert not list(small.rglob('*.part'))
    changed = {path.name for path in small.rglob('*.mp4') if path.stat().st_mtime_ns != before[path]}
    assert changed == {'a.mp4'}
    assert '3 of 3 videos were written before' in run()


def test_refuses_what_would_mix(folder, run, capsys):
    videos = folder / 'videos'
    write_video(videos / 'a.mp4', num_frames=4, size=(80, 48))
    assert 'inside' in run(out='videos/small', fails=True)
    assert 'nowhere does not exist' in run(videos='nowhere', fails=True)
    run()
    assert "has videos written with {'short_side': 24, 'crf': 23}, not {'short_side': 20" in run(
        short_side=20, fails=True
    )
    write_video(videos / 'a.avi', num_frames=4)
    assert 'has a.avi and a.mp4, which would both be written as .mp4' in run(fails=True)
    with pytest.raises(SystemExit):
        run(short_side=23)
    assert "'23' is not a positive even number" in capsys.readouterr().err
