import json

import pytest

PROGRAM = 'tools/data/something_something.py'
CLASSES = {'Holding something next to something': '1', 'Pushing something so it spins': '0'}
SAMPLES = [
    {'id': '78687', 'label': 'holding a potato', 'template': 'Holding [something] next to [something]'},
    {'id': '2', 'label': 'pushing a wheel', 'template': 'Pushing [something] so it spins', 'placeholders': ['wheel']},
    {'id': 3, 'label': 'pushing', 'template': 'Pushing [something] so it spins'},
]


@pytest.fixture
def run(tmp_path, run_program):
    def run(*options, samples=SAMPLES, classes=CLASSES, folder='videos', **kwargs):
        for name, content in (('train.json', samples), ('labels.json', classes)):
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / name).write_text(text)
        args = [tmp_path / 'train.json', tmp_path / 'labels.json', tmp_path / folder, tmp_path / 'out.txt', *options]
        return run_program(PROGRAM, *args, '--overwrite', **kwargs)

    return run


@pytest.fixture
def videos(tmp_path):
    (tmp_path / 'videos').mkdir()
    for name in ('78687.webm', '2.mp4', '22.webm'):
        (tmp_path / 'videos' / name).touch()


def test_videos(tmp_path, videos, run):
    out = run('--write-labels', tmp_path / 'labels.txt')
    assert (tmp_path / 'out.txt').read_text() == '78687.webm 1\n2.mp4 0\n'
    assert (tmp_path / 'out.missing.txt').read_text() == '3\n'
    assert (tmp_path / 'labels.txt').read_text() == (
        'Pushing something so it spins\nHolding something next to something\n'
    )
    assert 'out.txt: 2 videos' in out and '1 of 3 annotated videos are missing' in out and '2 classes' in out


def test_frames(tmp_path, run):
    for name, count in (('78687', 3), ('3', 2), ('2', 0)):
        (tmp_path / 'frames' / name).mkdir(parents=True)
        for index in range(count):
            (tmp_path / 'frames' / name / f'{index + 1:06d}.jpg').touch()
        (tmp_path / 'frames' / name / 'notes.txt').touch()
    run('--frames', folder='frames')
    assert (tmp_path / 'out.txt').read_text() == '78687 3 1\n3 2 0\n'
    assert (tmp_path / 'out.missing.txt').read_text() == '2\n'
    # The list is what mmaction2's data set of frames reads.
    from mmaction.datasets import RawframeDataset

    samples = RawframeDataset(str(tmp_path / 'out.txt'), pipeline=[], data_prefix=dict(img=str(tmp_path / 'frames')))
    assert [(sample['total_frames'], sample['label']) for sample in samples] == [(3, 1), (2, 0)]


def test_refuses_bad_input(tmp_path, videos, run):
    def message(*options, **kwargs):
        return run(*options, fails=True, **kwargs)

    assert 'nowhere does not exist' in message(folder='nowhere')
    assert 'nowhere does not exist' in message('--frames', folder='nowhere')
    assert 'train.json, line 2: invalid JSON' in message(samples='[\n{]')
    assert 'train.json has a dict; expected the official JSON' in message(samples={'id': 1})
    assert 'train.json has an empty list' in message(samples=[])
    assert 'labels.json has a list' in message(classes=[1])
    assert "labels.json, class 'a': the label 'x'" in message(classes={'a': 'x'})
    assert 'the labels of its 2 classes are not 0 to 1' in message(classes={'a': '1', 'b': '2'})
    assert 'train.json, entry 2: missing id or template' in message(samples=[SAMPLES[0], {'id': '4'}])
    unknown = dict(SAMPLES[0], template='Eating [something]')
    assert "train.json, entry 1: unknown class 'Eating something'" in message(samples=[unknown])
    assert 'none of the 1 annotated videos, such as 9' in message(samples=[dict(SAMPLES[0], id='9')])
    assert not (tmp_path / 'out.txt').exists()
