"""The arguments that a class takes, also those that it passes on to its bases as ``**kwargs``."""

import ast
import textwrap
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache
from inspect import Parameter, getsource, isclass, signature
from types import CodeType, FunctionType
from typing import Any

TYPO = 0.88  # similarity from which on a name is taken for a misspelt one
KEYWORD = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def unknown_arguments(kind: Any, given: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The given arguments that a class or function lacks, and those that it has.

    Args:
        kind: The class or function.
        given: Arguments by name.

    Returns:
        If it may use arguments that its signature does not name, only those are unknown that look like slips.
    """
    known = _all_names(kind)
    unknown = [name for name in given if name not in known]
    if unknown and _is_open(kind):
        unknown = [name for name in unknown if get_close_matches(name, known, cutoff=TYPO)]
    return unknown, sorted(known)


def missing_arguments(kind: Any, given: set[str]) -> list[str]:
    """Arguments without default that are not given."""
    try:
        parameters = list(signature(kind).parameters.values())
    except (ValueError, TypeError):
        return []
    needed = [each.name for each in parameters if each.kind in KEYWORD and each.default is Parameter.empty]
    return [name for name in needed if name not in given]


def default_of(kind: Any, name: str) -> Any:
    """The default of an argument, None without one."""
    found = [each[name].default for each in _signatures(kind) if name in each]
    return found[0] if found and found[0] is not Parameter.empty else None


def names_read(kind: Any) -> set[str]:
    """All texts and attributes that occur in the methods of a class and its bases, such as keys of dicts they read."""
    return {name for base in kind.__mro__ for method in vars(base).values() for name in _names_in(method)}


def _names_in(method: Any) -> Iterator[str]:
    stack = [method.__code__] if isinstance(method, FunctionType) else []
    while stack:
        code = stack.pop()
        yield from code.co_names
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                stack.append(constant)
            elif isinstance(constant, tuple):
                yield from (each for each in constant if isinstance(each, str))
            elif isinstance(constant, str):
                yield constant


@cache
def _all_names(kind: Any) -> frozenset[str]:
    return frozenset(
        name for parameters in _signatures(kind) for name, each in parameters.items() if each.kind in KEYWORD
    )


def _signatures(kind: Any) -> list[dict[str, Parameter]]:
    """The parameters of a function, or of the ``__init__`` of a class and of each base that has one."""
    try:
        if not isclass(kind):
            return [dict(signature(kind).parameters)]
        methods = [vars(base)['__init__'] for base in kind.__mro__ if base is not object and '__init__' in vars(base)]
        return [dict(list(signature(method).parameters.items())[1:]) for method in methods]
    except (ValueError, TypeError):  # of a C function
        return []


@cache
def _is_open(kind: Any) -> bool:
    """Whether a class or function may use arguments that no signature names."""
    if not isclass(kind):
        return not _signatures(kind) or _keywords(kind) is not None
    if any('__new__' in vars(base) for base in kind.__mro__ if base.__module__ not in ('builtins', 'typing', 'abc')):
        return True
    for base in kind.__mro__:
        method = vars(base).get('__init__')
        if method is None or base is object:
            continue
        name = _keywords(method)
        if name is None:
            return False
        if not _only_passes_on(method, name):
            return True
    return False  # object takes none


def _keywords(method: Callable) -> str | None:
    """The name of ``**kwargs``, if a function has them."""
    found = [name for name, each in signature(method).parameters.items() if each.kind is Parameter.VAR_KEYWORD]
    return found[0] if found else None


def _only_passes_on(method: Callable, name: str) -> bool:
    """Whether a function uses its ``**kwargs`` only as those of an ``__init__``."""
    try:
        tree = ast.parse(textwrap.dedent(getsource(method)))
    except (OSError, TypeError, SyntaxError):
        return False
    passed = {
        id(keyword.value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == '__init__'
        for keyword in call.keywords
        if keyword.arg is None
    }
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    return all(id(node) in passed for node in uses)
