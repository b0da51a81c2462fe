import pytest

from mmaction_vt.class_names import read_class_names
from mmaction_vt.datasets import VideoDataset

PROGRAM = 'tools/data/mit.py'
CATEGORIES = 'playing+music,1\nclapping,0\nyawning,2\n'
TRAIN = (
    'playing+music/yt-zxQfALnTdfc_56.mp4,playing+music,3,0\n'
    'clapping/getty-x_3.mp4,clapping,4,1\n'
    'yawning/gone.mp4,yawning,3,0\n'
)


@pytest.fixture
def run(tmp_path, run_program):
    for name in ('playing+music/yt-zxQfALnTdfc_56.mp4', 'clapping/getty-x_3.webm'):
        (tmp_path / 'training' / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'training' / name).touch()

    def run(train=TRAIN, categories=CATEGORIES, folder='training', **kwargs):
        (tmp_path / 'trainingSet.csv').write_text(train)
        (tmp_path / 'moments_categories.txt').write_text(categories)
        args = [tmp_path / name for name in ('trainingSet.csv', 'moments_categories.txt', folder, 'list.txt')]
        return run_program(PROGRAM, *args, '--overwrite', **kwargs)

    return run


def test_labels_are_the_numbers_of_the_categories(tmp_path, run):
    out = run()
    assert (tmp_path / 'list.txt').read_text() == 'playing+music/yt-zxQfALnTdfc_56.mp4 1\nclapping/getty-x_3.webm 0\n'
    assert (tmp_path / 'list.missing.txt').read_text() == 'yawning/gone.mp4\n'
    assert '1 of 3 annotated videos are missing' in out
    assert [sample['label'] for sample in VideoDataset(str(tmp_path / 'list.txt'), [])] == [1, 0]


def test_says_if_classes_are_not_those_of_the_package(run):
    assert 'the 3 classes of' in run()
    names = read_class_names('mit')
    assert 'note' not in run(categories=''.join(f'{name},{label}\n' for label, name in enumerate(names)))


def test_refuses_bad_input(run):
    def message(*args, **kwargs):
        return run(*args, fails=True, **kwargs)

    assert "trainingSet.csv, line 1: 'a.mp4' is not a video, a comma and its class" in message('a.mp4\n')
    assert "unknown class 'waving', not in the file of categories" in message('waving/a.mp4,waving,3,0\n')
    assert "line 1: 'clapping' is not a class, a comma and its number" in message(categories='clapping\n')
    assert "line 1: the label 'x' is not a non-negative integer" in message(categories='clapping,x\n')
    assert 'the labels of its 2 classes are not 0 to 1' in message(categories='a,1\nb,2\n')
    assert 'nowhere does not exist' in message(folder='nowhere')
