"""Files: their kinds, the suffixes of their names, and atomic writing."""

import errno
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import InputError
from .file_kinds import check_regular_file as check_regular_file  # noqa: PLC0414  so that mypy exports it
from .file_kinds import display_path as display_path  # noqa: PLC0414
from .file_kinds import is_regular_file as is_regular_file  # noqa: PLC0414
from .systems import WINDOWS, flush_to_disk, open_itself, try_lock

PART = '.part'  # at the end of a name: a file that is being written
NAME_BYTES = 255  # of a file name, at most

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

    If the block raises, that file is removed, and what was at ``path`` remains. The folder is made if it is missing. A
    replaced file keeps its permissions, and a symbolic link its place: the file that it points to is replaced.

    Args:
        path: The path of the complete file.
        sync: Whether the content is flushed to the disk before the rename, and the rename after it.

    Raises:
        OSError: If the folder cannot be made, or the file cannot be written or renamed.
    """
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    with part_of(path) as part:
        try:
            yield part
            if sync:
                flush_to_disk(part)
            if path.is_file():
                part.chmod(stat.S_IMODE(path.stat().st_mode))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    if sync:
        flush_to_disk(path.parent)


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """An empty file next to ``path``, which no other process writes to.

    Its name is always the same, so that the next writer takes over the file of one that was killed. If another process
    writes to that one, or it is not a plain file of its own, the name is unique. So it is on Windows, where a file that
    is locked cannot be renamed.

    Args:
        path: The path of the complete file, in a folder that exists.

    Raises:
        OSError: If no file can be made.
    """
    part = path.with_name(_shortened(f'{path.name}{PART}'))
    try:
        descriptor = -1 if WINDOWS else open_itself(part, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EISDIR, errno.EACCES, errno.ENXIO, errno.EPERM):
            raise
        descriptor = -1
    if descriptor < 0 or not _locked(descriptor, part):
        if descriptor >= 0:
            os.close(descriptor)
        import secrets  # slow to import, and seldom needed

        part = path.with_name(_shortened(f'{path.name}.{os.getpid()}-{secrets.token_hex(4)}{PART}'))
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    if WINDOWS:
        os.close(descriptor)
        yield part
        return
    try:
        yield part
    finally:
        os.close(descriptor)


def _locked(descriptor: int, path: Path) -> bool:
    """Lock an open file; False if it is another's, or not the plain file with this path and no other."""
    own = os.fstat(descriptor)
    if not stat.S_ISREG(own.st_mode) or own.st_nlink != 1:
        return False
    try:
        if not try_lock(descriptor) or not os.path.samestat(own, path.lstat()):
            return False
    except OSError:  # taken away by the process that held it
        return False
    os.ftruncate(descriptor, 0)
    return True


def _shortened(name: str) -> str:
    """A file name, or if it is too long for a file system, another that depends on it."""
    encoded = os.fsencode(name)
    if len(encoded) <= NAME_BYTES:
        return name
    import hashlib  # slow to import, and seldom needed

    return f'{hashlib.sha256(encoded).hexdigest()[:32]}{PART}'


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
