"""demo/webapp.py in Chromium. It takes a minute, and needs a browser: run it with ``-m slow``.

Debian's packages chromium and chromium-driver, and selenium of the package index.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from urllib.parse import urlparse

import numpy as np
import pytest
from conftest import ROOT
from videos import write_frames

CHROMIUM, DRIVER = shutil.which('chromium'), shutil.which('chromedriver')
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER and find_spec('selenium')),
        reason="needs Debian's chromium and chromium-driver, and selenium of the package index",
    ),
]
QUICKSTART = ROOT / 'configs' / 'recognition' / 'quickstart' / 'timesformer_divST_moving_shapes.py'
TRAINED = ROOT / 'tests' / 'data' / 'trained' / 'timesformer_divST_moving_shapes.pth'
LABELS = ['left', 'right', 'up', 'down', 'growing', 'shrinking', 'clockwise', 'counter-clockwise']
LEAST_CONTRAST = 4.5  # WCAG 2, AA, for text
# The contrast of each piece of text with the nearest background that is not clear.
CONTRASTS = """
const light = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const parse = text => text.match(/[\\d.]+/g).map(Number);
const found = [];
for (const element of document.querySelectorAll('main *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.getClientRects().length) continue;
    let behind = element;
    while (behind && (parse(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
    const front = light(parse(getComputedStyle(element).color).slice(0, 3));
    const back = behind ? light(parse(getComputedStyle(behind).backgroundColor).slice(0, 3)) : 1;
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    found.push([element.textContent.trim().slice(0, 40), ratio]);
}
return found;
"""


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """The address of a page with the trained quickstart model, and where it keeps files."""
    folder = tmp_path_factory.mktemp('page')
    (folder / 'labels.txt').write_text('\n'.join(LABELS) + '\n')
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        port = server.getsockname()[1]
    command = [sys.executable, ROOT / 'demo' / 'webapp.py', QUICKSTART, TRAINED, '--label-file', folder / 'labels.txt']
    options = ['--port', port, '--max-size', 1, '--max-seconds', 5]
    env = {**os.environ, 'PYTHONPATH': str(ROOT), 'TMPDIR': str(folder)}
    process = subprocess.Popen(list(map(str, [*command, *options])), env=env, stdout=subprocess.PIPE, text=True)
    while not process.stdout.readline().startswith('Open '):
        assert process.poll() is None
    yield f'http://127.0.0.1:{port}/', folder
    process.terminate()
    assert process.wait(60) == 0


@pytest.fixture(params=[(1280, 900), (375, 812)], ids=['desktop', 'phone'])
def browser(request, page):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--hide-scrollbars'):
        options.add_argument(flag)
    options.set_capability('goog:loggingPrefs', dict(performance='ALL'))
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    width, height = request.param
    driver.execute_cdp_cmd(
        'Emulation.setDeviceMetricsOverride',
        dict(width=width, height=height, deviceScaleFactor=1, mobile=width < 500),
    )
    driver.get(page[0])
    yield driver
    driver.quit()


@pytest.fixture
def shape(tmp_path):
    """A light disc that moves to the left, as the quickstart's videos have them."""
    frames = np.full((16, 64, 64, 3), (40, 50, 90), np.uint8)
    rows, columns = np.mgrid[:64, :64]
    for index, frame in enumerate(frames):
        frame[(rows - 32) ** 2 + (columns - 52 + 2.6 * index) ** 2 < 81] = (240, 200, 90)
    return write_frames(tmp_path / 'a disc & co.mp4', frames, fps=8)


def wait(browser, selector, seconds=120):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, seconds).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, selector))


def give(browser, path):
    wait(browser, 'input[type=file]')[0].send_keys(str(path))


def requests_of(browser):
    """The addresses that the page asked for."""
    messages = (json.loads(entry['message'])['message'] for entry in browser.get_log('performance'))
    return [m['params']['request']['url'] for m in messages if m['method'] == 'Network.requestWillBeSent']


def test_a_video_and_what_goes_wrong(browser, page, shape, tmp_path):
    from selenium.webdriver.support.ui import WebDriverWait

    address, folder = page
    give(browser, shape)
    wait(browser, '.answer video')
    rows = [row.text.split('\n')[0] for row in wait(browser, '.answer th')]
    assert rows[0] == 'left' and len(rows) == 5
    assert wait(browser, '.answer h2')[0].text == 'a disc & co.mp4'
    bars = browser.execute_script(
        "return [...document.querySelectorAll('.answer .bar span')].map(bar => bar.getBoundingClientRect().width)"
    )
    assert bars == sorted(bars, reverse=True) and bars[0] > 50
    playing = "const v = document.querySelector('.answer video'); return v.readyState >= 2 && v.currentTime > 0"
    WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(playing))

    assert browser.execute_script('return document.documentElement.scrollWidth <= innerWidth')
    assert browser.execute_script('return document.documentElement.lang') == 'en'
    assert browser.title == 'What happens in this video?'
    assert wait(browser, 'h1')[0].text == browser.title
    assert wait(browser, '.answer video')[0].get_attribute('aria-label').startswith('The clip as the model saw it')
    contrasts = browser.execute_script(CONTRASTS)
    assert len(contrasts) > 12 and not [pair for pair in contrasts if pair[1] < LEAST_CONTRAST]

    (tmp_path / 'no video.mp4').write_text('text')
    give(browser, tmp_path / 'no video.mp4')
    (said,) = wait(browser, '.answer.error')
    assert said.text == 'no video.mp4 cannot be read: it is truncated, corrupt or not a video.'
    (tmp_path / 'large.mp4').write_bytes(b'0' * 1_200_000)
    give(browser, tmp_path / 'large.mp4')
    too_large = 'exceed the maximum allowed size of 1.0 Mb: "large.mp4"'
    WebDriverWait(browser, 30).until(lambda driver: too_large in wait(driver, '.toast-wrap')[0].text)

    asked = requests_of(browser)
    assert len(asked) > 10
    assert {urlparse(url).netloc for url in asked if not url.startswith(('data:', 'blob:'))} == {
        urlparse(address).netloc
    }
    assert not [path for path in folder.rglob('*') if path.is_file() and path.name != 'labels.txt']


def test_the_keyboard_reaches_the_place_for_a_video(browser):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    wait(browser, 'input[type=file]')
    ActionChains(browser).send_keys(Keys.TAB).perform()
    focused = browser.switch_to.active_element
    assert focused.tag_name == 'button' and 'upload' in focused.get_attribute('aria-label')
    assert browser.execute_script('return getComputedStyle(document.activeElement).outlineStyle') == 'solid'
