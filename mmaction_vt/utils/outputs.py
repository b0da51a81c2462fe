"""Where results are written: checked before the work starts, and written whole or not at all."""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp

from ..errors import InputError
from .files import NAME_BYTES, atomic_path, check_suffix, display_path, write_atomically
from .systems import LINUX

AnyPath = str | os.PathLike[str]

_KEPT = 'what was there before is kept'
_PROBE = bytes(4096)  # a block, which a full disk refuses
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux


def check_output(
    path: AnyPath,
    name: str,
    overwrite: bool = False,
    inputs: Iterable[AnyPath | None] = (),
    suffixes: Iterable[str] = (),
) -> Path:
    """Check that a file can be written, before anything is computed. Nothing is created.

    Args:
        path: The file.
        name: What it is, for messages, such as ``--out``.
        overwrite: Whether an existing file may be replaced.
        inputs: Files that are read, or other outputs, none of which it may be; None and addresses are ignored.
        suffixes: Accepted suffixes in lower case; any by default.

    Returns:
        The file.

    Raises:
        InputError: If there is no such place, it is of another kind, cannot be written to, is an input, or exists.
    """
    path = _check_text(path, name)
    if tuple(suffixes):
        check_suffix(name, path, tuple(suffixes))
    shown = f'{name} {display_path(path)}'
    status = _status(shown, path)
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise InputError(f'{shown} is a folder: expected the name of a file')
    if status is not None and not stat.S_ISREG(status.st_mode):
        raise InputError(f'{shown} is a device, a pipe or a socket: expected the name of a file')
    _check_apart(shown, path, inputs)
    if status is not None:
        if not overwrite:
            raise InputError(f'{shown} exists: --overwrite replaces it; else name another')
        if not _is_writable(path):
            raise InputError(f'{shown} exists and is write-protected: name another')
    _check_room(shown, Path(os.path.realpath(path)).parent)
    return path


def check_output_folder(path: AnyPath, name: str, inputs: Iterable[AnyPath | None] = ()) -> Path:
    """Check that files can be written to a folder, which is made if it is missing. Nothing is created.

    Args:
        path: The folder.
        name: What it is, for messages.
        inputs: Folders or files, none of which it may be.

    Returns:
        The folder.

    Raises:
        InputError: If there is no such place, it is a file, it cannot be written to, or is an input.
    """
    path = _check_text(path, name)
    shown = f'{name} {display_path(path)}'
    status = _status(shown, path)
    if status is not None and not stat.S_ISDIR(status.st_mode):
        raise InputError(f'{shown} is a file: expected a folder')
    _check_apart(shown, path, inputs)
    _check_room(shown, Path(os.path.realpath(path)))
    return path


def check_whole_folder(
    path: AnyPath,
    name: str,
    contents: Iterable[str],
    overwrite: bool = False,
    inputs: Iterable[AnyPath | None] = (),
) -> Path:
    """Check that a folder can be written as a whole, as ``write_folder`` does it. Nothing is created.

    Args:
        path: The folder.
        name: What it is, for messages.
        contents: Names of the files that it will have.
        overwrite: Whether an existing folder may be replaced.
        inputs: Folders or files, none of which it may be or have.

    Returns:
        The folder.

    Raises:
        InputError: As ``check_output_folder``, or if it is not empty and must not be replaced or has other files.
    """
    needed = [entry for entry in inputs if entry is not None]
    path = check_output_folder(path, name, needed)
    shown = f'{name} {display_path(path)}'
    if path.is_dir():
        _check_inputs_outside(shown, path, needed)
        names = sorted(entry.name for entry in path.iterdir())
        others = [entry for entry in names if entry not in contents]
        if others:
            raise InputError(f'{shown} has other files, such as {display_path(others[0])}: name another folder')
        if names and not overwrite:
            raise InputError(f'{shown} exists and is not empty: --overwrite replaces it; else name another')
    _check_room(shown, Path(os.path.realpath(path)).parent)
    return path


def write_output(path: AnyPath, content: str | bytes | memoryview) -> None:
    """Write a file so that it is complete or not there at all times; its folder is made if it is missing.

    Args:
        path: The file, which is replaced if it exists.
        content: Bytes, or text, which is written as UTF-8.

    Raises:
        InputError: If it cannot be written; what was there before remains.
    """
    with as_input_errors(path):
        write_atomically(Path(path), content)


@contextmanager
def output_path(path: AnyPath) -> Iterator[Path]:
    """Yield the path to write a file to, which takes the place of ``path`` once the block completes.

    Args:
        path: The file.

    Raises:
        InputError: If it cannot be written; what was there before remains.
    """
    with as_input_errors(path), atomic_path(Path(path), sync=True) as part:
        yield part


def write_folder(path: AnyPath, write: Callable[[Path], None]) -> None:
    """Write a folder as a whole: beside, and then swapped with what was there.

    Args:
        path: The folder, which is replaced if it exists.
        write: Writes the files into the folder that it is given.

    Raises:
        InputError: If it cannot be written; what was there before remains.
    """
    target = Path(os.path.realpath(path))
    beside = None
    with as_input_errors(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside = Path(mkdtemp(prefix='.', suffix='.part', dir=target.parent))
            folder = beside / 'new'
            folder.mkdir()
            write(folder)
            if target.is_dir():
                folder.chmod(stat.S_IMODE(target.stat().st_mode))
                _swap(folder, target)
            else:
                folder.rename(target)
        finally:
            if beside is not None:
                shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def as_input_errors(path: AnyPath) -> Iterator[None]:
    """Turn an error of the disk into a sentence.

    Args:
        path: What is written.

    Raises:
        InputError: If the block raises an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise InputError(
            f'{display_path(path)} cannot be written: {error.strerror or type(error).__name__}; {_KEPT}'
        ) from error


def exchange(first: Path, second: Path) -> bool:
    """Exchange two files, or two folders, at once.

    Args:
        first: One of them.
        second: The other, on the same file system.

    Returns:
        False if the file system, or the system, cannot do so.

    Raises:
        OSError: If one of them does not exist, or cannot be renamed.
    """
    if not LINUX:
        return False
    import ctypes  # slow to import, and most programs replace nothing

    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), 'renameat2', None)
    if renameat2 is None:
        return False
    if renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(second))


def _swap(folder: Path, target: Path) -> None:
    """Exchange two folders, at once where the system can."""
    if exchange(folder, target):
        return
    old = folder.with_name('old')
    target.rename(old)
    try:
        folder.rename(target)
    except OSError:
        old.rename(target)
        raise


def _check_text(path: AnyPath, name: str) -> Path:
    text = os.fspath(path)
    if not text.strip():
        raise InputError(f'{name} is empty: expected a path')
    if '\0' in text:
        raise InputError(f'{name} {text!r} has a null byte, which no path can have')
    return Path(text)


def _status(shown: str, path: Path) -> os.stat_result | None:
    """The status of what a path leads to; None if there is nothing."""
    longest = max((len(os.fsencode(part)) for part in path.parts), default=0)
    if longest > NAME_BYTES:
        raise InputError(f'{shown} has a name of {longest} bytes: at most {NAME_BYTES} are possible')
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        above = next(parent for parent in Path(os.path.realpath(path)).parents if parent.exists())
        raise InputError(f'{shown} cannot be written: {display_path(above)} is a file, not a folder') from error
    except OSError as error:
        raise InputError(f'{shown} cannot be written: {error.strerror}') from error


def _check_apart(shown: str, path: Path, inputs: Iterable[AnyPath | None]) -> None:
    """Check that an output is none of the inputs, under any name."""
    for other in inputs:
        if other is None or not os.fspath(other) or '://' in os.fspath(other):
            continue
        try:
            is_same = os.path.realpath(path) == os.path.realpath(other) or Path(path).samefile(other)
        except (OSError, ValueError):  # one of them does not exist
            is_same = False
        if is_same:
            raise InputError(f'{shown} is the same as {display_path(other)}, which is needed too: name another')


def _check_inputs_outside(shown: str, folder: Path, inputs: Iterable[AnyPath]) -> None:
    real = Path(os.path.realpath(folder))
    for other in inputs:
        if Path(os.path.realpath(other)).is_relative_to(real):
            raise InputError(f'{shown} has {display_path(other)}, which is read: name another folder')


def _is_writable(path: Path) -> bool:
    """Whether a file may be replaced: its owner may write to it, and so may this process."""
    return bool(path.stat().st_mode & 0o222) and os.access(path, os.W_OK)


def _check_room(shown: str, folder: Path) -> None:
    """Check that a block can be written to a folder, or to the closest folder above that exists."""
    try:
        while not folder.exists():
            folder = folder.parent
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f'{display_path(folder)} is a file, not a folder')
        if not os.access(folder, os.W_OK | os.X_OK):
            reason = os.strerror(errno.EROFS if _is_read_only(folder) else errno.EACCES)
            raise PermissionError(errno.EACCES, f'{display_path(folder)}: {reason}')
        with TemporaryFile(dir=folder) as file:
            file.write(_PROBE)
            file.flush()
    except OSError as error:
        raise InputError(f'{shown} cannot be written: {error.strerror}') from error


def _is_read_only(folder: Path) -> bool:
    return hasattr(os, 'statvfs') and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
