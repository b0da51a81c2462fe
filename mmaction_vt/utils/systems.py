"""What Linux, macOS and Windows do differently: opening and locking files, open files that move, starting processes.

Where the modules ``os`` and ``signal`` tell what a system has, they are asked when it is needed, and not its name.
"""

import errno
import os
import signal
import sys
from pathlib import Path

LOCKED_BYTE = 2**30  # Windows locks bytes, and nobody may read them: one that no file here has
LINUX = sys.platform == 'linux'
WINDOWS = os.name == 'nt'  # where a file that is open can be neither renamed nor removed


def open_itself(path: Path, flags: int, mode: int = 0o666) -> int:
    """Open a file in binary mode, without following a symbolic link or waiting for the other end of a pipe.

    Args:
        path: The file.
        flags: As ``os.open`` takes them.
        mode: Permissions of a file that is created.

    Returns:
        Its descriptor.

    Raises:
        OSError: If it is a symbolic link or cannot be opened.
    """
    if not hasattr(os, 'O_NOFOLLOW') and path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return os.open(path, flags | _flags('O_NOFOLLOW', 'O_NONBLOCK', 'O_BINARY'), mode)


def open_binary(path: Path, flags: int) -> int:
    """``os.open`` in binary mode, which is not the default on Windows."""
    return os.open(path, flags | _flags('O_BINARY'))


def _flags(*names: str) -> int:
    return sum(getattr(os, name, 0) for name in names)


def try_lock(descriptor: int, of_process: bool = False) -> bool | None:
    """Lock an open file until it is closed or this process dies.

    Args:
        descriptor: The open file.
        of_process: Whether the process holds the lock, which works on more network file systems, and ends when the
            process closes any descriptor of the file; otherwise the open file does.

    Returns:
        True if it is locked; None if another holds the lock; False if the system or the file system has no locks.
    """
    try:
        _lock(descriptor, of_process)
    except OSError as error:
        return None if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK) else False
    except ImportError:
        return False
    return True


def _lock(descriptor: int, of_process: bool) -> None:
    if sys.platform == 'win32':
        import msvcrt

        before = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, before, os.SEEK_SET)
    else:
        import fcntl

        (fcntl.lockf if of_process else fcntl.flock)(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Read up to ``size`` bytes of an open file from an offset."""
    if hasattr(os, 'pread'):
        return os.pread(descriptor, size, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, size)


def write_at(descriptor: int, content: bytes | memoryview, offset: int) -> int:
    """Write bytes to an open file at an offset; returns how many were written."""
    if hasattr(os, 'pwrite'):
        return os.pwrite(descriptor, content, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.write(descriptor, content)


def touch(descriptor: int, path: Path) -> None:
    """Set the modification time of an open file to now."""
    os.utime(descriptor if os.utime in os.supports_fd else path)


def flush_to_disk(path: Path) -> None:
    """Flush a file, or the names in a folder where the system allows it, to the disk.

    Args:
        path: The file or folder.

    Raises:
        OSError: If it cannot be flushed.
    """
    is_folder = path.is_dir()
    if is_folder and WINDOWS:  # folders cannot be opened
        return
    descriptor = os.open(path, os.O_RDONLY if is_folder or not WINDOWS else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def process_exists(process: int) -> bool:
    """Whether there is a process with a number on this machine; on Windows, where nothing simple tells, it is False."""
    if WINDOWS:  # os.kill would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return process > 0
    return True


def signals(*names: str) -> tuple[signal.Signals, ...]:
    """The signals with these names that the system has."""
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


def start_method() -> str:
    """How processes are started: ``fork`` if that is safe, else ``spawn``.

    Windows has no fork. On macOS, libraries of the system may crash in the copy of a process that has threads.
    """
    return 'fork' if hasattr(os, 'fork') and sys.platform != 'darwin' else 'spawn'
