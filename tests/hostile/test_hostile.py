"""A bounded sample of the hostile cases: ``make hostile`` tries them all."""

import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT

from hostile.__main__ import KINDS, exists, in_turn, named, table
from hostile.case import Case
from hostile.good import make_good
from hostile.harness import Result

CASES = 24


def test_sample(tmp_path):
    results = tmp_path / 'results.jsonl'
    options = ['--cases', str(CASES), '--seconds', '20', '--results', str(results), '--jobs', '2']
    done = subprocess.run(
        [sys.executable, '-m', 'hostile', *options],
        env={**os.environ, 'PYTHONPATH': str(ROOT / 'tests'), 'OMP_NUM_THREADS': '1'},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    tried = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    assert tried, done.stderr[-2000:]
    wrong = [
        (case['kind'], case['name'], case['why']) for case in tried if case['outcome'] not in ('clear', 'accepted')
    ]
    assert wrong == []
    assert done.returncode == 0 and '| all |' in done.stdout


@pytest.fixture(scope='module')
def good(tmp_path_factory):
    return make_good(tmp_path_factory.mktemp('hostile') / 'good')


@pytest.mark.parametrize('kind', [kind for kind in KINDS if exists(kind)])
def test_cases_follow_from_the_seed_and_name_programs_that_are_there(kind, good):
    def first(seed):
        source = named(kind, seed, good)
        return [(case.name, case.argv) for _, case in zip(range(60), source, strict=False)]

    cases = first(0)
    assert cases == first(0)
    assert len({name for name, _ in cases}) == len(cases)
    for _, (program, *_) in cases:
        assert (ROOT / program).is_file()


def test_kinds_take_turns_and_short_ones_end_early():
    sources = {'a': iter([Case('1', ()), Case('2', ())]), 'b': (Case(str(number), ()) for number in range(9))}
    assert [kind for kind, _ in in_turn(sources, 7)] == ['a', 'b', 'a', 'b', 'b', 'b', 'b']


def test_table():
    results = [
        Result('lists', str(index), (), outcome, '', 0) for index, outcome in enumerate(['clear', 'clear', 'loss'])
    ]
    assert '| lists | 3 | 2 | 0 | 0 | 0 | 0 | 1 |' in table(results).splitlines()
