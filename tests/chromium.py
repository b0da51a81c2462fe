"""Chromium for tests, driven by selenium."""

import shutil
from importlib.util import find_spec

import pytest

CHROMIUM, DRIVER = shutil.which('chromium'), shutil.which('chromedriver')
NEEDS_CHROMIUM = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER and find_spec('selenium')),
        reason="needs Debian's chromium and chromium-driver, and selenium of the package index",
    ),
]
