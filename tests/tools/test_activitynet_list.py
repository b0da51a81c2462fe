import json

import pytest

from mmaction_vt.class_names import read_class_names
from mmaction_vt.datasets import VideoDataset

PROGRAM = 'tools/data/activitynet.py'


def entry(subset, *annotations, duration=60.0):
    keys = ('segment', 'label')
    annotations = [dict(zip(keys, annotation, strict=True)) for annotation in annotations]
    return dict(duration=duration, subset=subset, resolution='320x240', url='x', annotations=annotations)


DATABASE = {
    'with_v': entry('training', ([1.5, 20.25], 'Zumba'), ([30, 61.2], 'BMX')),
    'without': entry('training', ([0, 0], 'BMX'), ([0.01, 0.02], 'BMX'), ([5, 9], 'Applying sunscreen')),
    'gone': entry('training', ([5, 9], 'BMX'), ([10, 11], 'BMX')),
    'of_val': entry('validation', ([2, 3.3333333], 'Playing violin')),
    'of_test': entry('testing'),
}


@pytest.fixture
def run(tmp_path, run_program):
    (tmp_path / 'videos' / 'more').mkdir(parents=True)
    for name in ('v_with_v.mp4', 'more/without.mkv', 'v_of_val.mp4'):
        (tmp_path / 'videos' / name).touch()

    def run(*options, database=DATABASE, subset='training', content=None, **kwargs):
        content = dict(version='VERSION 1.3', taxonomy=[], database=database) if content is None else content
        (tmp_path / 'activity_net.json').write_text(json.dumps(content))
        args = [tmp_path / 'activity_net.json', subset, tmp_path / 'videos', tmp_path / 'list.csv', *options]
        return run_program(PROGRAM, *args, **kwargs)

    return run


def test_segments_with_the_labels_of_the_package(tmp_path, run):
    out = run()
    names = read_class_names('activitynet')
    zumba, bmx = names.index('Zumba'), names.index('BMX')
    assert (tmp_path / 'list.csv').read_text() == (
        'path,start,end,label\n'
        f'v_with_v.mp4,1.5,20.25,{zumba}\n'
        f'v_with_v.mp4,30,60,{bmx}\n'  # cut to the video's duration
        'more/without.mkv,5,9,0\n'
    )
    assert (tmp_path / 'list.missing.txt').read_text() == 'gone\n'
    assert 'list.csv: 3 segments' in out and '2 of 5 annotated segments are missing' in out
    assert '2 segments shorter than 0.05 seconds are skipped' in out
    samples = VideoDataset(str(tmp_path / 'list.csv'), [], dict(video='x'), num_classes=200)
    assert [(sample['start_time'], sample['stop_time'], sample['label']) for sample in samples] == [
        (1.5, 20.25, zumba),
        (30, 60, bmx),
        (5, 9, 0),
    ]


def test_validation_and_other_names(tmp_path, run):
    (tmp_path / 'labels.txt').write_text('a\nPlaying violin\n')
    run('--labels', tmp_path / 'labels.txt', subset='validation')
    assert (tmp_path / 'list.csv').read_text() == 'path,start,end,label\nv_of_val.mp4,2,3.3333333,1\n'


def test_refuses_bad_input(run):
    def message(**kwargs):
        return run(fails=True, **kwargs)

    assert 'has no videos under "database"' in message(content=dict(results={}))
    assert 'video a: subset is missing' in message(database=dict(a=dict(duration=3)))
    assert 'has no segment of the subset validation' in message(database=dict(a=entry('training')), subset='validation')
    assert "unknown class 'Waving', not one of the 200" in message(
        database=dict(a=entry('training', ([1, 2], 'Waving')))
    )
    for segment in ([1], ['x', 2], None):
        bad = dict(a=entry('training', (segment, 'BMX')))
        assert 'is not an annotation with a segment of two times' in message(database=bad)
    assert 'none of the 1 annotated segments, such as a' in message(database=dict(a=entry('training', ([1, 2], 'BMX'))))
