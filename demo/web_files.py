"""Deleting files of the web page that were not deleted when they had been used."""

import threading
import time
from pathlib import Path

from web_clips import Clips
from web_uploads import Uploads

KEEP = 1800  # seconds after which an unused file is deleted
EVERY = 60  # seconds between two checks


def remove_old(folder: Path, age: float) -> None:
    """Delete files older than some seconds: of aborted uploads, or temporary."""
    for path in folder.rglob('*'):
        try:
            if path.is_file() and time.time() - path.stat().st_ctime > age:
                path.unlink()
        except FileNotFoundError:  # deleted in the meantime
            continue


def keep_clean(uploads: Uploads, clips: Clips, stop: threading.Event) -> None:
    """Forget old clips and delete old files until stopped: uploads, and whatever else lies in their folder."""
    while not stop.wait(EVERY):
        clips.remove_old()
        uploads.remove_old(KEEP)
        remove_old(uploads.folder, KEEP)
