"""The site in Chromium: no page is wider than the window, and the search finds what people type.

Run it with ``-m slow``; it needs Debian's packages chromium and chromium-driver, and selenium of the package index.
"""

import functools
import http.server
import os
import subprocess
import sys
import threading
import time

import pytest
from chromium import CHROMIUM, DRIVER, NEEDS_CHROMIUM
from conftest import ROOT

pytestmark = NEEDS_CHROMIUM
SECONDS = 20  # for a search


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    """The address of the site, and its pages."""
    folder = tmp_path_factory.mktemp('site')
    command = [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--quiet', '--site-dir', str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, 'NO_MKDOCS_2_WARNING': '1'}, check=True)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pages = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob('*.html'))]
    own = [page for page in pages if not page.startswith('files/') and page != '404.html']
    yield f'http://127.0.0.1:{server.server_port}', own
    server.shutdown()


@pytest.fixture(scope='module')
def browser():
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage'):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def resize(browser, width):
    metrics = dict(width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', metrics)


@pytest.mark.parametrize('width', [1280, 390])
def test_no_page_is_wider_than_the_window(site, browser, width):
    address, pages = site
    resize(browser, width)
    too_wide = []
    for page in pages:
        browser.get(f'{address}/{page}')
        size = 'const page = document.documentElement; return [page.scrollWidth, page.clientWidth]'
        wanted, given = browser.execute_script(size)
        too_wide += [page] if wanted > given else []
    assert len(pages) > 60 and too_wide == []


@pytest.mark.parametrize(
    ('words', 'page'),
    [
        ('webcam', 'faq.html'),
        ('class names', 'faq.html'),
        ('out of memory', 'faq.html'),
        ('explain', 'python_interface'),
    ],
)
def test_the_search_finds(site, browser, words, page):
    address, _ = site
    resize(browser, 1280)
    browser.get(f'{address}/index.html')
    box = browser.find_element('css selector', 'input.md-search__input')
    browser.execute_script(
        "document.querySelector('[data-md-toggle=search]').checked = true; arguments[0].focus()", box
    )
    box.send_keys(words)
    end = time.monotonic() + SECONDS
    found = []
    while not found and time.monotonic() < end:
        time.sleep(0.2)
        found = [
            link.get_attribute('href') for link in browser.find_elements('css selector', 'a.md-search-result__link')
        ]
    pages = list(dict.fromkeys(link.partition('?')[0] for link in found))
    assert any(page in link for link in pages[:2]), found
