"""Only regular files are opened, and messages about the others are one line."""

import os
import socket
from pathlib import Path

import pytest

from mmaction_vt.errors import InputError
from mmaction_vt.utils.file_kinds import check_regular_file, display_path, is_regular_file


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)


KINDS = {
    'a pipe': os.mkfifo,
    'a socket': bind,
    'a folder': Path.mkdir,
    'a device': lambda path: path.symlink_to('/dev/zero'),
    'a file of the kernel': lambda path: path.symlink_to('/proc/self/pagemap'),
}


@pytest.mark.parametrize('kind', KINDS)
def test_kinds_are_named_without_opening(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    KINDS[kind](tmp_path / 'x')
    with pytest.raises(InputError, match=f'^list x is {kind}, not a regular file: expected paths$'):
        check_regular_file('list', 'x', 'paths')
    assert not is_regular_file('x')


@pytest.mark.parametrize(
    ('path', 'message'),
    [
        ('nowhere', 'list nowhere does not exist'),
        ('dangling', 'list dangling, a symbolic link to nowhere, does not exist'),
        ('circular', 'list circular cannot be opened: too many levels of symbolic links'),
        ('file/below', 'list file/below cannot be opened: not a directory'),
        ('x' * 300, f'list {"x" * 300} cannot be opened: file name too long'),
        ('a\0b', "list 'a\\x00b' cannot be opened: embedded null byte"),
        ('', "list '' does not exist"),
        ('a\nb', "list 'a\\nb' does not exist"),
    ],
)
def test_paths_that_lead_nowhere(path, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'dangling').symlink_to('nowhere')
    (tmp_path / 'circular').symlink_to('circular')
    (tmp_path / 'file').touch()
    with pytest.raises(InputError) as error:
        check_regular_file('list', path)
    assert str(error.value) == message


def test_size(tmp_path):
    path = tmp_path / 'sparse'
    with path.open('wb') as file:
        file.truncate(2**40)
    check_regular_file('list', path)
    with pytest.raises(InputError, match=f'has {2**40} bytes, more than the 1000 that are accepted'):
        check_regular_file('list', path, max_bytes=1000)


def test_links_to_regular_files_are_followed(tmp_path):
    (tmp_path / 'file').touch()
    (tmp_path / 'link').symlink_to('file')
    check_regular_file('list', tmp_path / 'link')
    assert is_regular_file(tmp_path / 'link')


@pytest.mark.parametrize('name', ['a\nb', 'a\x1b[31m', '\udcff', ' a', ''])
def test_names_are_shown_on_one_printable_line(name):
    assert display_path(name).isprintable()
    assert display_path(name) != name


def test_plain_names_are_shown_as_they_are():
    assert display_path(Path('some folder/ä 1.mp4')) == 'some folder/ä 1.mp4'
