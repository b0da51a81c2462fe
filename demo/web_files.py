"""Nothing that the web page was given stays."""

import shutil
import threading
import time
from pathlib import Path

KEEP = 1800  # seconds after which a file that nobody asked about is deleted
EVERY = 60  # seconds between two looks


def remove(path: Path, folder: Path) -> None:
    """Delete a file that was given, and the folder made for it."""
    path.unlink(missing_ok=True)
    if path.parent != folder and folder in path.parents:
        shutil.rmtree(path.parent, ignore_errors=True)


def remove_old(folder: Path, age: float) -> None:
    """Delete files older than some seconds: of uploads that were broken off, or that nobody asked about."""
    for path in folder.rglob('*'):
        try:
            if path.is_file() and time.time() - path.stat().st_ctime > age:
                path.unlink()
        except FileNotFoundError:  # someone else was faster
            continue


def keep_clean(folder: Path, stop: threading.Event) -> None:
    """Delete old files until the end."""
    while not stop.wait(EVERY):
        remove_old(folder, KEEP)
