"""Files: written atomically, and the suffixes of their names."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import InputError

PART = '.part'  # at the end of a name: a file that is being written

# What the names of files end in, in lower case.
COMMON_VIDEO_SUFFIXES = ('.mp4', '.avi', '.mkv', '.mov', '.webm')
VIDEO_SUFFIXES = (*COMMON_VIDEO_SUFFIXES, '.m4v', '.mpg', '.mpeg', '.flv', '.wmv', '.3gp')
FRAME_SUFFIXES = ('.jpg', '.jpeg', '.png')
CLIP_SUFFIXES = ('.gif', '.mp4')
FIGURE_SUFFIXES = ('.png', '.svg', '.pdf')
LIST_SUFFIX = '.txt'
CONFIG_SUFFIX = '.py'
CHECKPOINT_SUFFIXES = ('.pth', '.pyth', '.ckpt', '.pt', '.safetensors')
PREDICTION_SUFFIXES = ('.csv', '.json')
REPORT_SUFFIXES = ('.json', '.pkl')
CHALLENGE_SUFFIXES = ('.json', '.zip')


def check_suffix(name: str, path: str | Path, accepted: Collection[str]) -> None:
    """Check what the name of a file ends in; upper and lower case are alike.

    Args:
        name: What the path is, for the message, such as ``--out``.
        path: The path.
        accepted: Suffixes in lower case.

    Raises:
        InputError: If the path ends in none of them.
    """
    if Path(path).suffix.lower() not in accepted:
        raise InputError(f'{name} must end in {" or ".join(accepted)}, not {path}')


@contextmanager
def atomic_path(path: Path, sync: bool = False) -> Iterator[Path]:
    """Yield the path to write a file to, which is renamed to ``path`` once the block completes.

    If the block raises, that file is removed, and what was at ``path`` remains. The folder is made if it is missing.

    Args:
        path: The path of the complete file.
        sync: Whether the content is flushed to the disk before the rename, and the rename after it.

    Raises:
        OSError: If the folder cannot be made, or the file cannot be written or renamed.
    """
    part = path.with_name(f'{path.name}{PART}')
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        if sync:
            _flush(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if sync:
        _flush(path.parent)


def write_atomically(path: Path, content: str | bytes | memoryview) -> None:
    """Write a file so that it is complete or not there at all times, also after a crash.

    Args:
        path: The file; its folder is made if it is missing.
        content: Bytes, or text, which is written as UTF-8.

    Raises:
        OSError: If it cannot be written; what was there before remains.
    """
    with atomic_path(path, sync=True) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
