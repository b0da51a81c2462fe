"""Text files that people write: UTF-8 with or without a byte order mark, any line ends, and numbers in ASCII digits."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..errors import InputError
from .file_kinds import check_regular_file, display_path

ENCODING = 'utf-8-sig'  # skips a byte order mark, if there is one
# The most digits are those of a 64-bit number; Python refuses to convert thousands of them.
DIGITS = re.compile('[0-9]{1,18}')
SECONDS = re.compile(r'(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?')


def parse_digits(text: str) -> int | None:
    """A non-negative integer in ASCII digits, without signs or underscores; None for any other text.

    Example:
        >>> [parse_digits(text) for text in ('12', '0_1', '+1', '1.0')]
        [12, None, None, None]
    """
    return int(text) if DIGITS.fullmatch(text) else None


def parse_seconds(text: str | None) -> float | None:
    """A non-negative finite number in ASCII digits; None for any other text."""
    return float(text) if text is not None and SECONDS.fullmatch(text.strip()) else None


def iterate_lines(path: str | os.PathLike[str], expected: str, name: str = 'file') -> Iterator[str]:
    """Yield the lines of a text file, without their ends, without reading it as a whole.

    Args:
        path: The file.
        expected: What it should hold, for messages.
        name: What the file is, for messages.

    Raises:
        InputError: If it does not exist, is no regular file, cannot be read, or is not UTF-8; then with the line.
    """
    check_regular_file(name, path, expected)
    number = 0
    try:
        with Path(path).open(encoding=ENCODING) as file:
            for number, line in enumerate(file, start=1):
                if '\0' in line:
                    raise _not_text(path, number, expected)
                yield line.rstrip('\n')
    except UnicodeDecodeError as error:
        raise _not_text(path, _first_bad_line(path), expected) from error
    except OSError as error:
        raise InputError(f'{display_path(path)} cannot be read: {error.strerror}; expected {expected}') from error


def read_text(path: str | os.PathLike[str], expected: str, name: str = 'file') -> str:
    r"""Read a text file; its lines end in ``\n``.

    Args:
        path: The file.
        expected: What it should hold, for messages.
        name: What the file is, for messages.

    Raises:
        InputError: As ``iterate_lines``.
    """
    return '\n'.join(iterate_lines(path, expected, name))


def decode_text(data: bytes, path: str, expected: str) -> str:
    """The text of a file that was read as bytes.

    Args:
        data: Its content.
        path: Its name, for messages.
        expected: What it should hold, for messages.

    Raises:
        InputError: If it is not UTF-8, with the line.
    """
    try:
        text = data.decode(ENCODING)
    except UnicodeDecodeError as error:
        raise _not_text(path, data.count(b'\n', 0, error.start) + 1, expected) from error
    if '\0' in text:
        raise _not_text(path, text.count('\n', 0, text.index('\0')) + 1, expected)
    return text.replace('\r\n', '\n').replace('\r', '\n')


def _not_text(path: str | os.PathLike[str], line: int, expected: str) -> InputError:
    return InputError(
        f'{display_path(path)} is not a text file in UTF-8 (line {line}): save it as UTF-8; expected {expected}'
    )


def _first_bad_line(path: str | os.PathLike[str]) -> int:
    with Path(path).open('rb') as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1
