"""What a case led to, from its exit status, its output and its folder."""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hostile.case import Case

OUTCOMES = ('clear', 'accepted', 'traceback', 'silent', 'hang', 'loss')
RIGHT = ('clear', 'accepted')

TRACEBACK = re.compile(r'Traceback \(most recent call last\)|^Fatal Python error', re.MULTILINE)
SENTENCE = re.compile(r'(?:[\w.-]+(?: [\w.-]+)?: )?error: \S.*')  # our own, and argparse's with the program's name


@dataclass(frozen=True)
class Ending:
    """How a program ended.

    Args:
        status: The exit status, minus a signal's number; None if it was killed after the limit.
        stdout: What it printed.
        stderr: What it printed as errors.
        left: Processes that were still there afterwards.
    """

    status: int | None
    stdout: str
    stderr: str
    left: tuple[str, ...] = ()


def digest(path: Path) -> str | None:
    """A hash of a file's or a folder's content, None for what is not there."""
    if path.is_symlink():
        return f'link to {path.readlink()}'
    if path.is_dir():
        content = [f'{part.relative_to(path)} {digest(part)}' for part in sorted(path.iterdir())]
        return sha256('\n'.join(content).encode()).hexdigest()
    if not path.is_file():
        return 'special' if path.exists() else None
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f'unreadable: {error.strerror}'


def digests(folder: Path, names: tuple[str, ...]) -> dict[str, str | None]:
    return {name: digest(folder / name) for name in names}


def unfinished(folder: Path) -> set[str]:
    """Files that are being written, by the end of their names."""
    return {str(path.relative_to(folder)) for path in folder.rglob('*.part*')}


def judge(
    case: Case, folder: Path, ending: Ending, before: dict[str, str | None], parts: set[str] | None = None
) -> tuple[str, str]:
    """The outcome of a case and why.

    Args:
        case: The case.
        folder: Its folder.
        ending: How the program ended.
        before: Hashes of the files that must be unchanged; after a failure, the good files are among them.
        parts: Unfinished files that were there before.
    """
    lost = _loss(folder, ending, before, parts or set())
    if lost:
        return 'loss', lost
    if ending.status is None:
        return 'hang', f'still there after {case.seconds:g} s'
    if ending.left:
        return 'hang', f'processes were left: {", ".join(ending.left)}'
    asked = '--traceback' in case.argv or 'MMACTION_VT_TRACEBACK' in case.env
    if ending.status < 0:
        return 'traceback', f'ended by signal {-ending.status}'
    if not asked and TRACEBACK.search(ending.stderr + '\n' + ending.stdout):
        return 'traceback', last_line(ending.stderr) or last_line(ending.stdout)
    if ending.status and not SENTENCE.fullmatch(last_line(ending.stderr)):
        return 'traceback', f'status {ending.status} without a sentence: {last_line(ending.stderr)!r}'
    wrong = case.check(folder, ending.stdout + ending.stderr) if case.check else None
    if wrong:
        return ('loss' if wrong.startswith('loss') else 'silent'), wrong
    if ending.status:
        return 'clear', last_line(ending.stderr)
    if case.must_fail:
        return 'silent', f'exit status 0: {last_line(ending.stdout) or last_line(ending.stderr)!r}'
    return 'accepted', ''


def _loss(folder: Path, ending: Ending, before: dict[str, str | None], parts: set[str]) -> str | None:
    changed = [name for name, old in before.items() if digest(folder / name) != old]
    if changed:
        gone = [name for name in changed if digest(folder / name) is None]
        return f'gone: {", ".join(gone)}' if gone else f'changed: {", ".join(changed)}'
    if ending.status is None or ending.status == -9:
        return None  # whatever is killed may leave an unfinished file
    left = sorted(unfinished(folder) - parts)
    return f'unfinished files were left: {", ".join(left)}' if left else None


def last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ''
