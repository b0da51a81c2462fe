"""What the documentation names is there: files, configs, links and their headings."""

import re

import pytest
from conftest import ROOT

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ('*.md', 'docs/**/*.md', '{}/**/*.md')
    for folder in ('benchmarks', 'configs', 'demo', 'requirements', 'tools')
    for path in ROOT.glob(pattern.format(folder))
)
PAGES = list(dict.fromkeys(PAGES))
FAMILIES = ('dualformer', 'light_timesformer', 'motionformer', 'timesformer', 'vivit')
CONFIGS = {path.name for path in (ROOT / 'configs').rglob('*.py')}
PROGRAMS = {path.name for folder in ('benchmarks', 'mmaction_vt') for path in (ROOT / folder).rglob('*.py')}
FOLDERS = 'benchmarks|configs|demo|docs|mmaction_vt|requirements|tests|tools'
A_PATH = re.compile(rf'(?<![\w./-])(?:{FOLDERS})/[\w./-]*\w')
# Files that a reader is told to write.
TO_BE_WRITTEN = {'mine.py'}


def text_of(page):
    return (ROOT / page).read_text(encoding='utf-8')


def anchors_of(path):
    """What GitHub calls the headings of a page in links."""
    headings = re.findall(r'^#+ (.+)$', path.read_text(encoding='utf-8'), re.MULTILINE)
    return {re.sub(r'[^\w -]', '', heading.lower()).replace(' ', '-') for heading in headings}


def is_placeholder(path):
    return any(re.fullmatch(r'[A-Z_]+(\.\w+)?', part) for part in path.split('/'))


@pytest.mark.parametrize('page', PAGES)
def test_paths_exist(page):
    paths = {path for path in A_PATH.findall(text_of(page)) if not is_placeholder(path)}
    missing = {path for path in paths if not (ROOT / path).exists() and path.split('/')[-1] not in TO_BE_WRITTEN}
    assert not missing


@pytest.mark.parametrize('page', PAGES)
def test_links_lead_somewhere(page):
    for target in re.findall(r'\]\(([^)\s]+)\)', text_of(page)):
        if re.match(r'\w+:', target):
            continue
        path, _, anchor = target.partition('#')
        found = (ROOT / page).parent / path if path else ROOT / page
        assert found.exists(), target
        assert not anchor or anchor in anchors_of(found), target


@pytest.mark.parametrize('page', PAGES)
def test_configs_exist(page):
    named = re.findall(rf'\b(?:{"|".join(FAMILIES)})_\w+\.py\b', text_of(page))
    assert set(named) <= CONFIGS | PROGRAMS
