"""A fault in the middle of a program, as ``inject_fault`` installs it."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DAY = 24 * 3600
REACHED, GO_ON = 'reached', 'go_on'
FILLER = 'filler'
SIGNALS = {'kill -9': signal.SIGKILL, 'SIGTERM': signal.SIGTERM, 'SIGINT': signal.SIGINT}
VANISHING = 'videos/3.mp4'
MOST_SECONDS = 120


def install(fault: str, phase: str, signs: Path) -> None:
    """Make the current process have a fault when it reaches a phase."""

    def act() -> None:
        (signs / REACHED).touch()
        print(f'--- fault: {fault} while {phase}', file=sys.stderr, flush=True)
        ACTIONS[fault](signs)

    early = fault in ('full disk', 'vanished video', 'second owner', 'clock gone back')
    if phase in ('training', 'validation', 'testing'):
        from mmengine.runner import Runner

        name = {'training': 'before_train_iter', 'validation': 'before_val_iter', 'testing': 'before_test_iter'}[phase]
        number = {'training': 3, 'validation': 3, 'testing': 2}[phase]
        at_call(
            Runner, 'call_hook', act, 1 if fault == 'vanished video' else number, lambda _, hook, *rest: hook == name
        )
    elif phase == 'checkpoint' and early:
        from mmengine.runner import Runner

        at_call(Runner, 'call_hook', act, 3, lambda _, hook, *rest: hook == 'before_save_checkpoint')
    elif phase == 'checkpoint':
        at_call(os, 'fsync', act, 3, lambda descriptor: '.pth' in _path_of(descriptor))
    elif phase == 'predicting':
        from mmaction_vt.apis.prediction_file import PredictionFile

        at_call(PredictionFile, 'add', act, 1 if fault == 'vanished video' else 2)
    elif early:
        import torch

        at_call(torch.export, 'export', act, 1)
    else:
        at_call(os, 'fsync', act, 1, lambda descriptor: '.pt2' in _path_of(descriptor))


def at_call(
    owner: Any, name: str, act: Callable[[], None], number: int, which: Callable[..., bool] | None = None
) -> None:
    """Act before the given one of the calls of a function that ``which`` selects by their arguments."""
    function = getattr(owner, name)
    count = 0

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal count
        if which is None or which(*args):
            count += 1
            if count == number:
                act()
        return function(*args, **kwargs)

    setattr(owner, name, call)


def _path_of(descriptor: Any) -> str:
    number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
    return str(Path(f'/proc/self/fd/{number}').readlink())


def _send(number: int) -> Callable[[Path], None]:
    return lambda signs: os.kill(os.getpid(), number)


def _fill_the_disk(signs: Path) -> None:
    """Write a file until there is no room left on the file system of the current folder."""
    with Path(FILLER).open('wb', buffering=0) as file:
        try:
            while True:
                file.write(bytes(2**16))
        except OSError:
            pass
        try:
            while True:
                file.write(b'0')
        except OSError:
            print('--- the disk is full', file=sys.stderr, flush=True)


def _kill_a_worker(signs: Path) -> None:
    workers = multiprocessing.active_children()
    if not workers:
        raise AssertionError('no loader worker is there')
    os.kill(workers[0].pid, signal.SIGKILL)


def _end_rank_1(signs: Path) -> None:
    """Kill this process if it is rank 1, or else the one of the same parent that is."""
    if os.environ['RANK'] == '1':
        os.kill(os.getpid(), signal.SIGKILL)
    for path in Path('/proc').glob('[0-9]*'):
        parent = (path / 'stat').read_text().rpartition(')')[2].split()[1]
        if parent == str(os.getppid()) and b'RANK=1' in (path / 'environ').read_bytes().split(b'\0'):
            os.kill(int(path.name), signal.SIGKILL)


def _wait_for_the_other(signs: Path) -> None:
    until = time.monotonic() + MOST_SECONDS
    while not (signs / GO_ON).exists() and time.monotonic() < until:
        time.sleep(0.01)


def _turn_the_clock_back(signs: Path) -> None:
    """A day ago; the files that are there come from the future."""
    for path in Path().rglob('*.pth'):
        os.utime(path, (time.time() + DAY, time.time() + DAY))
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() - DAY
    time.time_ns = lambda: now_ns() - DAY * 10**9


ACTIONS = {
    **{name: _send(number) for name, number in SIGNALS.items()},
    'full disk': _fill_the_disk,
    'damaged checkpoint': _send(signal.SIGKILL),
    'lost rank': _end_rank_1,
    'killed worker': _kill_a_worker,
    'vanished video': lambda signs: Path(VANISHING).unlink(),
    'second owner': _wait_for_the_other,
    'clock gone back': _turn_the_clock_back,
}
