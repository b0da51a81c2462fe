"""Values of settings against the annotations of the arguments that they become."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ..errors import InputError
from .one_line import one_line

WORDS = {bool: 'True or False', int: 'an integer', float: 'a number', str: 'a text', NoneType: 'None'}
ARRAYS = (Sequence, list, tuple)


def check_value(key: str, value: Any, kind: Any, argument: str) -> None:
    """Check that a value has the type that a class annotates.

    Args:
        key: The setting.
        value: Its value.
        kind: The class.
        argument: The argument.

    Raises:
        InputError: If it has another one.
    """
    hint = _hints(kind).get(argument, Any)
    if not fits(value, hint):
        raise InputError(f'{key} must be {describe(hint)}, not {one_line(repr(value), 100)}')


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is of an annotated type; a type other than numbers, texts, lists and dicts accepts any.

    Example:
        >>> fits(2, int | None), fits([2, '2'], Sequence[int])
        (True, False)
    """
    origin = get_origin(hint) or hint
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in get_args(hint))
    if origin is bool:
        return isinstance(value, bool) or (isinstance(value, int) and value in (0, 1))
    if origin is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if origin is float:
        return isinstance(value, (int, float))
    if origin in (str, NoneType):
        return isinstance(value, origin)
    if origin in ARRAYS:
        elements = {each for each in get_args(hint) if each is not Ellipsis}
        whole = isinstance(value, (list, tuple))
        return whole and (len(elements) != 1 or all(fits(each, *elements) for each in value))
    if origin in (dict, Mapping):
        return isinstance(value, Mapping)
    return True


def describe(hint: Any) -> str:
    """An annotation in words."""
    origin = get_origin(hint) or hint
    if origin in (Union, UnionType):
        return ' or '.join(dict.fromkeys(describe(each) for each in get_args(hint)))
    if origin in ARRAYS:
        return 'a list'
    return 'a dict' if origin in (dict, Mapping) else WORDS.get(origin, str(hint))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    methods = [vars(base)['__init__'] for base in getattr(kind, '__mro__', ()) if '__init__' in vars(base)]
    try:
        return get_type_hints(methods[0] if methods else kind)
    except (NameError, TypeError, AttributeError):  # names that only type checkers import
        return {}
