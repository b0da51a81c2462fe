"""Videos out of files, folders and lists."""

import os

import pytest

from mmaction_vt.errors import InputError
from mmaction_vt.utils.video_files import gather_videos

ODD = ('with space.mp4', 'ünïcödé 视频.MP4', 'new\nline.mkv', 'comma,"quote".avi', '7 8.webm')


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (*ODD, 'below/deep/z.mov', '.hidden.mp4', '.hidden/a.mp4', 'notes.txt', 'empty/picture.png'):
        (tmp_path / 'videos' / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'videos' / name).touch()
    return tmp_path / 'videos'


def test_a_folder_is_searched_to_its_ends(folder):
    videos, remarks = gather_videos([folder])
    assert videos == [str(folder / name) for name in sorted((*ODD, 'below/deep/z.mov'))]
    assert remarks == []


def test_a_link_to_a_folder_above_ends(folder):
    (folder / 'below' / 'loop').symlink_to(folder)
    assert len(gather_videos([folder])[0]) == 6


@pytest.mark.skipif(os.name != 'posix', reason='the root of a file system')
@pytest.mark.parametrize('name', ['/', '//', '/..', '/proc/self/root', 'link', '.'])
def test_the_whole_file_system_is_not_searched(folder, name):
    (folder / 'link').symlink_to('/')
    with pytest.raises(InputError, match='is the root of the file system: give a folder of videos'):
        gather_videos([folder / name])


def test_lists_with_and_without_labels(folder, tmp_path):
    lines = ['with space.mp4 3', 'ünïcödé 视频.MP4', '', '7 8.webm\t0 1', 'nowhere.mp4 2']
    (tmp_path / 'list.txt').write_text('\n'.join(lines) + '\n', encoding='utf-8-sig')
    videos, _ = gather_videos(['list.txt'], folder)
    assert videos == [str(folder / name) for name in ('with space.mp4', 'ünïcödé 视频.MP4', '7 8.webm', 'nowhere.mp4')]
    with pytest.raises(InputError, match=r'none of the 4 videos .* is below .: set --root'):
        gather_videos(['list.txt'])


def test_a_video_named_twice_is_taken_once_where_it_comes_first(folder):
    videos, remarks = gather_videos(['videos/7 8.webm', folder, './videos/below'])
    assert videos[0] == 'videos/7 8.webm' and len(videos) == 6
    assert remarks == ['2 of 8 videos are duplicates, and are processed once']


def test_what_holds_no_videos(folder, tmp_path):
    videos, remarks = gather_videos([folder / 'empty', folder / 'below'])
    assert len(videos) == 1 and 'empty has no videos (.mp4, ' in remarks[0]
    with pytest.raises(InputError, match=r'no videos found: .*empty has no videos'):
        gather_videos([folder / 'empty'])
    with pytest.raises(InputError, match=r'no\.mp4 does not exist: give videos, folders of videos, or lists'):
        gather_videos([folder, 'no.mp4'])
    with pytest.raises(InputError, match=r'notes.txt is empty'):
        gather_videos([folder / 'notes.txt'])
    (tmp_path / 'bytes.txt').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(InputError, match=r'bytes.txt is not a text file'):
        gather_videos(['bytes.txt'])
