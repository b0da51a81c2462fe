"""The site: built strictly and offline."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp('site')
    done = subprocess.run(
        [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--quiet', '--site-dir', str(folder)],
        cwd=ROOT,
        env={**os.environ, 'NO_MKDOCS_2_WARNING': '1'},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 'WARNING' not in done.stderr
    return folder


def test_nothing_is_fetched_from_elsewhere(site):
    pages = list(site.rglob('*.html'))
    assert len(pages) > 60
    for page in pages:
        text = page.read_text(encoding='utf-8')
        assert not re.findall(r'<(?:script|img|iframe|link)\b[^>]+(?:src|href)="?(?:https?:)?//[^>]+>', text), page
    for sheet in site.rglob('*.css'):
        assert not re.findall(r'(?:@import|url\()\s*["\']?(?:https?:)?//', sheet.read_text(encoding='utf-8')), sheet


def test_links_and_pictures_of_pages_are_there(site):
    for page in site.rglob('*.html'):
        if page.name == '404.html':
            continue
        for target in re.findall(r'(?:src|href)="([^"]+)"', page.read_text(encoding='utf-8')):
            path = target.partition('#')[0].partition('?')[0]
            if path and not re.match(r'[a-z]+:', path):
                assert (page.parent / path).resolve().exists(), f'{page}: {target}'


def test_every_type_and_formula_is_drawn(site):
    assert '<h2 id="timesformer">' in (site / 'reference' / 'backbones.html').read_text(encoding='utf-8')
    page = (site / 'trajectory_attention.html').read_text(encoding='utf-8')
    assert page.count('<math') > 20
    assert 'arithmatex' not in page
