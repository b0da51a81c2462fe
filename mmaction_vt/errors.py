"""Errors for bad input, which the programs print as one sentence instead of a traceback."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

WORKER_PREFIX = 'Caught '
WORKER_TRACEBACK = 'Original Traceback'
STEPS = '_mmaction_vt_steps'


class InputError(ValueError):
    """A file, a config or an option that cannot be used as given.

    A DataLoader worker's error reaches the main process as a new error of the same type whose message includes the
    worker's traceback. Only the sentence at its end is kept, so ``str(error)`` is the same in both processes.

    Args:
        message: One sentence: what was given, what is accepted, where to look.

    Example:
        >>> str(InputError('train.txt, line 3: no label after a.mp4'))
        'train.txt, line 3: no label after a.mp4'
    """

    def __init__(self, message: str) -> None:
        super().__init__(self._sentence(message))

    @classmethod
    def _sentence(cls, message: str) -> str:
        if not (message.startswith(WORKER_PREFIX) and WORKER_TRACEBACK in message):
            return message
        last_line = f'\n{cls.__module__}.{cls.__qualname__}: '
        return message.rpartition(last_line)[2].strip()


def check_one_of(name: str, value: object, accepted: Collection[Any]) -> None:
    """Check the value of an option.

    Args:
        name: The option, as its user knows it.
        value: Its value.
        accepted: The values that it can have.

    Raises:
        InputError: If the value is not accepted.
    """
    if value not in accepted:
        raise InputError(f'unknown {name} {value!r}; choose from {", ".join(map(str, accepted))}')


class BrokenVideoError(InputError):
    """A video file that exists and cannot be decoded.

    Training replaces it by another video, a test counts it as wrong: see ``VideoDataset``.
    """


@contextmanager
def doing(step: str) -> Iterator[None]:
    """Record on an exception that leaves the block what was being done, for the sentence that a program ends with.

    Args:
        step: What is done, with which file or option, as it follows "while": ``reading train.txt``.

    Example:
        >>> try:
        ...     with doing('testing'), doing('reading a.mp4'):
        ...         raise KeyError('x')
        ... except KeyError as error:
        ...     steps_of(error)
        ['reading a.mp4', 'testing']
    """
    try:
        yield
    except Exception as error:
        error.__dict__.setdefault(STEPS, []).append(step)
        raise


def steps_of(error: BaseException) -> list[str]:
    """What was being done when an exception was raised, innermost first; see ``doing``."""
    return list(error.__dict__.get(STEPS, ()))
