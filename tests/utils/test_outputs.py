"""Where results will lie is checked first, and they are written whole or not at all."""

import errno
import json
import os
import resource
import signal
import time
from pathlib import Path

import pytest

from mmaction_vt.errors import InputError
from mmaction_vt.utils import outputs
from mmaction_vt.utils.files import atomic_path, write_atomically
from mmaction_vt.utils.growing_file import GrowingFile
from mmaction_vt.utils.outputs import check_output, check_output_folder, check_whole_folder, write_folder, write_output


@pytest.fixture
def limit():
    """Let no file be larger than a number of bytes, as a full disk does not."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def make_folder(path):
    path.mkdir()


def make_link_to_nowhere_below_a_file(path):
    (path.parent / 'file').touch()
    path.symlink_to('file/x')


def make_device(path):
    path.symlink_to('/dev/full')


@pytest.mark.parametrize(
    ('name', 'make', 'message'),
    [
        ('', None, 'is empty'),
        ('a\0b', None, 'null byte'),
        ('x' * 256, None, 'a name of 256 bytes: at most 255'),
        ('new/' + 'ä' * 128, None, 'a name of 256 bytes'),
        ('x/' * 3000 + 'x', None, 'File name too long'),
        ('out.txt', make_folder, 'is a folder: expected the name of a file'),
        ('out.txt', os.mkfifo, 'is a device, a pipe or a socket'),
        ('out.txt', make_device, 'is a device, a pipe or a socket'),
        ('out.txt', make_link_to_nowhere_below_a_file, 'file is a file, not a folder'),
        ('out.txt', lambda path: path.symlink_to(path), 'symbolic links'),
        ('out.txt', Path.touch, 'out.txt exists: --overwrite replaces it'),
        ('above/out.txt', lambda path: path.parent.touch(), 'above is a file, not a folder'),
        ('above/new/out.txt', lambda path: path.parents[1].touch(), 'above is a file, not a folder'),
        ('/proc/out.txt', None, 'cannot be written'),
        ('/dev/null/out.txt', None, 'is a file, not a folder'),
    ],
)
def test_a_place_where_nothing_can_be_written(tmp_path, name, make, message):
    path = f'{tmp_path}/{name}' if name and name[0] != '/' else name
    if make is not None:
        make(Path(path))
    before = sorted(tmp_path.rglob('*'))
    with pytest.raises(InputError, match=message) as error:
        check_output(path, '--out')
    assert '\n' not in str(error.value) and sorted(tmp_path.rglob('*')) == before


def test_nothing_is_made_by_a_check(tmp_path):
    check_output(tmp_path / 'new' / 'folder' / 'out.txt', '--out')
    check_output_folder(tmp_path / 'new' / 'folder', 'OUT')
    check_output(tmp_path / ('x' * 255), '--out')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('link', [os.link, os.symlink, lambda old, new: None])
def test_an_output_that_is_an_input(tmp_path, link):
    (tmp_path / 'in.txt').touch()
    link(tmp_path / 'in.txt', tmp_path / 'out.txt')
    out = tmp_path / 'out.txt' if (tmp_path / 'out.txt').exists() else tmp_path / 'x' / '..' / 'in.txt'
    (tmp_path / 'x').mkdir()
    inputs = [None, 'https://host/in.txt', tmp_path / 'in.txt']
    with pytest.raises(InputError, match=r'is the same as .*in\.txt, which is needed too'):
        check_output(out, '--out', True, inputs)
    with pytest.raises(InputError, match='is the same as'):
        check_output(tmp_path / 'one', '--out', inputs=[tmp_path / 'x' / '..' / 'one'])  # two outputs with one name


def test_a_file_that_must_not_be_written_to(tmp_path):
    (tmp_path / 'out.txt').touch()
    (tmp_path / 'out.txt').chmod(0o444)
    with pytest.raises(InputError, match='write-protected'):
        check_output(tmp_path / 'out.txt', '--out', overwrite=True)


def test_a_full_disk_is_found_first(tmp_path, limit):
    limit(100)
    with pytest.raises(InputError, match=r'--out .* cannot be written: File too large'):
        check_output(tmp_path / 'new' / 'out.txt', '--out')


def test_what_was_there_is_kept(tmp_path, limit):
    path = tmp_path / 'out.txt'
    write_output(path, 'old')
    path.chmod(0o600)
    (tmp_path / 'link').symlink_to('out.txt')
    limit(1000)
    with pytest.raises(InputError, match='cannot be written: File too large; what was there before is kept'):
        write_output(path, bytes(2000))
    assert path.read_text() == 'old'
    write_output(tmp_path / 'link', 'new')
    assert path.read_text() == 'new' and path.stat().st_mode & 0o777 == 0o600 and (tmp_path / 'link').is_symlink()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ['link', 'out.txt']


def test_two_writers_of_one_file(tmp_path):
    path = tmp_path / 'out.txt'
    with atomic_path(path) as first, atomic_path(path) as second:
        assert first != second
        first.write_text('first')
        second.write_text('second')
    assert path.read_text() == 'first' and [entry.name for entry in tmp_path.iterdir()] == ['out.txt']


def test_a_part_that_is_not_its_own(tmp_path):
    (tmp_path / 'mine').write_text('mine')
    (tmp_path / 'out.txt.part').symlink_to('mine')
    write_atomically(tmp_path / 'out.txt', 'content')
    assert (tmp_path / 'mine').read_text() == 'mine' and (tmp_path / 'out.txt').read_text() == 'content'


def write_two(folder):
    (folder / 'a').write_text('new')
    (folder / 'b').write_text('new')


def test_a_folder_is_written_as_a_whole(tmp_path, monkeypatch):
    target = tmp_path / 'new' / 'folder'
    write_folder(target, write_two)

    def fail(folder):
        (folder / 'a').write_text('half')
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match='No space left on device; what was there before is kept'):
        write_folder(target, fail)
    assert (target / 'a').read_text() == (target / 'b').read_text() == 'new'
    for can_exchange in (True, False):
        if not can_exchange:
            monkeypatch.setattr(outputs, 'exchange', lambda first, second: False)
        (target / 'a').write_text('old')
        write_folder(target, write_two)
        assert (target / 'a').read_text() == 'new' and list(target.parent.iterdir()) == [target]


def test_a_folder_with_files_of_others(tmp_path):
    check_whole_folder(tmp_path / 'new', 'DESTINATION', ('a', 'b'))
    check_whole_folder(tmp_path, 'DESTINATION', ('a', 'b'))
    (tmp_path / 'a').touch()
    with pytest.raises(InputError, match='not empty: --overwrite replaces it'):
        check_whole_folder(tmp_path, 'DESTINATION', ('a', 'b'))
    check_whole_folder(tmp_path, 'DESTINATION', ('a', 'b'), overwrite=True)
    with pytest.raises(InputError, match=r'has .*a, which is read'):
        check_whole_folder(tmp_path, 'DESTINATION', ('a', 'b'), True, [tmp_path / 'a'])
    (tmp_path / 'README.md').touch()
    with pytest.raises(InputError, match=r'has other files, such as README\.md'):
        check_whole_folder(tmp_path, 'DESTINATION', ('a', 'b'), overwrite=True)


@pytest.mark.parametrize('can_exchange', [True, False])
def test_a_file_that_grows(tmp_path, monkeypatch, limit, can_exchange):
    if not can_exchange:
        monkeypatch.setattr('mmaction_vt.utils.growing_file.exchange', lambda first, second: False)
    path = tmp_path / 'out.json'
    file = GrowingFile(path, b'[0', b']')
    for count in range(1, 20):
        file.append(b',%d' % count)
        assert json.loads(path.read_bytes()) == list(range(count + 1))
    with pytest.raises(InputError, match='being written by another process'):
        GrowingFile(path, b'[', b']')
    limit(1000)
    with pytest.raises(InputError, match='cannot be written'):
        file.append(b',"%s"' % bytes(2000))
    file.close()
    assert json.loads(path.read_bytes()) == list(range(20)) and list(tmp_path.iterdir()) == [path]


def test_a_file_that_grows_survives_kills(tmp_path):
    path = tmp_path / 'out.json'
    for index in range(10):
        process = os.fork()
        if process == 0:
            file = GrowingFile(path, b'[0', b'\n]\n')
            while True:
                file.append(b',"%s"' % (b'x' * 9000))
        until = time.monotonic() + 5
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(0.002 * index)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        assert json.loads(path.read_bytes())[0] == 0
