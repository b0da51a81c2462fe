"""A folder on a small disk of its own, in which programs run one after the other, and have faults."""

import ctypes
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

from forked_programs import ROOT, kill, relatives, start, wait
from hostile.good import Good
from hostile.outcome import TRACEBACK, last_line
from injected_faults import REACHED

LIMIT = 480  # seconds of a program; a fault that makes it wait any longer is a hang
DISK = 32 * 2**20


class UnmetError(AssertionError):
    """What should have held and did not."""


class Place:
    """A folder with the good files, on a disk of its own, and the programs that run in it."""

    def __init__(self, good: Good) -> None:
        self.outside = Path(tempfile.mkdtemp(prefix='faults_'))
        self.folder, self.signs, self.log = (self.outside / name for name in ('case', 'signs', 'log.txt'))
        self.folder.mkdir()
        self.is_mounted = mount(self.folder)
        self.log.touch()
        good.copy_to(self.folder)
        self.sessions: list[int] = []

    def close(self) -> None:
        for number in self.sessions:
            kill(number, self.folder)
        if self.is_mounted:
            ctypes.CDLL(None).umount2(os.fsencode(self.folder), 2)
        shutil.rmtree(self.outside, ignore_errors=True)

    def start(self, command: tuple[str, ...], fault: str = '', phase: str = '') -> int:
        shutil.rmtree(self.signs, ignore_errors=True)
        self.signs.mkdir()
        return self.start_beside(command, fault, phase)

    def start_beside(self, command: tuple[str, ...], fault: str = '', phase: str = '') -> int:
        env = {'PYTHONPATH': str(ROOT / 'tests'), 'PORT': str(random.randrange(20000, 60000))}
        if fault:
            env |= {'INJECTED_FAULT': f'{fault},{phase}', 'INJECTED_FAULT_FOLDER': str(self.signs)}
        with self.log.open('a') as file:
            file.write(f'\n$ {" ".join(command)}  # {fault or "no fault"}\n')
        number = start(self.log, *command, folder=self.folder, env=env)
        self.sessions.append(number)
        return number

    def end(self, number: int) -> tuple[int, str]:
        """The exit status and the last program's output."""
        status = wait(number, LIMIT)
        if status is None:
            kill(number, self.folder)
            raise UnmetError(f'it was still there after {LIMIT} s')
        until = time.monotonic() + 10
        while relatives(number, self.folder) and time.monotonic() < until:
            time.sleep(0.05)
        left = relatives(number, self.folder)
        kill(number, self.folder)
        demand(not left, f'processes were left: {left}')
        return status, self.output()

    def output(self) -> str:
        return self.log.read_text(errors='replace').rpartition('\n$ ')[2]

    def run(self, command: tuple[str, ...], fault: str = '', phase: str = '') -> tuple[int, str]:
        number = self.start(command, fault, phase)
        status, text = self.end(number)
        demand(not fault or (self.signs / REACHED).exists(), 'the phase was not reached')
        return status, text

    def must_end_well(self, command: tuple[str, ...], what: str) -> str:
        status, text = self.run(command)
        demand(status == 0 and not TRACEBACK.search(text), f'{what}: status {status}, {last_line(text)}')
        return text


def demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise UnmetError(otherwise)


def mount(folder: Path) -> bool:
    """Mount a small disk in memory; False if this needs privileges that are not there."""
    return ctypes.CDLL(None).mount(b'tmpfs', os.fsencode(folder), b'tmpfs', 0, f'size={DISK}'.encode()) == 0


def own_mounts() -> None:
    """Make this process's mounts invisible to others, as far as it may."""
    libc, namespace, private = ctypes.CDLL(None), 0x00020000, 1 << 18 | 1 << 14
    if libc.unshare(namespace) == 0:
        libc.mount(b'none', b'/', None, private, None)
