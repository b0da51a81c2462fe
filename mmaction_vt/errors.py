"""Errors for bad input, which the programs print as one sentence instead of a traceback."""

from collections.abc import Collection
from typing import Any

WORKER_PREFIX = 'Caught '
WORKER_TRACEBACK = 'Original Traceback'


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
