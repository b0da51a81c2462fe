import json

import pytest

PROGRAM = 'tools/data/diving48.py'


@pytest.fixture
def run(tmp_path, run_program):
    (tmp_path / 'videos').mkdir()
    (tmp_path / 'videos' / 'dive_1.mp4').touch()

    def run(samples, folder='videos', **kwargs):
        (tmp_path / 'v2.json').write_text(json.dumps(samples))
        return run_program(PROGRAM, tmp_path / 'v2.json', tmp_path / folder, tmp_path / 'out.txt', **kwargs)

    return run


def test_list(tmp_path, run):
    out = run([dict(vid_name='dive_1', label=47, start_frame=0, end_frame=9), dict(vid_name='dive_2', label=0)])
    assert (tmp_path / 'out.txt').read_text() == 'dive_1.mp4 47\n'
    assert (tmp_path / 'out.missing.txt').read_text() == 'dive_2\n'
    assert 'out.txt: 1 videos' in out and '1 of 2 annotated videos are missing' in out


def test_refuses_bad_input(tmp_path, run):
    good = dict(vid_name='dive_1', label=0)
    for samples, wanted in (
        ([good, dict(vid_name='dive_1')], 'v2.json, entry 2: expected vid_name and label'),
        ([good, 'dive_1'], 'v2.json, entry 2: expected vid_name and label'),
        ([dict(good, label=48)], 'v2.json, entry 1: the label 48 is out of range; labels are from 0 to 47'),
        ([dict(good, label=True)], 'v2.json, entry 1: the label True'),
        ({}, 'v2.json has a'),
        ([dict(good, vid_name='gone')], 'none of the 1 annotated videos, such as gone'),
    ):
        assert wanted in run(samples, fails=True)
    assert 'nowhere does not exist' in run([good], folder='nowhere', fails=True)
    assert not (tmp_path / 'out.txt').exists()
