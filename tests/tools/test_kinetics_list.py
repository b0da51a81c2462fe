import pytest

from mmaction_vt.class_names import read_class_names

PROGRAM = 'tools/data/kinetics.py'
CSV = """label,youtube_id,time_start,time_end,split,is_cc
"playing didgeridoo",-3B32lodo2M,59,69,train,0
abseiling,abc_10_20de,12,22,train,0
abseiling,whole______,4.0,14.0,train,0
zumba,gone_______,7,17,train,0
zumba,twice______,0,10,train,0
abseiling,twice______,30,40,train,0
"""
VIDEOS = (
    'playing_didgeridoo/-3B32lodo2M_000059_000069.mkv',
    'abc_10_20de_12_22.mp4',
    'abseiling/whole______.webm',
    'zumba/twice______.mp4',
    'other/twice______.mp4',
    'other/stranger___.mp4',
)


@pytest.fixture
def folder(tmp_path):
    for path in VIDEOS:
        (tmp_path / 'videos' / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'videos' / path).touch()
    (tmp_path / 'train.csv').write_text(CSV)
    return tmp_path


@pytest.fixture
def run(folder, run_program):
    def run(*options, csv='train.csv', videos='videos', **kwargs):
        args = [folder / csv, folder / videos, folder / 'out' / 'k400.txt', '--overwrite']
        return run_program(PROGRAM, *args, *options, **kwargs)

    return run


def test_official_csv(folder, run):
    out = run('--labels', folder / 'labels.txt')
    assert (folder / 'labels.txt').read_text() == 'abseiling\nplaying didgeridoo\nzumba\n'
    assert (folder / 'out' / 'k400.txt').read_text() == (
        'playing_didgeridoo/-3B32lodo2M_000059_000069.mkv 1\n'
        'abc_10_20de_12_22.mp4 0\n'
        'abseiling/whole______.webm 0\n'
        'zumba/twice______.mp4 2\n'  # of two clips of this id, the one whose class is the folder's
    )
    missing = folder / 'out' / 'k400.missing.txt'
    assert missing.read_text() == 'gone________000007_000017\ntwice_______000030_000040\n'
    assert 'k400.txt: 4 videos' in out and '2 of 6 annotated videos are missing' in out

    for name in ('gone________7_17.mp4', 'twice_______0030_0040.mp4'):
        (folder / 'videos' / name).touch()
    run()
    assert 'gone________7_17.mp4 2\n' in (folder / 'out' / 'k400.txt').read_text()
    assert not missing.exists()


def test_labels_count_the_lines_of_a_label_file(folder, run):
    (folder / 'labels.txt').write_text('zumba\nplaying didgeridoo\nyoga\nabseiling\n')
    run('--labels', folder / 'labels.txt')
    assert [line[-1] for line in (folder / 'out' / 'k400.txt').read_text().splitlines()] == ['1', '3', '3', '0']
    (folder / 'labels.txt').write_text('zumba\nplaying didgeridoo\n')
    message = run('--labels', folder / 'labels.txt', fails=True)
    assert "train.csv, line 3: the class 'abseiling' is not in" in message


def test_class_names_set_the_order(folder, run):
    (folder / 'order.txt').write_text('zumba\nplaying didgeridoo\nabseiling\n')
    run('--class-names', folder / 'order.txt')
    labels = [line[-1] for line in (folder / 'out' / 'k400.txt').read_text().splitlines()]
    assert labels == ['1', '2', '2', '0']
    run('--class-names', 'kinetics600_vtb')
    order = read_class_names('kinetics600_vtb')
    labels = [int(line.split()[-1]) for line in (folder / 'out' / 'k400.txt').read_text().splitlines()]
    assert [order[label] for label in labels] == ['playing didgeridoo', 'abseiling', 'abseiling', 'zumba']
    assert labels != sorted(labels) and order != tuple(sorted(order))


def test_class_names_that_do_not_fit(folder, run):
    (folder / 'order.txt').write_text('zumba\nplaying didgeridoo\n')
    message = run('--class-names', folder / 'order.txt', fails=True)
    assert "train.csv, line 3: the class 'abseiling' is not in" in message and 'order.txt' in message
    (folder / 'train.csv').write_text(CSV.replace('zumba,gone', 'dancing zumba,gone'))
    message = run('--class-names', 'kinetics600_vtb', fails=True)
    assert "train.csv, line 5: the class 'dancing zumba' is not in kinetics600_vtb" in message
    assert 'did you mean kinetics600_vtb?' in run('--class-names', 'kinetics600_vbt', fails=True)
    assert 'label file nowhere.txt does not exist' in run('--class-names', 'nowhere.txt', fails=True)


def test_list_of_the_video_transformer_benchmark(folder, run):
    (folder / 'list.txt').write_text(f'{VIDEOS[0]}\tplaying didgeridoo\nabc_10_20de.mp4\tabseiling\n')
    run('--class-names', 'kinetics600_vtb', csv='list.txt')
    order = read_class_names('kinetics600_vtb')
    assert (folder / 'out' / 'k400.txt').read_text() == (
        f'{VIDEOS[0]} {order.index("playing didgeridoo")}\nabc_10_20de_12_22.mp4 {order.index("abseiling")}\n'
    )
    (folder / 'list.txt').write_text(f'{VIDEOS[0]}\tplaying_didgeridoo\n')  # as its list of Kinetics-400 has it
    run('--class-names', 'kinetics400', csv='list.txt')
    label = read_class_names('kinetics400').index('playing didgeridoo')
    assert (folder / 'out' / 'k400.txt').read_text() == f'{VIDEOS[0]} {label}\n'
    (folder / 'list.txt').write_text(f'{VIDEOS[0]} 5\n')  # a number counts the classes in an order of its own
    message = run('--class-names', 'kinetics400', csv='list.txt', fails=True)
    assert 'list.txt, line 1' in message and 'is not a path, a tab and a class' in message
    (folder / 'list.txt').write_text(f'{VIDEOS[0]}\t5\n')
    assert "the class '5' is not in kinetics400" in run('--class-names', 'kinetics400', csv='list.txt', fails=True)


def test_leaves_videos_out(folder, run):
    (folder / 'broken.txt').write_text(
        f'zumba/twice______.mp4\tthe file is empty\n{folder}/videos/abc_10_20de_12_22.mp4\nelsewhere.mp4\tx\n'
    )
    out = run('--exclude', folder / 'broken.txt')
    lines = (folder / 'out' / 'k400.txt').read_text()
    assert '2 videos are excluded' in out and lines.count('\n') == 2 and 'twice' not in lines and 'abc' not in lines
    (folder / 'broken.txt').write_text('')
    assert 'excluded' not in run('--exclude', folder / 'broken.txt')
    assert 'does not exist' in run('--exclude', folder / 'nowhere.txt', fails=True)


@pytest.mark.parametrize('separator', [' ', ',', ', '])
def test_list_of_slowfast(folder, run, separator):
    names = (
        'playing_didgeridoo/-3B32lodo2M_000059_000069.mkv',
        '/their/server/abc_10_20de_12_22.mp4',
        'abseiling/whole_______000004_000014.mp4',  # times in one of the two names only
        '-3B32lodo2M',
        'gone.mp4',
    )
    (folder / 'list.csv').write_text(''.join(f'{name}{separator}{label}\n' for label, name in enumerate(names)))
    out = run(csv='list.csv')
    assert (folder / 'out' / 'k400.txt').read_text() == (
        f'{VIDEOS[0]} 0\nabc_10_20de_12_22.mp4 1\nabseiling/whole______.webm 2\n{VIDEOS[0]} 3\n'
    )
    assert (folder / 'out' / 'k400.missing.txt').read_text() == 'gone.mp4\n'
    assert '1 of 5 annotated videos are missing' in out
    (folder / 'labels.txt').write_text('a\nb\n')
    message = run('--labels', folder / 'labels.txt', csv='list.csv', fails=True)
    assert 'list.csv, line 3: the label 2 is out of range; labels are from 0 to 1' in message


def test_refuses_bad_input(folder, run):
    def message(text):
        (folder / 'bad.csv').write_text(text)
        return run(csv='bad.csv', fails=True)

    header = 'label,youtube_id,time_start,time_end,split\n'
    assert 'nowhere.csv does not exist' in run(csv='nowhere.csv', fails=True)
    assert 'nowhere does not exist' in run(videos='nowhere', fails=True)
    assert 'bad.csv is empty' in message('\n')
    assert 'bad.csv is empty' in message(header)
    assert 'bad.csv, line 1: missing columns: label' in message('youtube_id,time_start,time_end,split\na,1,2,test\n')
    assert "line 3: time_start is '1s', not a number" in message(f'{header}yoga,a,1,2,x\nyoga,a,1s,2,x\n')
    assert 'line 2: time_end is missing' in message(f'{header}yoga,a,1\n')
    assert 'none of the 1 annotated videos, such as a_000001_000002' in message(f'{header}yoga,a,1,2,x\n')
    assert "line 2: 'b.mp4' is not a path and a label" in message('a.mp4 1\nb.mp4\n')
    assert "line 1: the label 'one' is not a non-negative integer" in message('a.mp4 one\n')
    (folder / 'bad.csv').write_bytes(b'\xff\xfe')
    assert 'bad.csv is not a text file' in run(csv='bad.csv', fails=True)
    assert not (folder / 'out').exists()


def test_refuses_a_list_where_a_name_could_be_two_videos(folder, run):
    (folder / 'list.csv').write_text('twice______ 0\n')
    assert 'twice______ several times, as other/twice______.mp4 and zumba/' in run(csv='list.csv', fails=True)


def test_keeps_the_list_when_writing_fails(folder, run):
    (folder / 'out' / 'k400.txt').mkdir(parents=True)
    assert 'k400.txt is a folder: expected the name of a file' in run(fails=True)
    assert [path.name for path in (folder / 'out').iterdir()] == ['k400.txt']
