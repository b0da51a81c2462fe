"""The error for bad input: what the programs print as one sentence instead of a traceback."""

from collections.abc import Iterable

WORKER_PREFIX = 'Caught '
WORKER_TRACEBACK = 'Original Traceback'


class InputError(ValueError):
    """A file, a config or an option that cannot be used as given.

    A DataLoader worker's error reaches the main process as a new error of the same type whose message holds the
    worker's whole traceback. Only the sentence at its end is kept, so ``str(error)`` is the same in both processes.

    Args:
        message: One sentence: what was given, what would be accepted, where to look.

    Example:
        >>> str(InputError('train.txt, line 3: there is no label behind a.mp4'))
        'train.txt, line 3: there is no label behind a.mp4'
    """

    def __init__(self, message: str) -> None:
        super().__init__(self._sentence(message))

    @classmethod
    def _sentence(cls, message: str) -> str:
        if not (message.startswith(WORKER_PREFIX) and WORKER_TRACEBACK in message):
            return message
        last_line = f'\n{cls.__module__}.{cls.__qualname__}: '
        return message.rpartition(last_line)[2].strip()


def check_one_of(name: str, value: object, accepted: Iterable) -> None:
    """Refuse an option that is none of those that are accepted.

    Raises:
        InputError: If it is not one of them.
    """
    if value not in accepted:
        raise InputError(f'{name} is one of {", ".join(map(str, accepted))}, not {value!r}')


class BrokenVideoError(InputError):
    """A video file that is there and cannot be decoded.

    Training goes on with another video, a test counts it as wrong: see ``VideoDataset``.
    """
