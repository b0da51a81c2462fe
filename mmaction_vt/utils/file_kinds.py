"""Kinds of files: only regular files are opened, since pipes, devices and sockets can make a reader wait for ever."""

import os
import stat
from functools import cache
from pathlib import Path

from ..errors import InputError

# Kinds that ``stat`` tells apart. Opening a FIFO waits for a writer, and a device may never end.
_KINDS = {
    stat.S_IFDIR: 'a folder',
    stat.S_IFIFO: 'a pipe',
    stat.S_IFCHR: 'a device',
    stat.S_IFBLK: 'a device',
    stat.S_IFSOCK: 'a socket',
}
# File systems whose regular files are made up by the kernel: some never end, others wait to be read.
_KERNEL_FILE_SYSTEMS = ('/proc', '/sys')


def display_path(path: str | os.PathLike[str]) -> str:
    """Return a path as it is, or quoted with escapes if it has line breaks or other unprintable characters."""
    text = os.fspath(path)
    return text if text.isprintable() and text.strip() == text != '' else repr(text)


def check_regular_file(
    name: str, path: str | os.PathLike[str], expected: str = '', max_bytes: int | None = None
) -> None:
    """Check that a file can be read to its end, without opening it.

    Args:
        name: What the file is, for the message, such as ``label file``.
        path: The file; symbolic links are followed.
        expected: What the file should hold, for the end of the message.
        max_bytes: The largest size; unlimited by default.

    Raises:
        InputError: If it does not exist, is a folder, a pipe, a device, a socket or a file of the kernel's, is larger,
            or must not be read.
    """
    subject = f'{name} {display_path(path)}'
    end = f': expected {expected}' if expected else ''
    status = _status(subject, path, end)
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        raise InputError(f'{subject} is {_KINDS.get(kind, "of an unknown kind")}, not a regular file{end}')
    if status.st_dev in _kernel_devices():
        raise InputError(f'{subject} is a file of the kernel, not a regular file{end}')
    if max_bytes is not None and status.st_size > max_bytes:
        raise InputError(f'{subject} has {status.st_size} bytes, more than the {max_bytes} that are accepted{end}')
    if not os.access(path, os.R_OK):
        raise InputError(f'{subject} cannot be read: no permission{end}')


def is_regular_file(path: str | os.PathLike[str]) -> bool:
    """Return whether ``check_regular_file`` accepts a file."""
    try:
        check_regular_file('file', path)
    except InputError:
        return False
    return True


def _status(subject: str, path: str | os.PathLike[str], end: str) -> os.stat_result:
    try:
        return os.stat(path)  # noqa: PTH116  Path('') is the current folder
    except FileNotFoundError:
        dangling = f', a symbolic link to {display_path(Path(path).readlink())},' if Path(path).is_symlink() else ''
        raise InputError(f'{subject}{dangling} does not exist{end}') from None
    except OSError as error:
        reason = error.strerror[0].lower() + error.strerror[1:] if error.strerror else type(error).__name__
        raise InputError(f'{subject} cannot be opened: {reason}{end}') from error
    except ValueError as error:  # a null byte
        raise InputError(f'{subject} cannot be opened: {error}{end}') from error


@cache
def _kernel_devices() -> frozenset[int]:
    return frozenset(Path(folder).stat().st_dev for folder in _KERNEL_FILE_SYSTEMS if os.path.ismount(folder))
