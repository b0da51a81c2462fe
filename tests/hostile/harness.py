"""Runs cases in forks of one process that has everything imported, several at a time."""

import os
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from forked_programs import kill, relatives, side_by_side, start, wait

from hostile.case import Case
from hostile.good import Good
from hostile.outcome import Ending, digests, judge, unfinished

GIBIBYTE = 2**30
LIMITS = {resource.RLIMIT_AS: 6 * GIBIBYTE, resource.RLIMIT_FSIZE: GIBIBYTE, resource.RLIMIT_CORE: 0}
MAKING_SECONDS = 60
GRACE_SECONDS = 5  # for processes that end after their parent has
OUTPUT, ERRORS = 'stdout.txt', 'stderr.txt'


@dataclass(frozen=True)
class Result:
    """The outcome of a case; ``invalid`` if its own files could not be made."""

    kind: str
    name: str
    argv: tuple[str, ...]
    outcome: str
    why: str
    seconds: float
    tail: str = ''


def try_case(kind: str, case: Case, good: Good, show: bool = False) -> Result:
    """Run a case in a new folder and judge it; ``show`` prints the whole output."""
    begin = time.monotonic()
    outside = Path(tempfile.mkdtemp(prefix='hostile_'))
    folder = outside / 'case'
    try:
        folder.mkdir()
        good.copy_to(folder)
        problem = _make(case, folder, outside)
        if problem:
            return Result(kind, case.name, case.argv, 'invalid', problem, 0)
        before = digests(folder, case.keep)
        inputs = {**digests(folder, good.names()), **before}
        parts = unfinished(folder)
        ending = _run(case, folder, outside)
        outcome, why = judge(case, folder, ending, before if ending.status == 0 else inputs, parts)
        if show:
            print(ending.stdout, ending.stderr, sep='\n--- stderr\n', flush=True)
        tail = '' if outcome in ('clear', 'accepted') else (ending.stdout + ending.stderr)[-3000:]
        return Result(kind, case.name, case.argv, outcome, why[:500], round(time.monotonic() - begin, 2), tail)
    finally:
        _remove(outside)


def _make(case: Case, folder: Path, outside: Path) -> str | None:
    """Let a case write its files, in a process of its own, and return what went wrong."""
    if case.make is None:
        return None
    log = outside / 'make.txt'
    number = os.fork()
    if number == 0:
        status = 1
        try:
            os.chdir(folder)
            case.make(folder)
            status = 0
        except BaseException:  # noqa: BLE001  the parent reads it
            log.write_text(traceback.format_exc())
        finally:
            os._exit(status)
    status = wait(number, MAKING_SECONDS)
    if status == 0:
        return None
    if status is None:
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)
    return log.read_text()[-1500:] if log.exists() else f'make ended with {status}'


def _run(case: Case, folder: Path, outside: Path) -> Ending:
    output, errors = outside / OUTPUT, outside / ERRORS
    program, *args = case.argv
    number = start(output, program, *args, errors=errors, folder=folder, env=case.env, limits=LIMITS)
    status = wait(number, case.seconds)
    left = _left(number, folder) if status is not None else {}
    kill(number, folder)
    texts = [path.read_text(encoding='utf-8', errors='replace') if path.exists() else '' for path in (output, errors)]
    return Ending(status, *texts, left=tuple(left.values()))


def _left(number: int, folder: Path) -> dict[int, str]:
    until = time.monotonic() + GRACE_SECONDS
    while (left := relatives(number, folder)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def _remove(folder: Path) -> None:
    for path in (folder, *folder.rglob('*')):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)  # cases take permissions away
    shutil.rmtree(folder, ignore_errors=True)


def run_cases(
    cases: Iterator[tuple[str, Case]],
    good: Good,
    jobs: int,
    report: Callable[[Result], None],
    deadline: float = float('inf'),
) -> None:
    """Run cases, ``jobs`` at a time, each under a process that looks after it.

    Args:
        cases: Kinds and cases.
        good: The good files.
        jobs: How many at a time.
        report: Is called with each result.
        deadline: The time, as ``time.monotonic`` gives it, after which none is started.
    """
    calls = (partial(_attempt, kind, case, good) for kind, case in cases)
    side_by_side(calls, jobs, lambda values: report(Result(**values)), deadline)


def _attempt(kind: str, case: Case, good: Good) -> dict:
    try:
        return asdict(try_case(kind, case, good))
    except Exception:  # noqa: BLE001  the harness's own fault is a result too
        return asdict(Result(kind, case.name, case.argv, 'invalid', traceback.format_exc()[-1500:], 0))
