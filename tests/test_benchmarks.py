"""The page of figures: its parts are replaced by what their commands print, and the rest stays."""

import re
import runpy
import sys

import pytest
import torch
from conftest import ROOT

PAGE = """# Results

By hand.

<!-- measured by one.py --runs 3 -->
    python benchmarks/one.py --runs 3

| work | code | seconds (median) | ratio |
| --- | --- | --- | --- |
| forward, float32 | mmaction_vt | 1.00 | 0.50 |
| forward, float32 | other 1.2 | 2.00 | 1.00 |
| forward, bfloat16 | other 1.2 | 9.00 | 1.00 |
<!-- end -->

More by hand.

<!-- measured by two.py -->
<!-- end -->
"""


@pytest.fixture
def bench(tmp_path):
    """The functions of the program, on a page and programs of the test's own."""
    names = runpy.run_path(str(ROOT / 'benchmarks' / 'run.py'))
    (tmp_path / 'benchmarks').mkdir()
    page = tmp_path / 'benchmarks' / 'RESULTS.md'
    page.write_text(PAGE)
    program = tmp_path / 'benchmarks'
    (program / 'one.py').write_text(
        "print('x - mmengine - INFO - y\\na machine\\n| a | b |\\n| --- | --- |\\n| 1 | 2 |\\n| a |\\n| 3 |')\n"
        "print('| b |\\n| --- |\\n| 4 |\\ndone')\n"
    )
    (program / 'two.py').write_text('raise SystemExit(3)\n')
    names['main'].__globals__.update(ROOT=tmp_path, RESULTS=page, CHART=tmp_path / 'images' / 'speed.png')
    names['main'].__globals__['BARS'] = [('One', 'one.py', 'forward', 'other')]
    return names


def test_a_part_is_replaced(bench, tmp_path, monkeypatch):
    page = tmp_path / 'benchmarks' / 'RESULTS.md'
    text = bench['measure']('one.py --runs 3')
    tables = '| a | b |\n| --- | --- |\n| 1 | 2 |\n\n| a |\n| 3 |\n\n| b |\n| --- |\n| 4 |\n'
    assert text == f'    python benchmarks/one.py --runs 3\n\na machine\n\n{tables}\ndone\n'
    bench['replace']('one.py --runs 3', text)
    written = page.read_text()
    assert written == PAGE[: PAGE.index('    python')] + text + PAGE[PAGE.index('<!-- end -->') :]
    assert not list(page.parent.glob('*.part'))


def test_a_failure_leaves_its_part_and_is_told(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['run.py', '--only', 'two'])
    with pytest.raises(SystemExit, match=r'failed: two\.py'):
        bench['main']()
    assert (tmp_path / 'benchmarks' / 'RESULTS.md').read_text() == PAGE
    assert (tmp_path / 'images' / 'speed.png').stat().st_size > 1000
    monkeypatch.setattr(sys, 'argv', ['run.py', '--only', 'three'])
    with pytest.raises(SystemExit, match=r'matches none of: one\.py --runs 3, two\.py'):
        bench['main']()


def test_bars_are_of_float32_and_of_rows_that_are_there(bench):
    assert bench['seconds_of'](PAGE, 'one.py', 'forward') == {'mmaction_vt': 1.0, 'other 1.2': 2.0}
    with pytest.raises(ValueError, match='no row "forward"'):
        bench['draw'](PAGE.replace('mmaction_vt', 'another'))


def test_the_repositorys_page():
    """Every part is of a program that is there and knows the options, and has figures."""
    names = runpy.run_path(str(ROOT / 'benchmarks' / 'run.py'))
    text = (ROOT / 'benchmarks' / 'RESULTS.md').read_text()
    parts = list(names['PART'].finditer(text))
    measured = {part['command'].split()[0] for part in parts}
    programs = {path.name for path in (ROOT / 'benchmarks').glob('*.py')}
    shared = {
        'run.py',
        'measure.py',
        'few_labels.py',
        'long_video.py',
        'huggingface.py',
        'maps.py',
        'gpu_measure.py',
        'gpu_models.py',
        'gpu_decode.py',
    }
    assert programs - measured == shared
    for part in parts:
        program, *options = part['command'].split()
        source = (ROOT / 'benchmarks' / program).read_text()
        if 'from huggingface import' in source:  # has the options that both comparisons share
            source += (ROOT / 'benchmarks' / 'huggingface.py').read_text()
        assert all(f"'{option}'" in source for option in options if option.startswith('--'))
        assert part['text'].startswith(f'    python benchmarks/{part["command"]}\n')
        assert part['text'].count('\n| ') > 3
        assert not re.search(r'^\|.*\n\|.*\n\| ---', part['text'], re.MULTILINE), 'a table runs into the next'
    assert 'init_weights' not in text and ' - mmengine - ' not in text  # logs
    assert not re.search(r'^\|( --- \|)+\n\n', text, re.MULTILINE)  # nothing stands between a table's head and its rows
    for _, start, row, other in names['BARS']:
        codes = names['seconds_of'](text, start, row)
        assert 'mmaction_vt' in codes and any(code.startswith(other) for code in codes), row


@pytest.mark.parametrize('groups', [1, 6])
def test_multiply_adds_of_a_convolution(groups):
    """Each gradient takes as many as the forward pass, also of depthwise convolutions."""
    names = runpy.run_path(str(ROOT / 'benchmarks' / 'measure.py'))
    layer = torch.nn.Conv3d(6, 12, (2, 3, 3), padding=(0, 1, 1), groups=groups)
    videos = torch.randn(1, 6, 5, 8, 7)
    forward = 12 * (4 * 8 * 7) * (6 // groups) * (2 * 3 * 3)
    assert names['multiply_adds'](names['forward_work'](layer, videos)) == forward
    both = torch.nn.Sequential(torch.nn.ReLU(), layer)  # of which the input's gradient is not wanted
    assert names['multiply_adds'](names['step_work'](both, videos)) == 2 * forward
    both = torch.nn.Sequential(torch.nn.Conv3d(6, 6, 1), layer)
    assert names['multiply_adds'](names['step_work'](both, videos)) == 3 * forward + 2 * 6 * 6 * 5 * 8 * 7
