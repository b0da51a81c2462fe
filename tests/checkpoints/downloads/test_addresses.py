"""Which file an address stands for."""

from pathlib import Path

import pytest

from mmaction_vt.checkpoints.downloads.addresses import file_name, is_address, local_path, name_in, normalise
from mmaction_vt.errors import InputError

DRIVE = 'https://drive.google.com/uc?export=download&id=1-BS_x'


@pytest.mark.parametrize(
    ('address', 'file'),
    [
        ('https://www.dropbox.com/s/g5/T.pyth?dl=0', 'https://www.dropbox.com/s/g5/T.pyth?dl=1'),
        ('https://www.dropbox.com/s/g5/T.pyth', 'https://www.dropbox.com/s/g5/T.pyth?dl=1'),
        ('https://dropbox.com/scl/x/T.pyth?rlkey=k&raw=1', 'https://dropbox.com/scl/x/T.pyth?rlkey=k&dl=1'),
        ('https://drive.google.com/file/d/1-BS_x/view?usp=sharing', DRIVE),
        ('https://drive.google.com/file/u/0/d/1-BS_x/view', DRIVE),
        ('https://drive.google.com/open?id=1-BS_x', DRIVE),
        ('https://drive.google.com/uc?id=1-BS_x', DRIVE),
        ('https://drive.google.com/open?id=1-BS_x&resourcekey=0-a', f'{DRIVE}&resourcekey=0-a'),
        ('https://github.com/a/b/blob/main/blob/x.pth', 'https://github.com/a/b/raw/main/blob/x.pth'),
        ('https://github.com/a/b/releases/download/v1/x.pth', 'https://github.com/a/b/releases/download/v1/x.pth'),
        ('https://huggingface.co/google/vivit', 'hf://google/vivit'),
        ('https://huggingface.co/google/vivit/tree/main', 'hf://google/vivit'),
        ('https://huggingface.co/google/vivit/tree/v2', 'hf://google/vivit@v2'),
        ('https://huggingface.co/google/vivit/blob/main/a/x.bin', 'hf://google/vivit@main/a/x.bin'),
        ('https://huggingface.co/a/b/resolve/main/x.bin', 'https://huggingface.co/a/b/resolve/main/x.bin'),
        ('https://huggingface.co/datasets/kinetics', 'https://huggingface.co/datasets/kinetics'),
        ('HTTPS://Example.ORG/A b/ü.pth#top', 'https://example.org/A%20b/%C3%BC.pth'),
        ('https://example.org/a%20b.pth?x=%2F', 'https://example.org/a%20b.pth?x=%2F'),
        ('hf://owner/name', 'hf://owner/name'),
    ],
)
def test_pages_stand_for_their_file(address, file):
    assert normalise(address) == file
    assert normalise(file) == file


@pytest.mark.parametrize('address', ['http://h:port/x', 'https:///x.pth', 'http://[::1/x'])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(InputError, match='is not a valid address'):
        normalise(address)


def test_a_path_is_no_address(tmp_path):
    for path in ('a/b.pth', '/a/b.pth', 'C:/a.pth', 'C:\\a.pth', 'http.pth', tmp_path):
        assert not is_address(path)
    for address in ('http://a/b', 'HTTPS://a/b', 'file:///a', 'file:/a', 'hf://a/b', 's3://a/b'):
        assert is_address(address)


def test_a_file_address_names_a_path(tmp_path):
    path = tmp_path / 'a b ü%.pth'
    assert local_path(path.as_uri()) == path


@pytest.mark.parametrize('name', ['../../a.pth', '..\\a.pth', '.record.json', '..', '', 'a\n\0b', 'x' * 500 + '.pth'])
def test_a_server_cannot_name_another_place(name, tmp_path):
    made = file_name(name)
    assert (tmp_path / made).parent == tmp_path and Path(made).name == made
    assert not made.startswith('.') and len(made) <= 120
    assert file_name('x' * 500 + '.pth').endswith('x.pth')


def test_the_name_in_an_address():
    assert name_in('https://a/b/c%20d.pth?dl=1') == 'c d.pth'
