"""Numbers on the command line, as types for ``argparse``: digits of ASCII, finite, within bounds."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable

INTEGER = re.compile('-?[0-9]{1,18}')
NUMBER = re.compile(r'-?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?')
LARGEST = 10**9
AUTO = 'auto'
LARGEST_SEED = 2**32 - 1  # of NumPy's generators


def integer(low: int = -LARGEST, high: int = LARGEST) -> Callable[[str], int]:
    """A type for integers.

    Args:
        low: The least.
        high: The greatest.

    Example:
        >>> integer(1)('12')
        12
        >>> integer(1)('1_2')
        Traceback (most recent call last):
        argparse.ArgumentTypeError: '1_2' is not a positive integer
    """
    kind = {0: 'a non-negative integer', 1: 'a positive integer'}.get(low, 'an integer')

    def parse(text: str) -> int:
        if not INTEGER.fullmatch(text) or (int(text) < low and low in (0, 1)):
            raise ArgumentTypeError(f'{text!r} is not {kind}')
        if not low <= int(text) <= high:
            raise ArgumentTypeError(f'{text!r} is not in {low} to {high}')
        return int(text)

    return parse


def number(low: float = -LARGEST, high: float = LARGEST, above: bool = False) -> Callable[[str], float]:
    """A type for finite numbers.

    Args:
        low: The least.
        high: The greatest.
        above: Whether ``low`` itself is excluded.
    """

    def parse(text: str) -> float:
        if not NUMBER.fullmatch(text):
            raise ArgumentTypeError(f'{text!r} is not a finite number')
        value = float(text)
        if not low <= value <= high or (above and value == low):
            bounds = f'above {low:g} and at most {high:g}' if above else f'in {low:g} to {high:g}'
            raise ArgumentTypeError(f'{text!r} is not {bounds}')
        return value

    return parse


def share(text: str) -> float:
    """A number between 0 and 1, both excluded."""
    if not NUMBER.fullmatch(text) or not 0 < float(text) < 1:
        raise ArgumentTypeError(f'{text!r} is not a number between 0 and 1')
    return float(text)


def even(text: str) -> int:
    """A positive even number."""
    value = integer(1)(text)
    if value % 2:
        raise ArgumentTypeError(f'{text!r} is not a positive even number, as needed for H.264 in yuv420p')
    return value


def positive_or_auto(text: str) -> int | str:
    """A positive number, or the word ``auto``."""
    return text if text == AUTO else integer(1)(text)


positive = integer(1)
non_negative = integer(0)
seed = integer(0, LARGEST_SEED)
num_processes = integer(1, 1024)
# Frames per second; what draws a clip refuses 0 and less with a sentence of its own.
frame_rate = number(-1000, 1000)
positive_frame_rate = number(0, 1000, above=True)
