"""demo/webapp.py in Chromium. It takes a minute, and needs a browser: run it with ``-m slow``.

Debian's packages chromium and chromium-driver, and selenium of the package index.
"""

import json
import os
import socket
import subprocess
import sys
from urllib.parse import urlparse

import numpy as np
import pytest
from chromium import CHROMIUM, DRIVER, NEEDS_CHROMIUM
from conftest import ROOT
from videos import write_frames

pytestmark = NEEDS_CHROMIUM
QUICKSTART = ROOT / 'configs' / 'recognition' / 'quickstart' / 'timesformer_divST_moving_shapes.py'
TRAINED = ROOT / 'tests' / 'data' / 'trained' / 'timesformer_divST_moving_shapes.pth'
LABELS = ['left', 'right', 'up', 'down', 'growing', 'shrinking', 'clockwise', 'counter-clockwise']
TITLE = 'Moving shapes & co.'
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
    options = ['--port', port, '--max-size', 1, '--max-seconds', 5, '--title', TITLE, '--device', 'cpu']
    env = {**os.environ, 'PYTHONPATH': str(ROOT), 'TMPDIR': str(folder)}
    process = subprocess.Popen(list(map(str, [*command, *options])), env=env, stdout=subprocess.PIPE, text=True)
    while not process.stdout.readline().startswith('Open '):
        assert process.poll() is None
    yield f'http://127.0.0.1:{port}/', folder
    process.terminate()
    assert process.wait(60) == 0


@pytest.fixture(params=[(1280, 900, 'light'), (390, 844, 'dark')], ids=['desktop', 'phone'])
def browser(request, page):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--hide-scrollbars'):
        options.add_argument(flag)
    options.set_capability('goog:loggingPrefs', dict(performance='ALL'))
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    width, height, colours = request.param
    driver.execute_cdp_cmd(
        'Emulation.setDeviceMetricsOverride',
        dict(width=width, height=height, deviceScaleFactor=1, mobile=width < 500),
    )
    scheme = dict(name='prefers-color-scheme', value=colours)
    driver.execute_cdp_cmd('Emulation.setEmulatedMedia', dict(features=[scheme]))
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


def until(browser, done, seconds=120):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, seconds).until(lambda driver: done())


def text_of(browser, name):
    """The text of an element with an id."""
    return browser.execute_script('return document.getElementById(arguments[0])?.textContent ?? ""', name)


def controls(browser):
    """Role and name of what a screen reader offers to operate, and the levels of headings."""
    nodes = browser.execute_cdp_cmd('Accessibility.getFullAXTree', {})['nodes']
    known = [(node['role']['value'], node.get('name', {}).get('value', ''), node) for node in nodes if 'role' in node]
    roles = ('button', 'tab', 'radio', 'group', 'Video', 'slider')
    levels = [
        entry['value']['value'] for role, _, node in known if role == 'heading'
        for entry in node['properties'] if entry['name'] == 'level'
    ]  # fmt: skip
    return [(role, name) for role, name, _ in known if role in roles], levels


def press(browser, *keys):
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(*keys).perform()
    return browser.switch_to.active_element


def requests_of(browser):
    """The addresses that the page asked for."""
    messages = (json.loads(entry['message'])['message'] for entry in browser.get_log('performance'))
    return [m['params']['request']['url'] for m in messages if m['method'] == 'Network.requestWillBeSent']


def test_a_video_and_what_goes_wrong(browser, page, shape, tmp_path):
    address, folder = page
    give(browser, shape)
    until(browser, lambda: text_of(browser, 'name') == shape.name, 10)
    until(browser, lambda: browser.execute_script("return document.getElementById('preview').readyState >= 2"), 30)
    wait(browser, '.answer video')
    rows = [row.text.split('\n')[0] for row in wait(browser, '.answer th')]
    assert rows[0] == 'left' and len(rows) == 5 and text_of(browser, 'state').startswith('Result: left, ')
    assert wait(browser, '.answer h2')[0].text == 'a disc & co.mp4'
    bars = browser.execute_script(
        "return [...document.querySelectorAll('.answer .bar span')].map(bar => bar.getBoundingClientRect().width)"
    )
    assert bars == sorted(bars, reverse=True) and bars[0] > 50
    playing = "const v = document.querySelector('.answer video'); return v.readyState >= 2 && v.currentTime > 0"
    browser.execute_script("document.querySelector('.answer video').scrollIntoView()")  # it plays where it is seen
    until(browser, lambda: browser.execute_script(playing), 30)

    assert browser.execute_script('return document.documentElement.scrollWidth <= innerWidth')
    assert browser.execute_script('return document.documentElement.lang') == 'en'
    assert browser.title == wait(browser, 'h1')[0].text == TITLE
    assert 'timesformer_divST_moving_shapes on cpu' in wait(browser, '.intro')[0].text
    assert wait(browser, '.answer video')[0].get_attribute('aria-label').startswith('The clip as the model saw it')
    contrasts = browser.execute_script(CONTRASTS)
    assert len(contrasts) > 12 and not [pair for pair in contrasts if pair[1] < LEAST_CONTRAST]

    (tmp_path / 'no video.mp4').write_text('text')
    for name in ('no video.mp4', 'no video.mp4'):  # the same twice
        give(browser, tmp_path / name)
        until(browser, lambda: 'no video.mp4 cannot be read: it is truncated' in text_of(browser, 'problem'))
        assert not [answer for answer in wait(browser, '.answer') if answer.is_displayed()]
    (tmp_path / 'large.mp4').write_bytes(b'0' * 1_200_000)
    give(browser, tmp_path / 'large.mp4')
    until(browser, lambda: 'large.mp4 has 1.1 MB, but at most 1 MB are accepted' in text_of(browser, 'problem'))
    give(browser, shape)
    until(browser, lambda: text_of(browser, 'problem') == '')
    until(browser, lambda: text_of(browser, 'state').startswith('Result: '))

    asked = requests_of(browser)
    assert len(asked) > 10
    assert {urlparse(url).netloc for url in asked if not url.startswith(('data:', 'blob:'))} == {
        urlparse(address).netloc
    }
    assert not [path for path in folder.rglob('*') if path.is_file() and path.name != 'labels.txt']


def test_from_the_top_to_a_drawing_with_the_keyboard_alone(browser):
    from selenium.webdriver.common.keys import Keys

    wait(browser, 'input[type=file]')
    focused = press(browser, Keys.TAB)
    assert focused.tag_name == 'button' and 'upload' in focused.get_attribute('aria-label')
    assert browser.execute_script('return getComputedStyle(document.activeElement).outlineStyle') == 'solid'
    assert press(browser, Keys.TAB).text == 'Try the example: moving shape.mp4'
    press(browser, Keys.ENTER)
    until(browser, lambda: text_of(browser, 'state').startswith('Result: growing, '))
    assert browser.execute_script("return document.getElementById('preview').getAttribute('src')") == 'example'
    reach(browser, lambda focused: focused.text == 'Other methods')
    press(browser, Keys.ENTER)
    reach(browser, lambda focused: focused.get_attribute('type') == 'radio')
    press(browser, Keys.ARROW_DOWN)
    reach(browser, lambda focused: focused.text == 'Draw')
    press(browser, Keys.ENTER)
    until(browser, lambda: text_of(browser, 'state') == 'Drawn: Grad-CAM++')
    assert wait(browser, '#drawn .answer h2')[0].text == 'Grad-CAM++'

    offered, levels = controls(browser)
    assert offered and not [pair for pair in offered if not pair[1].strip()]
    assert {'tab', 'radio', 'Video'} <= {role for role, _ in offered} and ('group', 'Draw the video by') in offered
    assert levels == [1, 2]
    contrasts = browser.execute_script(CONTRASTS)
    assert not [pair for pair in contrasts if pair[1] < LEAST_CONTRAST]


def reach(browser, found):
    """Press Tab until the focus is where it is looked for."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(20):
        if found(press(browser, Keys.TAB)):
            return
    raise AssertionError('not reached')
