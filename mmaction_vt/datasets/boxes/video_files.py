"""Which file belongs to the name of a video in AVA's annotations."""

import re
from pathlib import Path
from typing import NamedTuple

from ...utils.files import VIDEO_SUFFIXES

KINETICS = re.compile(r'(.{11})_([0-9]{6})_([0-9]{6})')


class VideoFile(NamedTuple):
    """A file, and where in the original video it starts, in seconds; None if its name does not say."""

    path: str
    start: float | None = None


def index_videos(folder: str) -> dict[str, VideoFile]:
    """The videos of a folder by name.

    AVA's names lack a suffix. Clips of Kinetics are named after the original video and the times that they were cut
    at: ``ID_000012_000022.mp4``.

    Args:
        folder: The folder; empty for the current one. One that does not exist has no videos.
    """
    found: dict[str, VideoFile] = {}
    root = Path(folder or '.')
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if path.suffix.lower() in VIDEO_SUFFIXES:
            cut = KINETICS.fullmatch(path.stem)
            if cut:
                found.setdefault(cut[1], VideoFile(str(path), float(cut[2])))
            found[path.stem] = VideoFile(str(path))
    return found
