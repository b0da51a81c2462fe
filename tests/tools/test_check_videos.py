import os
import signal
import struct
import threading

import av
import numpy as np
import pytest
from videos import cut_without_encoding, write_frames, write_video

PROGRAM = 'tools/data/check_videos.py'
# A decoder that crashes at some files, hangs at others and else does its work.
FAKE_DECORD = """
import os, signal, sys, time
here = os.path.dirname(__file__)
sys.path.remove(here)
del sys.modules['decord']
import decord as real
sys.modules['decord'] = sys.modules[__name__] = real
Reader = real.VideoReader
def open_video(path, **options):
    with open(os.path.join(here, 'opened'), 'a') as file:
        file.write(os.path.basename(path) + '\\n')
    if 'crash' in os.path.basename(path):
        os.kill(os.getpid(), signal.SIGSEGV)
    if 'hang' in os.path.basename(path):
        time.sleep(60)
    return Reader(path, **options)
real.VideoReader = open_video
"""


@pytest.fixture
def fake_decord(tmp_path, monkeypatch):
    """Use it; the file names the videos that it opened."""
    (tmp_path / 'fake').mkdir()
    (tmp_path / 'fake' / 'decord.py').write_text(FAKE_DECORD)
    monkeypatch.setenv('PYTHONPATH', str(tmp_path / 'fake'))
    return tmp_path / 'fake' / 'opened'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / 'videos' / 'stir it').mkdir(parents=True)
    return tmp_path


@pytest.fixture
def run(folder, run_program):
    def run(videos, *options, **kwargs):
        options = options if '--backend' in options else ('--backend', 'decord', *options)
        args = [folder / videos, '--out', folder / 'broken.txt', '--overwrite', '--workers', 1]
        return run_program(PROGRAM, *args, *options, **kwargs)

    return run


def faults(folder):
    return dict(line.split('\t') for line in (folder / 'broken.txt').read_text().splitlines())


def write_noise(path, codec=None):
    """A video of two seconds that no codec makes small."""
    noise = np.random.default_rng(0).integers(0, 255, (50, 48, 64, 3), dtype=np.uint8)
    if codec is None:
        return write_frames(path, noise, fps=25, **({'movflags': 'faststart'} if path.suffix == '.mp4' else {}))
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        for frame in noise:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(stream.encode())
    return path


def cut(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])


@pytest.mark.parametrize('backend', ['decord', 'pyav'])
@pytest.mark.parametrize('options', [(), ('--thorough',)], ids=['quick', 'thorough'])
def test_finds_broken_files(folder, run, backend, options):
    videos = folder / 'videos'
    good = write_video(videos / 'good.mp4', movflags='faststart')
    cut_without_encoding(good, videos / 'stream copy.mp4', 10)
    for name, codec in (('a.mp4', None), ('b.avi', 'mpeg4'), ('c.webm', 'libvpx')):
        write_noise(videos / 'stir it' / f'whole {name}', codec)
        cut(write_noise(videos / 'stir it' / name, codec))
    (videos / 'empty.mp4').touch()
    (videos / 'text.mp4').write_text('no video')

    out = run('videos', '--backend', backend, *options)
    found = faults(folder)
    assert list(found) == ['empty.mp4', 'stir it/a.mp4', 'stir it/b.avi', 'stir it/c.webm', 'text.mp4']
    assert found['empty.mp4'] == 'the file is empty'
    assert found['text.mp4'] == 'cannot be read: it is truncated, corrupt or not a video'
    assert found['stir it/a.mp4'] != ''
    for name in ('b.avi', 'c.webm'):
        assert 'it is truncated: it ends after' in found[f'stir it/{name}']
    assert 'of 2.00 seconds' in found['stir it/b.avi']
    assert 'broken.txt: 5 of 10 videos are broken' in out
    assert not (folder / 'broken.txt.checked').exists()


def test_decord_cannot_turn_pictures(folder, run):
    video = write_video(folder / 'videos' / 'a.mp4')
    data = bytearray(video.read_bytes())
    start = data.index(b'tkhd') + 44  # the matrix in the header of the track
    data[start : start + 36] = struct.pack('>9i', 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    video.write_bytes(data)
    run('videos')
    assert 'it is rotated by 270 degrees' in faults(folder)['a.mp4']
    assert '0 of 1 videos are broken' in run('videos', '--backend', 'pyav')


def test_thorough_finds_damage_between(folder, run):
    video = write_noise(folder / 'videos' / 'a.mp4')
    data = bytearray(video.read_bytes())
    start = len(data) * 7 // 10
    data[start : start + 4000] = np.random.default_rng(1).integers(0, 256, 4000, dtype=np.uint8).tobytes()
    video.write_bytes(data)
    # decord reads ahead, as far as the load of the machine lets it, and may come upon the damage.
    assert '0 of 1 videos are broken' in run('videos', '--backend', 'pyav')
    assert '1 of 1 videos are broken' in run('videos', '--thorough')
    assert 'Error sending packet' in faults(folder)['a.mp4']


def test_list_without_the_broken_ones(folder, run):
    videos = folder / 'videos'
    write_video(videos / 'stir it' / 'one two.mp4')
    (videos / 'b.mp4').touch()
    lines = ['stir it/one two.mp4 3', 'b.mp4 1', 'gone.mp4 2', './stir it/one two.mp4 4']
    (folder / 'list.txt').write_text('\n'.join(lines) + '\n')
    out = run('list.txt', '--root', videos, '--write-list', folder / 'clean.txt')
    assert (folder / 'clean.txt').read_text() == f'{lines[0]}\n{lines[3]}\n'
    assert (folder / 'broken.txt').read_text() == 'b.mp4\tthe file is empty\ngone.mp4\tthe file does not exist\n'
    assert '2 of 4 videos are broken' in out and 'clean.txt: 2 videos' in out
    (videos / 'b.mp4').unlink()
    (folder / 'list.txt').write_text(f'{lines[0]}\n')
    assert '0 of 1 videos are broken' in run('list.txt', '--root', videos)
    assert (folder / 'broken.txt').read_text() == ''


def test_a_decoder_that_crashes_or_hangs_ends_no_run(folder, run, fake_decord):
    for name in ('a.mp4', 'crash.mp4', 'hang.mp4', 'z.mp4'):
        write_video(folder / 'videos' / name, num_frames=4)
    assert '2 of 4 videos are broken' in run('videos', '--timeout', 2)
    assert faults(folder) == {
        'crash.mp4': 'the process crashed (SIGSEGV)',
        'hang.mp4': 'no answer within 2 seconds',
    }


def test_goes_on_where_it_stopped(folder, run, fake_decord):
    videos = folder / 'videos'
    for name in ('a.mp4', 'b.mp4', 'c.mp4'):
        write_video(videos / name, num_frames=4)
    settings = f'{{"root": "{videos}", "backend": "decord", "thorough": false}}'
    # As an interrupt leaves it: the last line is not whole.
    (folder / 'broken.txt.checked').write_text(f'{settings}\na.mp4\tit was bad\nb.mp4\t\nc.mp4\tit')
    out = run('videos')
    assert '2 of 3 videos were checked before' in out and '1 of 3 videos are broken' in out
    assert fake_decord.read_text() == 'c.mp4\n'
    assert faults(folder) == {'a.mp4': 'it was bad'}

    (folder / 'broken.txt.checked').write_text(f'{settings}\na.mp4\tit was bad\n')
    out = run('videos', '--thorough')  # what three frames showed is not enough
    assert 'checked before' not in out and '0 of 3 videos are broken' in out


def test_an_interrupt_keeps_what_was_found(folder, run, fake_decord, capsys):
    for name in ('a.mp4', 'hang.mp4'):
        write_video(folder / 'videos' / name, num_frames=4)
    over, checked = threading.Event(), folder / 'broken.txt.checked'

    def interrupt():
        while not over.wait(0.05):
            noted = checked.exists() and 'a.mp4' in checked.read_text()
            if noted and fake_decord.exists() and 'hang' in fake_decord.read_text():
                os.kill(os.getpid(), signal.SIGINT)
                return

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(SystemExit, match='130'):
        run('videos')
    over.set()
    assert 'interrupted; run the same command to resume' in capsys.readouterr().err
    assert checked.read_text().splitlines()[1:] == ['a.mp4\t']
    assert not (folder / 'broken.txt').exists()


def test_refuses_bad_input(folder, run):
    write_video(folder / 'videos' / 'a.mp4', num_frames=2)
    (folder / 'none').mkdir()

    def message(text, *options):
        (folder / 'list.txt').write_text(text)
        return run('list.txt', *options, fails=True)

    assert 'nowhere.txt does not exist; expected a list' in run('nowhere.txt', fails=True)
    assert 'none has no videos' in run('none', fails=True)
    assert 'list.txt is empty' in message('')
    assert "list.txt, line 2: 'b.mp4' is not a path, ' ' and a label" in message('a.mp4 1\nb.mp4\n')
    assert 'none of the 1 videos of' in message('a.mp4 1\n', '--root', folder / 'none')
    assert '--root is for lists' in run('videos', '--root', folder, fails=True)
    assert '--write-list needs a list' in run('videos', '--write-list', folder / 'x.txt', fails=True)
    assert not (folder / 'broken.txt').exists()


def test_a_comma_before_the_label(folder, run):
    write_video(folder / 'videos' / 'stir it' / '1.mp4', num_frames=2)
    (folder / 'videos' / '2.mp4').touch()
    (folder / 'list.csv').write_text('stir it/1.mp4,0\n2.mp4,1\n')
    run('list.csv', '--root', folder / 'videos', '--write-list', folder / 'good.csv', '--backend', 'pyav')
    assert list(faults(folder)) == ['2.mp4']
    assert (folder / 'good.csv').read_text() == 'stir it/1.mp4,0\n'
