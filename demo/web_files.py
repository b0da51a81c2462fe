"""Deleting the uploads of the web page."""

import shutil
import threading
import time
from pathlib import Path

KEEP = 1800  # seconds after which an unused file is deleted
EVERY = 60  # seconds between two checks


def remove(path: Path, folder: Path) -> None:
    """Delete an upload, and its folder."""
    path.unlink(missing_ok=True)
    if path.parent != folder and folder in path.parents:
        shutil.rmtree(path.parent, ignore_errors=True)


def remove_old(folder: Path, age: float) -> None:
    """Delete files older than some seconds: of aborted or unused uploads."""
    for path in folder.rglob('*'):
        try:
            if path.is_file() and time.time() - path.stat().st_ctime > age:
                path.unlink()
        except FileNotFoundError:  # deleted in the meantime
            continue


def keep_clean(folder: Path, stop: threading.Event) -> None:
    """Delete old files until stopped."""
    while not stop.wait(EVERY):
        remove_old(folder, KEEP)
