"""The repository's programs in forks of a process that has everything imported, so that each starts at once."""

import atexit
import ctypes
import faulthandler
import json
import os
import resource
import runpy
import signal
import sys
import tempfile
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

for variable in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ.setdefault(variable, '1')  # before numpy is imported: threads do not survive a fork

ROOT = Path(__file__).parents[1]
IMPORTED = (
    'cv2',  # before decord, whose zlib breaks its PNG decoder
    'mmaction_vt.apis',
    'mmaction_vt.datasets',
    'mmaction_vt.deployment',
    'mmaction_vt.engine',
    'mmaction_vt.visualization',
    'av',
    'decord',
    'matplotlib.pyplot',
    'torch.utils.tensorboard',
    'torch.distributed.run',
    'torch.utils.cpp_extension',  # mmengine's description of the environment
)
FOR_EXPORT = ('onnx', 'onnxruntime', 'onnxscript', 'torch.onnx', 'torch.export', 'torch.onnx._internal.exporter._core')

CAPABILITY_VERSION = 0x20080522
OVERRIDE_PERMISSIONS = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
PR_CAPBSET_DROP = 24


def preload(*more: str) -> None:
    """Import what the programs import, and more modules, without starting threads: they do not survive a fork."""
    import torch

    torch.set_num_threads(1)
    for name in (*IMPORTED, *more):
        import_module(name)


def run(program: str, *args: object) -> None:
    """Run one of the repository's programs in this process."""
    path = ROOT / program
    sys.argv = [str(path), *map(str, args)]
    if path.suffix == '.sh':
        os.environ['PATH'] = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'  # as after activating .venv
        os.execvp('bash', ['bash', *sys.argv])
    sys.path.insert(0, str(path.parent))
    runpy.run_path(str(path), run_name='__main__')


def start(
    log: Path,
    program: str,
    *args: object,
    errors: Path | None = None,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    limits: Mapping[int, int] | None = None,
) -> int:
    """Run a program in a process and a session of its own, and return the process's number.

    Args:
        log: The file to which the output is added.
        program: The program, relative to the repository's root.
        *args: Its arguments.
        errors: The file to which stderr is added; ``log`` without it.
        folder: The current folder.
        env: Further environment variables.
        limits: Resources and their limits; that of ``RLIMIT_AS`` comes on top of what is mapped already.
    """
    number = os.fork()
    if number:
        return number
    status = 1
    try:
        for finalizer in list(weakref.finalize._registry):
            finalizer.atexit = False  # the parent's temporary folders are not the child's to remove
        faulthandler.disable()  # as in Python without options, whatever pytest has set
        os.setsid()
        _heed_signals()
        _obey_permissions()
        _redirect(log, errors or log)
        if folder is not None:
            os.chdir(folder)
        os.environ.update(env or {})
        for kind, limit in (limits or {}).items():
            mapped = _mapped_bytes() if kind == resource.RLIMIT_AS else 0
            resource.setrlimit(kind, (mapped + limit, mapped + limit))
        status = _status(program, args)
    except BaseException:  # noqa: BLE001  the parent reads it
        sys.excepthook(*sys.exc_info())
    finally:
        _end(status)
    raise AssertionError('not reached')


def _status(program: str, args: tuple[object, ...]) -> int:
    """The exit status with which Python would end, after it has printed what it would print."""
    try:
        run(program, *args)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return int(end.code or 0)
    except BaseException:  # noqa: BLE001
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _redirect(log: Path, errors: Path) -> None:
    with open(os.devnull, 'rb') as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    for descriptor, path in ((1, log), (2, errors)):
        with path.open('a') as file:
            os.dup2(file.fileno(), descriptor)
    sys.stdout = open(1, 'w', encoding='utf-8', closefd=False)  # noqa: SIM115
    sys.stderr = open(2, 'w', encoding='utf-8', errors='backslashreplace', buffering=1, closefd=False)  # noqa: SIM115


def _heed_signals() -> None:
    """As a program that is started in the foreground: a shell lets what it starts with & ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _obey_permissions() -> None:
    """Make files without permissions forbidden to root too, as they are to others; without effect for others."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    data = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    libc = ctypes.CDLL(None)
    if libc.capget(header, data) == 0:
        for index in range(3):
            data[index] &= ~OVERRIDE_PERMISSIONS
        libc.capset(header, data)
    for capability in (1, 2):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # nor does a program that it executes get them back


def _end(status: int) -> None:
    """End as Python does, threads and exit functions included, but without freeing everything first."""
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _mapped_bytes() -> int:
    pages = int(Path('/proc/self/statm').read_text().split()[0])
    return pages * resource.getpagesize()


def wait(number: int, seconds: float) -> int | None:
    """The exit status of a process, minus a signal's number; None if it is still there after some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def relatives(number: int, folder: Path | None = None) -> dict[int, str]:
    """The living processes of a session, their descendants, and those that work in a folder, with their commands."""
    parents, found = {}, {}
    for entry in Path('/proc').iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            head, _, tail = (entry / 'stat').read_text().rpartition(')')
            state, parent, _, session = tail.split()[:4]
            place = (entry / 'cwd').readlink() if folder is not None else None
        except OSError:  # it has ended, or is not ours
            continue
        if state == 'Z':
            continue
        process = int(entry.name)
        parents[process] = int(parent)
        works_there = folder is not None and place is not None and place.is_relative_to(folder)
        if number in (process, int(session)) or works_there:
            found[process] = head.partition('(')[2]
    changed = True
    while changed:
        children = {child for child, parent in parents.items() if parent in found and child not in found}
        found.update(dict.fromkeys(children, 'child'))
        changed = bool(children)
    return found


def kill(number: int, folder: Path | None = None) -> None:
    """Kill a process that ``start`` started, with everything that it started."""
    for _ in range(20):
        there = relatives(number, folder)
        for process in there:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            os.waitpid(number, os.WNOHANG)
        except ChildProcessError:
            if not there:
                return
        time.sleep(0.02)


def side_by_side(
    calls: Iterator[Callable[[], Any]], jobs: int, report: Callable[[Any], None], deadline: float = float('inf')
) -> None:
    """Make calls, each in a fork of its own, so many at a time.

    Args:
        calls: Functions whose results JSON can hold.
        jobs: How many at a time.
        report: Is called with each result, in the order in which they end.
        deadline: The time, as ``time.monotonic`` gives it, after which none is started.

    Raises:
        RuntimeError: If a call raises; the error has its traceback.
    """
    with tempfile.TemporaryDirectory(prefix='results_') as name:
        running: dict[int, Path] = {}
        numbered = enumerate(calls)
        more = True
        while more or running:
            while more and len(running) < jobs:
                index, call = next(numbered, (0, None))
                more = call is not None and time.monotonic() < deadline
                if call is None or not more:
                    break
                file = Path(name) / f'{index}.json'
                running[_fork(call, file)] = file
            for number in [number for number in running if os.waitpid(number, os.WNOHANG)[0]]:
                file = running.pop(number)
                result = json.loads(file.read_text())
                if 'failed' in result:
                    raise RuntimeError(result['failed'])
                report(result['result'])
                file.unlink()
            time.sleep(0.005)


def _fork(call: Callable[[], Any], file: Path) -> int:
    number = os.fork()
    if number:
        return number
    try:
        result = {'result': call()}
    except BaseException:  # noqa: BLE001  the parent raises it
        result = {'failed': traceback.format_exc()}
    try:
        file.write_text(json.dumps(result))
    finally:
        os._exit(0)
    raise AssertionError('not reached')
