"""The file of EPIC-KITCHENS-100's challenge, value by value."""

import json
from itertools import product
from zipfile import ZipFile

import numpy as np
import pytest

from mmaction_vt.errors import InputError
from mmaction_vt.evaluation import SupervisionLevels, write_challenge
from mmaction_vt.evaluation.epic_challenge import segment_scores


class Segments:
    """In the place of a data set: segments with these names."""

    ann_file = 'test.csv'

    def __init__(self, *names):
        self.names = names

    def get_data_info(self, index):
        return dict(narration_id=self.names[index], label=[-1, -1])


def prediction(verbs, nouns):
    return dict(label=[-1, -1], scores=dict(verb=np.array(verbs, np.float32), noun=np.array(nouns, np.float32)))


PREDICTIONS = [prediction([0.25, 0.75], [0.5, 0.125, 0.375]), prediction([0.5, 0.5], [0.25, 0.25, 0.5])]
# Products, the largest first; of equal ones the lower verb first, then the lower noun.
ACTIONS = [
    {'1,0': 0.375, '1,2': 0.28125, '0,0': 0.125, '0,2': 0.09375, '1,1': 0.09375, '0,1': 0.03125},
    {'0,2': 0.25, '1,2': 0.25, '0,0': 0.125, '0,1': 0.125, '1,0': 0.125, '1,1': 0.125},
]


@pytest.mark.parametrize('suffix', ['json', 'zip'])
def test_the_whole_file(tmp_path, suffix):
    path = tmp_path / 'out' / f'mine.{suffix}'
    write_challenge(path, PREDICTIONS, Segments('P01_11_0', 'P02_12_7'))
    if suffix == 'zip':
        with ZipFile(path) as archive:
            assert archive.namelist() == ['test.json']
            text = archive.read('test.json')
    else:
        text = path.read_bytes()
    found = json.loads(text)
    assert found == dict(
        version='0.2',
        challenge='action_recognition',
        sls_pt=2,
        sls_tl=3,
        sls_td=3,
        results={
            'P01_11_0': dict(verb={'0': 0.25, '1': 0.75}, noun={'0': 0.5, '1': 0.125, '2': 0.375}, action=ACTIONS[0]),
            'P02_12_7': dict(verb={'0': 0.5, '1': 0.5}, noun={'0': 0.25, '1': 0.25, '2': 0.5}, action=ACTIONS[1]),
        },
    )
    assert [list(result['action']) for result in found['results'].values()] == [list(actions) for actions in ACTIONS]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_supervision_levels(tmp_path):
    write_challenge(tmp_path / 'a.json', PREDICTIONS[:1], Segments('a'), SupervisionLevels(5, 4, 0))
    head = json.loads((tmp_path / 'a.json').read_text())
    assert (head['sls_pt'], head['sls_tl'], head['sls_td']) == (5, 4, 0)


def test_a_hundred_actions_of_all_pairs():
    rng = np.random.default_rng(0)
    verbs, nouns = rng.dirichlet(np.ones(97)), rng.dirichlet(np.ones(300))
    scores = segment_scores(dict(verb=verbs, noun=nouns))
    assert (len(scores['verb']), len(scores['noun']), len(scores['action'])) == (97, 300, 100)
    best = sorted(product(range(97), range(300)), key=lambda pair: -verbs[pair[0]] * nouns[pair[1]])[:100]
    assert list(scores['action']) == [f'{verb},{noun}' for verb, noun in best]
    assert list(scores['action'].values()) == pytest.approx([verbs[v] * nouns[n] for v, n in best], rel=1e-6)
    assert list(scores['verb'].values()) == pytest.approx(verbs, rel=1e-6)
    assert [*map(int, scores['noun'])] == list(range(300))


def test_a_file_of_the_test_split_is_of_a_size_that_can_be_sent():
    scores = segment_scores(dict(verb=np.random.default_rng(0).dirichlet(np.ones(97)), noun=np.full(300, 1 / 300)))
    assert len(json.dumps(scores)) < 15_000  # bytes, of 13,092 segments


def test_raw_scores_become_probabilities():
    raw = segment_scores(dict(verb=np.array([1.0, -1.0]), noun=np.array([0.0, 3.0])))
    expected = [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))]
    assert list(raw['verb'].values()) == pytest.approx(expected, rel=1e-6)
    assert sum(raw['action'].values()) == pytest.approx(1, abs=1e-6)


def test_refuses_what_the_challenge_cannot_take_and_leaves_no_file(tmp_path):
    with pytest.raises(InputError, match=r'segment 2 of test\.csv has no narration_id'):
        write_challenge(tmp_path / 'a.json', PREDICTIONS, Segments('P01_11_0', None))
    with pytest.raises(InputError, match='needs scores of verb'):
        write_challenge(tmp_path / 'a.zip', [dict(label=[1], scores=np.ones(3))], Segments('P01_11_0'))
    assert not list(tmp_path.iterdir())
