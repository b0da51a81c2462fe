"""Any exception as one sentence: what was being done, what happened, whose fault it is."""

import errno
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from ..errors import WORKER_PREFIX, WORKER_TRACEBACK, BrokenVideoError, InputError, steps_of
from .config_building import type_being_built
from .one_line import one_line

PACKAGE = Path(__file__).resolve().parents[1]
# Folders of code that is not the user's: ours, the standard library, and installed packages.
INSTALLED = (
    *(PACKAGE, *(PACKAGE.parent / name for name in ('tools', 'demo', 'benchmarks'))),
    *(Path(path) for path in (os.__file__.rpartition(os.sep)[0], sys.prefix)),
)
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
SEE = 'see docs/troubleshooting.md'
BUG = 'this is a bug: please report it, with what --traceback prints'
LONGEST_EXCEPTION = 400
LONGEST_CHAIN = 100
EXPECTED = (InputError.__name__, BrokenVideoError.__name__)
EXCEPTION_LINE = re.compile(r'^[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Timeout)(?=: |$)', re.M)

NO_FILES = 'too many files are open: raise the limit with ulimit -n 65536'
NO_MEMORY = 'there is not enough memory: use smaller batches, videos or clips, or fewer workers'
OS_SENTENCES = {errno.EMFILE: NO_FILES, errno.ENFILE: NO_FILES, errno.ENOMEM: NO_MEMORY}
NO_SHARED_MEMORY = (
    'the shared memory of this machine (/dev/shm) is full: use fewer num_workers, or start Docker with --shm-size 16g'
)
NO_GPU_MEMORY = 'the GPU is out of memory: use a smaller batch, or --amp bf16'
NO_GPU = 'the GPU cannot be used'
DATA_PROCESS = 'a process that reads data (num_workers of the data loader in the config)'
FEWER = 'mostly for lack of memory: use fewer of them, a smaller batch or smaller videos'
# What PyTorch, NumPy or OpenCV say (regular expressions), and the sentence; {0} is the group of the expression.
MACHINE = (
    ('unable to (?:open|write|map|allocate|mmap)[^.]*shared memory|shm_open|torch_shm_manager', NO_SHARED_MEMORY),
    ('unable to write to file </torch|dataloader worker[^.]*bus error', NO_SHARED_MEMORY),
    ('dataloader worker[^.]*killed by signal: killed', f'{DATA_PROCESS} was killed, {FEWER}'),
    (r'dataloader worker[^.]*killed by signal: ([\w ]+)', f'{DATA_PROCESS} was ended by a signal ({{0}})'),
    ('dataloader worker[^.]*exited unexpectedly', f'{DATA_PROCESS} exited unexpectedly, {FEWER}'),
    (r'dataloader timed out after ([\d.]+)', f'{DATA_PROCESS} has not answered for {{0}} seconds'),
    ('terminated abruptly while', f'a process that reads videos was killed, {FEWER}'),
    (r'received \d+ items of ancdata|too many open files', NO_FILES),
    (r'(?:cuda|hip) out of memory|(?:cublas|cudnn)\w*_alloc_failed', NO_GPU_MEMORY),
    ('not enough memory|allocate memory|out of memory|unable to allocate|failed to allocate', NO_MEMORY),
    ('bad.?alloc|insufficient memory', NO_MEMORY),
    ('eaddrinuse|address already in use', 'the port is in use by another program: set another with PORT'),
    ('no cuda gpus|no cuda-capable|not compiled with cuda|nvidia driver|invalid device (?:ordinal|string)', NO_GPU),
    ('cuda[ _](?:error|driver)|cudaerror|cublas_status|cudnn_status', NO_GPU),
)
PROCESS_LOST = (
    r'connection (?:reset|closed|refused)|socket timeout|gloo|nccl|tcpstore|rendezvous|'
    r'timed out (?:waiting|after \d+ seconds waiting)|broken pipe|store->|barrier'
)


class Failure(NamedTuple):
    """What an exception means.

    Attributes:
        sentence: What is printed after ``error:``.
        expected: Whether the traceback adds nothing: the input is bad.
        secondary: Whether another process failed first, and its own sentence says why.
    """

    sentence: str
    expected: bool = False
    secondary: bool = False


def explain(error: BaseException) -> Failure:
    """Describe an exception that ends a program."""
    known = _input_error(error)
    if known is not None:
        return Failure(one_line(known), expected=True)
    name, message = _summary(error)
    if name in EXPECTED:
        return Failure(one_line(message), expected=True)
    steps = steps_of(error)
    what = f'while {one_line(steps[0])}: ' if steps else ''
    short = one_line(f'{name}: {message}' if message.strip() else name, LONGEST_EXCEPTION)
    if isinstance(error, ImportError):
        return Failure(f'{what}{_import_error(error, short)}')
    if isinstance(error, UnicodeError):
        return Failure(f'{what}the text is not UTF-8 ({short})')
    if isinstance(error, RecursionError):
        return Failure(f'{what}the input is nested too deeply ({short})')
    machine = _machine(error, name, message)
    if machine:
        return Failure(f'{what}{machine} ({short}); {SEE}')
    if _is_process_lost(error, name, message):
        return Failure(
            f'{what}the connection to another process was lost ({short}): the output of that process says why',
            secondary=True,
        )
    if isinstance(error, OSError) and error.errno is not None:
        return Failure(_os_error(error) if error.filename is not None else f'{what}{_os_error(error)}')
    built = type_being_built(error)
    if built is not None:
        return Failure(f'{built} of the config cannot be built: {short}')
    return Failure(f'{what}{short}; {_blame(error)}')


def _input_error(error: BaseException) -> str | None:
    """The sentence of an ``InputError``, also where a library raised another exception from it."""
    seen: BaseException | None = error
    for _ in range(LONGEST_CHAIN):
        if seen is None or isinstance(seen, InputError):
            return None if seen is None else str(seen)
        seen = seen.__cause__
    return None


def _summary(error: BaseException) -> tuple[str, str]:
    """The type and the message of an exception; for one of a loader's worker, those at the end of its traceback."""
    message = _text(error)
    if message.startswith(WORKER_PREFIX) and WORKER_TRACEBACK in message:
        text = message.rpartition(WORKER_TRACEBACK)[2]
        lines = list(EXCEPTION_LINE.finditer(text))
        if lines:
            name, _, message = text[lines[-1].start() :].partition(': ')
            return name.strip().rpartition('.')[2], message
    return type(error).__name__, message


def _machine(error: BaseException, name: str, message: str) -> str | None:
    """The sentence for a failure of the machine or of a process that reads data, if it is one."""
    if isinstance(error, OSError) and error.errno in OS_SENTENCES:
        return OS_SENTENCES[error.errno]
    if not isinstance(error, (MemoryError, RuntimeError, OSError)) and name != 'error':  # OpenCV's
        return None
    text = f'{name}: {message}'.lower()
    for pattern, sentence in MACHINE:
        found = re.search(pattern, text, re.S)
        if found:
            return sentence.format(*found.groups())
    return NO_MEMORY if isinstance(error, MemoryError) else None


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as other:  # noqa: BLE001  whatever a library's __str__ raises
        return f'its message cannot be read, {type(other).__name__}'


def _os_error(error: OSError) -> str:
    names = ' and '.join(str(name) for name in (error.filename, error.filename2) if name is not None)
    names = one_line(names, LONGEST_EXCEPTION)
    reason = one_line(error.strerror or type(error).__name__, LONGEST_EXCEPTION)
    if error.errno in DISK_ERRORS:
        return f'{names or "a file or the output"} cannot be written: {reason}; an existing file is kept'
    return f'{names}: {reason}' if names else reason


def _import_error(error: ImportError, short: str) -> str:
    missing = (error.name or '').partition('.')[0]
    if missing == PACKAGE.name:
        return f'{short}; {BUG}'
    if isinstance(error, ModuleNotFoundError) and missing:
        return f'the package {missing} is not installed: pip install {missing}, or make setup for all packages'
    return f'a package cannot be imported ({short}): install it again, or make setup for all packages'


def _is_process_lost(error: BaseException, name: str, message: str) -> bool:
    """Whether an exception is what a process sees of the end of another in distributed training."""
    if name.startswith('Dist') or isinstance(error, ConnectionError):
        return True
    torch = sys.modules.get('torch')
    running = torch is not None and torch.distributed.is_available() and torch.distributed.is_initialized()
    return running and isinstance(error, RuntimeError) and re.search(PROCESS_LOST, message.lower()) is not None


def _blame(error: BaseException) -> str:
    """Whose fault an exception is that nothing else explains: that of a user's own file, or ours."""
    frame, found = error.__traceback__, None
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename
        if not name.startswith('<') and not any(folder in Path(name).parents for folder in INSTALLED):
            found = f'raised by {name}, line {frame.tb_lineno}'
        frame = frame.tb_next
    return f'{found}; --traceback prints the whole' if found else BUG
