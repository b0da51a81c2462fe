"""Config files: read with mmengine, and whatever is wrong with one is a sentence with file and line.

A file is checked before it runs: it is a regular file of text that parses, and so are its bases, which form no circle.
"""

import ast
import builtins
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import Any, NoReturn
from unittest.mock import patch

import yaml
from mmengine.config import Config
from mmengine.utils import import_modules_from_strings

from ..errors import InputError
from .file_kinds import check_regular_file, display_path
from .one_line import one_line

SUFFIXES = ('.py', '.json', '.yaml', '.yml')
MAX_BYTES = 2**24
TIME_LIMIT = 30  # seconds that the files of a config may run; recipes take a tenth of one
MAX_SETTINGS = 10**6  # in a file of JSON or YAML
MAX_MESSAGE = 300
BASE = '_base_'


def read_config_file(path: str | Path) -> Config:
    """Read a config file and its bases.

    Raises:
        InputError: If it or a base is no file of Python, JSON or YAML in UTF-8, does not parse, is its own base, raises
            something, or runs for longer than ``TIME_LIMIT``.
    """
    files: list[Path] = []
    name = display_path(path)
    try:
        _check_file(Path(path), files, ())
        with _time_limit(name), patch('mmengine.config.config.open', _open_without_bom, create=True):
            config = Config.fromfile(str(path), import_custom_modules=False)
            modules = config.get('custom_imports')
    except (InputError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a config is a program: it may raise anything, SystemExit too
        raise InputError(f'config {name} cannot be read: {_where(error, files)}{describe_error(error)}') from error
    _import_modules(modules, name)
    return config


def describe_error(error: BaseException) -> str:
    """An exception in one line: its type, unless it is clear without, and its message."""
    if isinstance(error, SyntaxError) and error.msg:
        return f'{type(error).__name__}: {error.msg}'
    text = one_line(str(error.args[0] if isinstance(error, KeyError) and error.args else error), MAX_MESSAGE)
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


def _check_file(path: Path, files: list[Path], below: tuple[Path, ...]) -> None:
    """Check a file and then its bases.

    Args:
        path: The file.
        files: Gets the file and its bases.
        below: The files that it is a base of, from the first.
    """
    name = 'config' if not below else f'config {display_path(below[-1])}: its base'
    check_regular_file(name, path, f'a file ending in {", ".join(SUFFIXES)}', MAX_BYTES)
    if path.suffix not in SUFFIXES:
        raise InputError(f'{name} {display_path(path)} must end in {", ".join(SUFFIXES)}')
    path = Path(os.path.abspath(path))  # noqa: PTH100  the name by which mmengine opens it: links are kept
    if path.resolve() in [each.resolve() for each in below]:
        circle = ' -> '.join(each.name for each in (*below, path))
        raise InputError(f'config {display_path(below[0])} is its own base: {circle}')
    if path in files:
        return
    files.append(path)
    for base in _bases(_parse(path, _text(path))):
        if not isinstance(base, str):
            raise InputError(f'config {display_path(path)}: _base_ must be a path or a list of paths, not {base!r}')
        if '::' not in base:  # of another package, found by mmengine
            _check_file(path.parent / base, files, (*below, path))


def _text(path: Path) -> str:
    data = path.read_bytes()
    if not data.strip():
        raise InputError(f'config {display_path(path)} is empty')
    if b'\0' in data:
        raise InputError(f'config {display_path(path)} is not text: it has null bytes')
    try:
        return data.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        raise InputError(f'config {display_path(path)}, line {line}, is not UTF-8: save it as UTF-8') from error


def _parse(path: Path, text: str) -> ast.Module | dict:
    """The content of a file; of JSON and YAML that only mmengine can read, such as with templates, an empty dict."""
    if path.suffix == '.py':
        return ast.parse(text, str(path))
    try:
        content = json.loads(text) if path.suffix == '.json' else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        if '{{' in text or isinstance(error, yaml.constructor.ConstructorError):  # tags of Python, such as tuples
            return {}
        raise
    if not isinstance(content, dict):
        raise InputError(
            f'config {display_path(path)} must have settings by name at its root, not {type(content).__name__}'
        )
    if _size(content, {}) > MAX_SETTINGS:
        raise InputError(f'config {display_path(path)} has more than {MAX_SETTINGS} values, counting each alias')
    return content


def _size(value: Any, known: dict[int, int]) -> int:
    """The number of values in a value, of which YAML's aliases may make many from a few lines."""
    if id(value) not in known and isinstance(value, (dict, list)):
        parts = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_size(part, known) for part in parts)
    return known.get(id(value), 1)


def _bases(content: ast.Module | dict) -> list:
    """The paths of bases; none if they are computed, and then mmengine finds what is wrong with them."""
    if isinstance(content, dict):
        value = content.get(BASE, [])
    else:
        assigned = (node for node in content.body if isinstance(node, ast.Assign))
        nodes = [
            node.value for node in assigned if isinstance(node.targets[0], ast.Name) and node.targets[0].id == BASE
        ]
        try:
            value = ast.literal_eval(nodes[0]) if nodes else []
        except ValueError:
            return []
    return value if isinstance(value, list) else [value]


def _where(error: BaseException, files: list[Path]) -> str:
    """File and line of a config at which an exception was raised, if any."""
    names = {str(path) for path in files}
    lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    lines = [(name, line) for name, line in lines if name in names]
    if isinstance(error, SyntaxError) and error.filename in names and error.lineno:
        lines.append((error.filename, error.lineno))
    if not lines:
        return ''
    name, line = lines[-1]
    return f'{display_path(name)}, line {line}: '


def _import_modules(settings: Any, name: str) -> None:
    """Import what ``custom_imports`` lists."""
    if not settings:
        return
    if not isinstance(settings, dict) or 'imports' not in settings:
        raise InputError(f'custom_imports of config {name} must be dict(imports=[...]), not {settings!r}')
    try:
        import_modules_from_strings(**settings)
    except (InputError, KeyboardInterrupt):
        raise
    except BaseException as error:  # modules are programs as well
        raise InputError(f'custom_imports of config {name} cannot be imported: {describe_error(error)}') from error


def _open_without_bom(file: Any, *args: Any, **options: Any) -> Any:
    if options.get('encoding') == 'utf-8' and not {*args} - {'r'}:
        options['encoding'] = 'utf-8-sig'
    return builtins.open(file, *args, **options)  # noqa: PTH123


@contextmanager
def _time_limit(name: str) -> Iterator[None]:
    """Stop a config that does not end; where no other alarm is set, in the main thread, since only that can be."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise InputError(f'config {name} has run for {TIME_LIMIT} seconds: a config must end at once')

    if (
        not hasattr(signal, 'setitimer')  # on Windows
        or threading.current_thread() is not threading.main_thread()
        or signal.getitimer(signal.ITIMER_REAL)[0]
    ):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
