"""One hostile case: a program, its arguments, and the files that it finds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """A program that is started in a folder of its own, which has the good files and what ``make`` writes.

    Args:
        name: What is bad, unique within its kind.
        argv: The program, relative to the repository's root, then its arguments.
        make: Writes the case's own files into its folder, which is the current one.
        must_fail: Whether exit status 0 would be a silent failure; if not, either is right.
        keep: Files of the folder that must be unchanged afterwards.
        seconds: The limit after which the case counts as a hang.
        env: Further environment variables.
        check: Looks at the folder and the output (stdout, then stderr), and returns what is wrong.
    """

    name: str
    argv: tuple[str, ...]
    make: Callable[[Path], None] | None = None
    must_fail: bool = True
    keep: tuple[str, ...] = ()
    seconds: float = 60
    env: dict[str, str] = field(default_factory=dict)
    check: Callable[[Path, str], str | None] | None = None
