"""Reading annotations: text, JSON and labels, with errors that name the file."""

import json
from pathlib import Path
from typing import Any, TypeVar

from ..errors import InputError

Content = TypeVar('Content', list[Any], dict[str, Any])


def read_text(path: Path, what: str) -> str:
    """Read a text file, without a byte order mark.

    Args:
        path: The file.
        what: What is expected, for the message, such as ``the official CSV``.

    Raises:
        InputError: If the file does not exist or is not text.
    """
    if not path.is_file():
        raise InputError(f'{path} does not exist; expected {what}')
    try:
        return path.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise InputError(f'{path} is not a text file; expected {what}') from error


def read_json(path: Path, kind: type[Content], what: str) -> Content:
    """Read a JSON file.

    Args:
        path: The file.
        kind: ``list`` or ``dict``.
        what: What is expected, for the message.

    Raises:
        InputError: If the file does not exist, is not JSON, is of another kind, or is empty.
    """
    try:
        content = json.loads(read_text(path, what))
    except json.JSONDecodeError as error:
        raise InputError(f'{path}, line {error.lineno}: invalid JSON ({error.msg}); expected {what}') from error
    if not isinstance(content, kind) or not content:
        got = f'an empty {kind.__name__}' if isinstance(content, kind) else f'a {type(content).__name__}'
        raise InputError(f'{path} has {got}; expected {what}')
    return content


def parse_label(text: object, where: str, num_classes: int | None = None) -> int:
    """Parse a label, counted from 0.

    Raises:
        InputError: If it is not a non-negative integer below ``num_classes``.
    """
    if isinstance(text, bool) or not str(text).isdecimal():
        raise InputError(f'{where}: the label {text!r} is not a non-negative integer')
    label = int(str(text))
    if num_classes is not None and label >= num_classes:
        raise InputError(f'{where}: the label {label} is out of range; labels are from 0 to {num_classes - 1}')
    return label
