"""The fault matrix: what it demands is noticed when it does not hold, and its page says what was measured."""

import json

import faults_page
import faulty_place
import forked_programs
import pytest
from fault_matrix import FAULTS, NOT_APPLICABLE, PHASES, cells, check_end
from faults_page import FAILED, HELD, signs_on_page, write_page
from faulty_place import Place, UnmetError
from forked_programs import side_by_side
from injected_faults import ACTIONS, at_call


class Files:
    """Good files that take no model to make."""

    def copy_to(self, folder):
        (folder / 'list.txt').write_text('a.mp4 0\n')


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(forked_programs, 'ROOT', tmp_path)
    monkeypatch.setattr(faulty_place, 'mount', lambda folder: False)
    place = Place(Files())
    yield place
    place.close()


def program(tmp_path, text):
    (tmp_path / 'a.py').write_text(text)
    return ('a.py',)


def test_a_program_that_waits_is_noticed_and_ended(place, tmp_path, monkeypatch):
    monkeypatch.setattr(faulty_place, 'LIMIT', 0.5)
    with pytest.raises(UnmetError, match='still there'):
        place.run(program(tmp_path, 'import time; time.sleep(60)'))
    assert forked_programs.relatives(place.sessions[0], place.folder) == {}


@pytest.mark.parametrize(
    ('fault', 'status', 'text', 'why'),
    [
        ('SIGTERM', 0, '', 'exit status 0'),
        ('SIGTERM', 143, 'Traceback (most recent call last):\nKeyError', 'traceback'),
        ('full disk', 1, 'it went wrong', 'no sentence'),
        ('lost rank', 0, 'error: rank 1 was lost', 'exit status 0'),
    ],
)
def test_an_end_that_is_wrong_is_noticed(place, fault, status, text, why):
    with pytest.raises(UnmetError, match=why):
        check_end(place, fault, 'testing', status, text)


def test_an_unfinished_file_is_noticed_but_after_a_kill(place):
    (place.folder / 'out.json.part').touch()
    with pytest.raises(UnmetError, match=r'out\.json\.part'):
        check_end(place, 'full disk', 'testing', 1, 'error: no room')
    check_end(place, 'kill -9', 'testing', -9, '')


def test_every_cell_has_a_fault_or_a_reason():
    assert set(ACTIONS) == set(FAULTS)
    assert len(list(cells(list(FAULTS), list(PHASES)))) + len(NOT_APPLICABLE) == len(FAULTS) * len(PHASES)


def test_a_fault_happens_at_the_given_call():
    class Owner:
        words = ''

        def call(self, word):
            self.words += word

    seen, owner = [], Owner()
    at_call(Owner, 'call', lambda: seen.append(owner.words), 2, lambda owner, word: word == 'b')
    for word in 'abab':
        owner.call(word)
    assert (owner.words, seen) == ('abab', ['aba'])


def test_the_page_keeps_what_was_not_measured_again(tmp_path, monkeypatch):
    monkeypatch.setattr(faults_page, 'PAGE', tmp_path / 'faults.md')
    first = [dict(fault=fault, phase=phase, why='') for fault, phase in cells(list(FAULTS), list(PHASES))]
    write_page(first, FAULTS, PHASES, NOT_APPLICABLE)
    rest = f'\n{faults_page.REST}\n\nsee below\n'
    with faults_page.PAGE.open('a', encoding='utf-8') as page:
        page.write(rest)
    write_page([dict(fault='SIGINT', phase='testing', why='no sentence')], FAULTS, PHASES, NOT_APPLICABLE)
    signs = signs_on_page(PHASES)
    assert signs['SIGINT', 'testing'] == FAILED
    assert all(signs[pair] == faults_page.NOT_APPLICABLE for pair in NOT_APPLICABLE)
    assert sum(sign == HELD for sign in signs.values()) == len(first) - 1
    assert faults_page.PAGE.read_text(encoding='utf-8').endswith(f'.\n{rest}')


def test_the_page_has_every_cell():
    signs = signs_on_page(PHASES)
    assert set(signs) == {(fault, phase) for fault in FAULTS for phase in PHASES}
    assert all(signs.values())


def test_a_call_in_a_fork_that_raises_is_noticed():
    results = []
    side_by_side(iter([lambda: 1, lambda: [2]]), 2, results.append)
    assert sorted(map(json.dumps, results)) == ['1', '[2]']
    with pytest.raises(RuntimeError, match='ZeroDivisionError'):
        side_by_side(iter([lambda: 1 / 0]), 1, results.append)
