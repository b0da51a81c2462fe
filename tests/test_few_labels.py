"""The comparison with few labels: which clips are labelled, and which accuracy is taken."""

import json
import runpy
import sys

import pytest
from conftest import ROOT


@pytest.fixture(scope='module')
def few_labels():
    sys.path.insert(0, str(ROOT / 'benchmarks'))
    try:
        return runpy.run_path(str(ROOT / 'benchmarks' / 'few_labels.py'))
    finally:
        sys.path.pop(0)


def test_as_many_clips_of_each_class_and_others_for_another_seed(few_labels, tmp_path):
    (tmp_path / 'all.txt').write_text(''.join(f'clip {index}.mp4 {index % 3}\n' for index in range(60)))
    lists = []
    for seed in (0, 0, 1):
        few_labels['write_few'](tmp_path / 'all.txt', tmp_path / 'few' / f'{seed}.txt', 4, seed)
        lists.append((tmp_path / 'few' / f'{seed}.txt').read_text().splitlines())
    assert lists[0] == lists[1] != lists[2]
    for lines in lists:
        assert set(lines) <= set((tmp_path / 'all.txt').read_text().splitlines()) and len(set(lines)) == 12
        assert sorted(line.split()[-1] for line in lines) == ['0'] * 4 + ['1'] * 4 + ['2'] * 4


def test_the_accuracy_is_that_of_the_last_validation(few_labels, tmp_path):
    for run, values in (('1', (0.2, 0.9)), ('2', (0.5,))):
        log = tmp_path / run / 'vis_data' / 'scalars.json'
        log.parent.mkdir(parents=True)
        rows = [dict(loss=1.0), *({'acc/top1': value} for value in values), dict(loss=0.5)]
        log.write_text(''.join(json.dumps(row) + '\n' for row in rows))
    assert few_labels['accuracy'](tmp_path) == 50.0


def test_what_is_finished_is_not_trained_again(few_labels, tmp_path):
    (tmp_path / 'done').touch()
    few_labels['train']('no_such_config.py', tmp_path)
