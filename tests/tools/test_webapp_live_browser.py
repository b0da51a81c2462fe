"""The live tab of demo/webapp.py in Chromium with a camera that it makes up: run it with ``-m slow``."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from chromium import CHROMIUM, DRIVER, NEEDS_CHROMIUM
from conftest import ROOT

pytestmark = NEEDS_CHROMIUM
QUICKSTART = ROOT / 'configs' / 'recognition' / 'quickstart' / 'timesformer_divST_moving_shapes.py'
TRAINED = ROOT / 'tests' / 'data' / 'trained' / 'timesformer_divST_moving_shapes.pth'
FLAGS = ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--hide-scrollbars',
         '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream')  # fmt: skip


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """The address of a page with a live tab, and where it keeps files."""
    folder = tmp_path_factory.mktemp('live_page')
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        port = server.getsockname()[1]
    options = ['--live', '--port', port, '--device', 'cpu']
    command = [sys.executable, ROOT / 'demo' / 'webapp.py', QUICKSTART, TRAINED, *options]
    env = {**os.environ, 'PYTHONPATH': str(ROOT), 'TMPDIR': str(folder)}
    process = subprocess.Popen(
        list(map(str, [*command, '--device', 'cpu'])), env=env, stdout=subprocess.PIPE, text=True
    )
    while not process.stdout.readline().startswith('Open '):
        assert process.poll() is None
    yield f'http://127.0.0.1:{port}/', folder
    process.terminate()
    assert process.wait(60) == 0


@pytest.fixture
def browser(page):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.set_window_size(900, 1200)
    driver.get(page[0])
    yield driver
    driver.quit()


def test_a_camera_is_recognised_until_it_is_stopped(browser, page):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    def found(selector, seconds=120):
        return WebDriverWait(browser, seconds).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, selector))

    (tab,) = (tab for tab in found('button[role=tab]') if tab.text == 'Live')
    tab.click()
    WebDriverWait(browser, 30).until(lambda driver: driver.find_element(By.ID, 'live').is_displayed())
    button = browser.find_element(By.ID, 'live')
    button.click()
    rows = found('#now .answer tr')
    assert len(rows) == 5 and button.text == 'Stop the camera'
    said = browser.find_element(By.ID, 'state').text
    assert said.startswith('Result: ')
    if folder := os.environ.get('SCREENSHOTS'):
        browser.save_screenshot(str(Path(folder) / 'live.png'))
    assert not list(page[1].rglob('*.jp*g'))
    button.click()
    assert button.text == 'Start the camera' and browser.find_element(By.ID, 'problem').text == ''
    assert browser.execute_script('return document.getElementById("camera").srcObject') is None
