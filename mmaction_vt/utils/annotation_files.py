"""Reading annotations: text, JSON and labels, with errors that name the file."""

import json
import os
from pathlib import Path
from typing import Any, TypeVar

from ..errors import InputError
from . import text_files
from .one_line import one_line

Content = TypeVar('Content', list[Any], dict[str, Any])


def read_text(path: Path, what: str) -> str:
    """Read a text file, without a byte order mark.

    Args:
        path: The file.
        what: What is expected, for the message, such as ``the official CSV``.

    Raises:
        InputError: If the file does not exist or is not text.
    """
    if not os.path.lexists(path):
        raise InputError(f'{path} does not exist; expected {what}')
    return text_files.read_text(path, what)


def read_json(path: Path, kind: type[Content], what: str) -> Content:
    """Read a JSON file.

    Args:
        path: The file.
        kind: ``list`` or ``dict``.
        what: What is expected, for the message.

    Raises:
        InputError: If the file does not exist, is not JSON, is of another kind, or is empty.
    """
    text = read_text(path, what)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f'{path}, line {error.lineno}: invalid JSON ({error.msg}); expected {what}') from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets in brackets
        raise InputError(f'{path}: invalid JSON ({one_line(str(error), 100)}); expected {what}') from error
    if not isinstance(content, kind) or not content:
        got = f'an empty {kind.__name__}' if isinstance(content, kind) else f'a {type(content).__name__}'
        raise InputError(f'{path} has {got}; expected {what}')
    return content


def parse_label(text: object, where: str, num_classes: int | None = None) -> int:
    """Parse a label, counted from 0.

    Raises:
        InputError: If it is not a non-negative integer below ``num_classes``.
    """
    label = None if isinstance(text, bool) else text_files.parse_digits(str(text))
    if label is None:
        raise InputError(f'{where}: the label {text!r} is not a non-negative integer')
    if num_classes is not None and label >= num_classes:
        raise InputError(f'{where}: the label {label} is out of range; labels are from 0 to {num_classes - 1}')
    return label
