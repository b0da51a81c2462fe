"""Reading annotations: text, JSON and labels, with errors that name the file."""

import json
from pathlib import Path

from ..errors import InputError


def read_text(path: Path, what: str) -> str:
    """A text file, without the byte order mark that it may begin with.

    Args:
        path: The file.
        what: What it should be, for the message, such as ``the official CSV``.

    Raises:
        InputError: If the file does not exist or is no text.
    """
    if not path.is_file():
        raise InputError(f'{path} does not exist: it is {what}')
    try:
        return path.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise InputError(f'{path} is no text file: it is {what}') from error


def read_json(path: Path, kind: type, what: str) -> list | dict:
    """What a JSON file holds.

    Args:
        path: The file.
        kind: ``list`` or ``dict``.
        what: What it should be, for the message.

    Raises:
        InputError: If the file does not exist, is no JSON, or holds something else or nothing.
    """
    try:
        content = json.loads(read_text(path, what))
    except json.JSONDecodeError as error:
        raise InputError(f'{path}, line {error.lineno}: this is no JSON ({error.msg}); it is {what}') from error
    if not isinstance(content, kind) or not content:
        held = 'nothing' if isinstance(content, kind) else f'a {type(content).__name__}'
        raise InputError(f'{path} holds {held}: it is {what}')
    return content


def parse_label(text: object, where: str, num_classes: int | None = None) -> int:
    """A label, counted from 0.

    Raises:
        InputError: If it is no whole number from 0, or there are not so many classes.
    """
    if isinstance(text, bool) or not str(text).isdecimal():
        raise InputError(f'{where}: the label {text!r} is not a whole number from 0 up')
    if num_classes is not None and int(text) >= num_classes:
        raise InputError(f'{where}: the label {text} is not allowed; labels run from 0 to {num_classes - 1}')
    return int(text)
