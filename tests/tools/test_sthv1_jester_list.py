import pytest

from mmaction_vt.class_names import read_class_names
from mmaction_vt.datasets import FrameFolderDataset

PROGRAM = 'tools/data/sthv1_jester.py'
LABELS = 'Swiping Left\nSwiping Right\nThumb Up\n'
TRAIN = '34870;Thumb Up\n56557;Swiping Left\n9;Swiping Right\n'


@pytest.fixture
def run(tmp_path, run_program):
    """The program on the published layout: ``20bn-jester-v1/34870/00001.jpg`` and CSV files with semicolons."""
    for name, count in (('34870', 3), ('56557', 2)):
        (tmp_path / '20bn-jester-v1' / name).mkdir(parents=True)
        for number in range(1, count + 1):
            (tmp_path / '20bn-jester-v1' / name / f'{number:05}.jpg').touch()

    def run(train=TRAIN, labels=LABELS, folder='20bn-jester-v1', **kwargs):
        (tmp_path / 'train.csv').write_text(train)
        (tmp_path / 'labels.csv').write_text(labels)
        args = [tmp_path / name for name in ('train.csv', 'labels.csv', folder, 'list.txt')]
        return run_program(PROGRAM, *args, '--overwrite', **kwargs)

    return run


def test_writes_what_the_data_set_reads(tmp_path, run):
    out = run()
    assert (tmp_path / 'list.txt').read_text() == '34870 3 2\n56557 2 0\n'
    assert (tmp_path / 'list.missing.txt').read_text() == '9\n'
    assert '1 of 3 annotated videos are missing' in out
    dataset = FrameFolderDataset(str(tmp_path / 'list.txt'), [], dict(img=str(tmp_path / '20bn-jester-v1')))
    assert [(sample['total_frames'], sample['label']) for sample in dataset] == [(3, 2), (2, 0)]


def test_says_if_classes_are_not_those_of_the_package(run):
    assert 'the 3 classes of' in run() and 'mmaction_vt/class_names/jester.txt' in run()
    for name in ('sthv1', 'jester'):
        names = read_class_names(name)
        out = run(f'34870;{names[-1]}\n', '\n'.join(names))
        assert 'note' not in out
    assert 'note' in run(f'34870;{names[-1]}\n', '\n'.join(sorted(names)))  # the order counts


def test_refuses_bad_input(run):
    def message(*args, **kwargs):
        return run(*args, fails=True, **kwargs)

    assert "train.csv, line 2: '9' is not an id, a semicolon and a class" in message('34870;Thumb Up\n9\n')
    assert "train.csv, line 1: the class 'Waving' is not in the file of labels" in message('34870;Waving\n')
    assert "labels.csv, line 3: duplicate class 'a'" in message(labels='a\nb\na\n')
    assert 'train.csv is empty' in message('')
    assert 'nowhere does not exist' in message(folder='nowhere')
    assert 'none of the 1 annotated videos, such as 9' in message('9;Thumb Up\n')
