import csv

import pytest

PROGRAM = 'tools/data/howto100m.py'


@pytest.fixture
def run(tmp_path, run_program):
    for name in ('videos/aaaaaaaaaaa.mp4', 'videos/b, c/bbbbbbbbbbb.webm', 'videos/-cccc 3 4.mkv'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    def run(text, folder='videos', **kwargs):
        (tmp_path / 'train.csv').write_text(text)
        args = [tmp_path / 'train.csv', tmp_path / folder, tmp_path / 'out.txt', '--overwrite']
        return run_program(PROGRAM, *args, **kwargs)

    return run


@pytest.mark.parametrize(
    'text',
    [
        'aaaaaaaaaaa 3\nbbbbbbbbbbb 1058\ngone 1\n',
        'aaaaaaaaaaa.mp4, 3\n/theirs/bbbbbbbbbbb.mp4,1058\ngone,1\n',
        'video_id,label\naaaaaaaaaaa,3\nbbbbbbbbbbb,1058\ngone,1\n',
        'label,path\n3,aaaaaaaaaaa.mp4\n1058,"b, c/bbbbbbbbbbb.webm"\n1,gone\n',
    ],
)
def test_videos(tmp_path, run, text):
    out = run(text)
    assert (tmp_path / 'out.txt').read_text() == 'aaaaaaaaaaa.mp4 3\nb, c/bbbbbbbbbbb.webm 1058\n'
    assert (tmp_path / 'out.missing.txt').read_text() == 'gone\n'
    assert '1 of 3 annotated videos are missing' in out


@pytest.mark.parametrize(
    'text',
    [
        'aaaaaaaaaaa 3 14.5 7\nbbbbbbbbbbb 0 9 8\n',
        'aaaaaaaaaaa,3,14.5,7\nbbbbbbbbbbb,0,9,8\n',
        'video_id,start,end,label\naaaaaaaaaaa,3,14.5,7\nbbbbbbbbbbb,0,9,8\n',
    ],
)
def test_parts_of_videos(tmp_path, run, text):
    run(text)
    with (tmp_path / 'out.txt').open(newline='') as file:
        rows = list(csv.DictReader(file))
    assert rows == [
        dict(path='aaaaaaaaaaa.mp4', start='3', end='14.5', label='7'),
        dict(path='b, c/bbbbbbbbbbb.webm', start='0', end='9', label='8'),
    ]


def test_names_with_spaces(tmp_path, run):
    run('-cccc 3 4.mkv 5\n')
    assert (tmp_path / 'out.txt').read_text() == '-cccc 3 4.mkv 5\n'


def test_refuses_bad_input(tmp_path, run):
    def message(text, **kwargs):
        return run(text, fails=True, **kwargs)

    assert 'nowhere does not exist' in message('a 1\n', folder='nowhere')
    assert 'train.csv is empty' in message('')
    assert "train.csv, line 2: 'b' has no label" in message('a 1\nb\n')
    assert "train.csv, line 1: the label 'stir' is not" in message('a stir\n')
    assert 'train.csv, line 3: start and end are given for some' in message('a 1 2 3\na 2 3 4\na 1\n')
    assert 'train.csv, line 2: the segment ends at 3, before' in message('video_id,start,end,label\na,5,3,1\n')
    assert "train.csv, line 2: the time '5s'" in message('video_id,start,end,label\na,5s,3,1\n')
    assert 'train.csv, line 1: missing columns: end' in message('video_id,start,label\na,5,1\n')
    assert 'train.csv, line 1: missing columns: video_id' in message('name,label\na,5\n')
    assert 'none of the 1 annotated videos' in message('gone 1\n')
    assert not (tmp_path / 'out.txt').exists()
