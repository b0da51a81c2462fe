"""Rows of predictions, and going on with them."""

import csv
import json

import pytest

from mmaction_vt.apis.prediction_file import PredictionFile
from mmaction_vt.apis.predictions import Guess
from mmaction_vt.errors import InputError

ONE = {'class': 4}
TWO = dict(verb=3, noun=2)
NAME = 'odd, "name"\nof a ünïcödé video.mp4'


def guesses(task='class', label='left'):
    return {task: [Guess(2, label, 0.75), Guess(0, label and 'right', 1 / 3)]}


def read(path):
    if path.suffix == '.json':
        return json.loads(path.read_text(encoding='utf-8'))
    with path.open(newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def test_a_csv_row(tmp_path):
    with PredictionFile(tmp_path / 'below' / 'a.csv', ONE, 2, named=True) as file:
        file.add(NAME, guesses())
        file.add('b.mp4', {}, 'cut off')
    first, second = read(file.path)
    assert first == dict(video=NAME, class_1='2', label_1='left', score_1='0.750000', class_2='0', label_2='right',
                         score_2='0.333333', error='')  # fmt: skip
    assert second['video'] == 'b.mp4' and second['error'] == 'cut off' and second['class_1'] == ''


def test_a_csv_row_of_verbs_and_nouns_without_names(tmp_path):
    with PredictionFile(tmp_path / 'a.csv', TWO, 5, named=False) as file:
        file.add('a.mp4', guesses('verb', None) | guesses('noun', None))
    (row,) = read(file.path)
    places = [f'{task}_{k}' for task, count in TWO.items() for i in range(count) for k in (i + 1, f'score_{i + 1}')]
    assert list(row) == ['video', *places, 'error']
    assert (row['verb_1'], row['noun_score_2'], row['verb_3']) == ('2', '0.333333', '')


def test_json_is_whole_after_every_row(tmp_path):
    with PredictionFile(tmp_path / 'a.json', ONE, 2, named=True) as file:
        assert read(file.path) == []
        file.add(NAME, guesses())
        best = [{'class': 2, 'label': 'left', 'score': 0.75}, {'class': 0, 'label': 'right', 'score': 0.333333}]
        assert read(file.path) == [dict(video=NAME, top=best)]
        file.add('b.mp4', {}, 'cut off')
        file.add('c.mp4', guesses('verb', None) | guesses('noun', None))
        rows = read(file.path)
    assert rows[1] == dict(video='b.mp4', error='cut off')
    assert rows[2]['top']['noun'][0] == {'class': 2, 'score': 0.75}


@pytest.mark.parametrize('suffix', ['.csv', '.json'])
def test_going_on_after_a_row_that_was_cut_off(tmp_path, suffix):
    path = tmp_path / f'a{suffix}'
    with PredictionFile(path, ONE, 2, named=True) as file:
        file.add(NAME, guesses())
        file.add('broken.mp4', {}, 'cut off')
        file.add('last.mp4', guesses())
    path.write_bytes(path.read_bytes()[:-12])
    with PredictionFile(path, ONE, 2, named=True, resume=True) as file:
        assert file.done == {NAME}
        file.add('last.mp4', guesses())
        file.add('broken.mp4', guesses())
    assert [row['video'] for row in read(path)] == [NAME, 'last.mp4', 'broken.mp4']
    assert not list(tmp_path.glob('*.part'))


def test_a_name_that_is_no_text(tmp_path):
    with PredictionFile(tmp_path / 'a.csv', ONE, 1, named=False) as file:
        file.add(b'caf\xe9.mp4'.decode(errors='surrogateescape'), guesses(label=None))
    assert read(file.path)[0]['video'] == r'caf\udce9.mp4'


def test_refuses_other_files(tmp_path):
    with pytest.raises(InputError, match=r'must end in .csv or .json'):
        PredictionFile(tmp_path / 'a.xlsx', ONE, 1, named=False)
    PredictionFile(tmp_path / 'a.csv', ONE, 1, named=False)
    with pytest.raises(InputError, match=r'exists: --resume'):
        PredictionFile(tmp_path / 'a.csv', ONE, 1, named=False)
    before = (tmp_path / 'a.csv').read_bytes()
    with pytest.raises(InputError, match=r'columns video, class_1, score_1, error, expected .*class_2'):
        PredictionFile(tmp_path / 'a.csv', ONE, 2, named=False, resume=True)
    assert (tmp_path / 'a.csv').read_bytes() == before
    for text in ('no list', '[\n{"what": 1}\n]\n', '[\n7\n]\n', ''):
        (tmp_path / 'b.json').write_text(text)
        with pytest.raises(InputError, match=r'was not written by tools/predict.py'):
            PredictionFile(tmp_path / 'b.json', ONE, 2, named=False, resume=True)
    (tmp_path / 'c.csv').touch()
    with pytest.raises(InputError, match=r'was not written by tools/predict.py'):
        PredictionFile(tmp_path / 'c.csv', ONE, 2, named=False, resume=True)
