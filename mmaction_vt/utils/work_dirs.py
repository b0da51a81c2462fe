"""A work dir has one owner: a training holds it as long as it lives, and does not mix its checkpoints with others'."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError
from .files import display_path
from .systems import WINDOWS, open_itself, process_exists, read_at, touch, try_lock, write_at

LOCK = 'training.lock'
CHECKPOINTS = ('epoch_*.pth', 'iter_*.pth', 'interrupted_*.pth', 'best_*.pth')
LAST = 'last_checkpoint'  # mmengine's note of the checkpoint that was written last
BEAT = 10.0  # seconds between two signs of life
SILENCE = 2.5 * BEAT  # after which an owner on another machine counts as dead
FORGOTTEN = 3600.0  # seconds after which nobody waits for a sign of life
RESTARTS = 'TORCHELASTIC_RESTART_COUNT'
RANKS = {'pytorch': 'RANK', 'slurm': 'SLURM_PROCID', 'mpi': 'OMPI_COMM_WORLD_RANK'}  # by launcher

_owned: set[str] = set()  # by this process, which its own locks do not keep out


class Owner(NamedTuple):
    """The training that a work dir belongs to.

    Attributes:
        host: Its machine.
        process: The number of its process there.
        born: When that process started, in ticks since the machine did; tells it from a later one with its number. 0
            on systems that do not say.
        started: When the training started.
    """

    host: str
    process: int
    born: int
    started: str

    def __str__(self) -> str:
        return f'process {self.process} on {self.host}, since {self.started}'


def is_first_process(launcher: str) -> bool:
    """Whether this process is the first of its training, the one that writes checkpoints.

    Args:
        launcher: ``none``, ``pytorch``, ``slurm`` or ``mpi``.
    """
    return int(os.environ.get(RANKS.get(launcher, ''), '0')) == 0


def earlier_checkpoints(work_dir: str | Path) -> list[Path]:
    """The checkpoints that trainings have left in a work dir.

    Args:
        work_dir: The work dir.
    """
    return sorted(path for pattern in CHECKPOINTS for path in Path(work_dir).glob(pattern))


def check_unused(work_dir: str | Path, overwrite: bool, load_from: str | None = None) -> None:
    """Check that a training that starts anew does not mix its checkpoints with those of an earlier one.

    Args:
        work_dir: The work dir.
        overwrite: Whether earlier checkpoints may be deleted.
        load_from: The checkpoint that the training is initialised from.

    Raises:
        InputError: If there are earlier checkpoints, and they must not be deleted or are needed.
    """
    earlier = earlier_checkpoints(work_dir)
    if not earlier:
        return
    if not overwrite or int(os.environ.get(RESTARTS, '0')):  # a restarted process must not delete its own
        raise InputError(
            f'{display_path(work_dir)} has {len(earlier)} checkpoints of an earlier training, such as '
            f'{earlier[0].name}: --resume continues it, --work-dir names another folder, --overwrite deletes them'
        )
    for path in earlier:
        if load_from is not None and Path(load_from).exists() and path.samefile(load_from):
            raise InputError(f'--overwrite would delete {display_path(path)}, which the training starts from: move it')


def delete_earlier(work_dir: str | Path) -> int:
    """Delete the checkpoints that trainings have left in a work dir.

    Args:
        work_dir: The work dir.

    Returns:
        Their number.
    """
    earlier = earlier_checkpoints(work_dir)
    (Path(work_dir) / LAST).unlink(missing_ok=True)
    for path in earlier:
        path.unlink(missing_ok=True)
    return len(earlier)


@contextmanager
def own_work_dir(work_dir: str | Path) -> Iterator[None]:
    """Own a work dir until the block ends or the process dies, however it does.

    A lock of the system is held on the file ``training.lock``, which says who holds it. A killed process loses the
    lock at once. Between machines that do not see each other's locks, the time of the file is a sign of life.

    Args:
        work_dir: The work dir, which exists.

    Raises:
        InputError: If another training owns it.
    """
    path = Path(os.path.realpath(work_dir)) / LOCK
    if str(path) in _owned:
        raise InputError(_refusal(work_dir, 'this process'))
    descriptor = _acquire(path, work_dir)
    _owned.add(str(path))
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(descriptor, path, over), daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()
        _owned.discard(str(path))
        is_own = _is_at(descriptor, path)
        if WINDOWS:  # an open file cannot be removed
            os.close(descriptor)
        if is_own:
            with suppress(PermissionError):  # on Windows, one that another training has just opened
                path.unlink(missing_ok=True)
        if not WINDOWS:
            os.close(descriptor)


def _acquire(path: Path, work_dir: str | Path) -> int:
    """Lock the file, and write into it who does; return its descriptor."""
    watched = False
    while True:
        descriptor = _open(path)
        has_lock, before = try_lock(descriptor, of_process=True), _read(descriptor)
        if has_lock is None or (not has_lock and before is not None and _lives_here(before)):
            os.close(descriptor)
            raise InputError(_refusal(work_dir, before))
        is_foreign = before is not None and before.host != socket.gethostname()
        if _is_at(descriptor, path) and (watched or not is_foreign):
            break
        os.close(descriptor)  # its last owner has just removed it, or may live where its lock is not seen from here
        if is_foreign:
            if _lives_elsewhere(path):
                raise InputError(_refusal(work_dir, before))
            watched = True
    own = Owner(
        socket.gethostname(), os.getpid(), _born(os.getpid()), datetime.now().astimezone().isoformat(' ', 'seconds')
    )
    os.ftruncate(descriptor, 0)
    write_at(descriptor, f'{json.dumps(own._asdict())}\n'.encode(), 0)
    if not has_lock:  # another may have come at the same moment
        time.sleep(1)
        found = _read(descriptor)
        if found is not None and found != own:
            os.close(descriptor)
            raise InputError(_refusal(work_dir, found))
    return descriptor


def _open(path: Path) -> int:
    try:
        return open_itself(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InputError(f'{display_path(path)} cannot be opened: {error.strerror}; a training locks it') from error


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _read(descriptor: int) -> Owner | None:
    """Who has locked a work dir, or died in it. Closing another descriptor of the file would end its lock."""
    try:
        found = json.loads(read_at(descriptor, 4096, 0))
        return Owner(str(found['host']), int(found['process']), int(found['born']), str(found['started']))
    except (OSError, ValueError, KeyError, TypeError):  # nobody, or a file that is being written
        return None


def _lives_elsewhere(path: Path) -> bool:
    """Whether an owner on another machine gives a sign of life; waits for it, unless the last one is long ago."""
    try:
        first = path.stat().st_mtime
        if abs(time.time() - first) > FORGOTTEN:
            return False
        end = time.monotonic() + SILENCE
        while time.monotonic() < end:
            time.sleep(BEAT / 10)
            path.read_bytes()  # makes a network file system ask again
            if path.stat().st_mtime != first:
                return True
    except FileNotFoundError:
        return False
    return False


def _lives_here(owner: Owner) -> bool:
    return owner.host == socket.gethostname() and owner.born == _born(owner.process) != -1


def _born(process: int) -> int:
    """When a process of this machine started; -1 if there is none, 0 if the system does not say."""
    try:
        status = Path(f'/proc/{process}/stat').read_text(encoding='utf-8', errors='replace')
    except OSError:
        return 0 if process_exists(process) else -1
    return int(status.rpartition(')')[2].split()[19])


def _beat(descriptor: int, path: Path, over: threading.Event) -> None:
    while not over.wait(BEAT):
        with suppress(OSError):
            touch(descriptor, path)


def _refusal(work_dir: str | Path, owner: Owner | str | None) -> str:
    return (
        f'{display_path(work_dir)} belongs to a training that is running ({owner or "it does not say where"}): wait '
        'for it, stop it, or name another folder with --work-dir'
    )
