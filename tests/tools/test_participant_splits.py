import pytest

CSV = """participant,cross_subject,cross_scene_subject
p1,train,test
p2,train,train
p3,test,train
"""


@pytest.fixture
def folder(tmp_path):
    """Three participants with two gestures each, as videos."""
    for person in ('p1', 'p2', 'p3'):
        for label in ('wave', 'point at'):
            path = tmp_path / 'videos' / person / label / 'one.mp4'
            path.parent.mkdir(parents=True)
            path.touch()
    (tmp_path / 'people.csv').write_text(CSV)
    return tmp_path


def test_videos(folder, run_program):
    out = run_program('tools/data/participant_splits.py', folder / 'videos', folder / 'people.csv', folder / 'out')
    assert 'cross_subject_train.txt: 4 samples of 2 participants' in out and '2 classes' in out
    assert (folder / 'out' / 'labels.txt').read_text() == 'point at\nwave\n'
    assert (folder / 'out' / 'cross_subject_test.txt').read_text() == 'p3/point at/one.mp4 0\np3/wave/one.mp4 1\n'
    assert (folder / 'out' / 'cross_scene_subject_test.txt').read_text().startswith('p1/point at/one.mp4 0\n')
    # The lists are what the configs' data set reads.
    from mmaction_vt.datasets import VideoDataset

    samples = VideoDataset(str(folder / 'out' / 'cross_subject_train.txt'), pipeline=[], num_classes=2)
    assert [sample['label'] for sample in samples] == [0, 1, 0, 1]


def test_frames_in_another_order(folder, run_program):
    for person in ('p1', 'p2', 'p3'):
        for index in range(3):
            path = folder / 'frames' / 'wave' / 'scene 1' / person / 'two' / f'{index}.jpg'
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    pattern = '{label}/{}/{participant}/{name}'
    options = [folder / 'frames', folder / 'people.csv', folder / 'out', '--pattern', pattern]
    run_program('tools/data/participant_splits.py', *options)
    assert (folder / 'out' / 'cross_subject_test.txt').read_text() == 'wave/scene 1/p3/two 3 0\n'


def test_refuses_what_it_cannot_sort(folder, run_program):
    def message(*options, people='people.csv', videos='videos'):
        args = [folder / videos, folder / people, folder / 'out', *options]
        return run_program('tools/data/participant_splits.py', *args, fails=True)

    assert 'nowhere.csv does not exist' in message(people='nowhere.csv')
    assert 'nowhere does not exist' in message(videos='nowhere')
    assert 'needs {participant} and {label}' in message('--pattern', '{label}/{name}')
    assert 'one.mp4 does not match --pattern' in message('--pattern', '{participant}/{label}')
    (folder / 'empty').mkdir()
    assert 'neither videos' in message(videos='empty')
    for text, wanted in (
        ('name,cross_subject\np1,train\n', 'participant and one per split'),
        ('participant,cross_subject\np1,both\n', "line 2: cross_subject is 'both'"),
        ('participant,cross_subject\np1,train\n', 'has no rows for p2, p3'),
    ):
        (folder / 'other.csv').write_text(text)
        assert wanted in message(people='other.csv')
    assert not (folder / 'out').exists()
