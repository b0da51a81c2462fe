"""The file of the scores of windows."""

import numpy as np
import pytest

from mmaction_vt.errors import InputError
from mmaction_vt.segments import WindowFile

ABOUT = dict(video='a.mp4', stride=4)
CLASSES = dict(verb=3, noun=2)


def rows(count):
    rng = np.random.default_rng(0)
    return [{task: rng.random(number, np.float32) ** 9 for task, number in CLASSES.items()} for _ in range(count)]


def write(path, scores, **options):
    with WindowFile(path, ABOUT, CLASSES, 5, **options) as file:
        for row in scores:
            file.add(row)


def test_scores_are_read_back_exactly(tmp_path):
    path, scores = tmp_path / 'a.windows.jsonl', rows(3)
    write(path, scores)
    with WindowFile(path, ABOUT, CLASSES, 5, resume=True) as file:
        assert file.count == 3
        for task in CLASSES:
            np.testing.assert_array_equal(file.scores[task][:3], [row[task] for row in scores])


def test_resumed_as_if_never_interrupted(tmp_path):
    whole, path = tmp_path / 'whole.windows.jsonl', tmp_path / 'a.windows.jsonl'
    write(whole, rows(5))
    write(path, rows(4))
    with path.open('a') as file:
        file.write('{"window": 4, "ver')  # killed while it wrote
    with WindowFile(path, ABOUT, CLASSES, 5, resume=True) as file:
        assert file.count == 4
        file.keep(2)
        for row in rows(5)[2:]:
            file.add(row)
    assert path.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize('about', [dict(ABOUT, stride=8), dict(ABOUT, video='b.mp4')])
def test_another_run_is_refused(tmp_path, about):
    path = tmp_path / 'a.windows.jsonl'
    write(path, rows(2))
    before = path.read_bytes()
    with pytest.raises(InputError, match='another run'):
        WindowFile(path, about, CLASSES, 5, resume=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize('content', ['', '[]', '{"a": 1}\n', 'text\n'])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / 'a.windows.jsonl'
    path.write_text(content)
    with pytest.raises(InputError, match='does not have the scores of windows'):
        WindowFile(path, ABOUT, CLASSES, 5, resume=True)
    assert path.read_text() == content
