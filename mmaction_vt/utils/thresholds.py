"""Thresholds of classes: from which probability on a video has a label."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from .annotation_files import read_json
from .file_kinds import display_path

Thresholds = float | Sequence[float] | str | Path
KEY = 'thresholds'
EXPECTED = 'a JSON file with "thresholds", a number from 0 to 1 for each class'


def per_class(thresholds: Thresholds, num_classes: int) -> list[float]:
    """The threshold of each class.

    Args:
        thresholds: A number for all classes, one for each, or a file with them.
        num_classes: Number of classes.

    Raises:
        InputError: If one is not in [0, 1], their number is another, or the file cannot be read.
    """
    where = ''
    if isinstance(thresholds, (str, Path)):
        where = f' of {display_path(thresholds)}'
        thresholds = read_thresholds(thresholds)
    values: list[Any] = list(thresholds) if isinstance(thresholds, Sequence) else [thresholds] * num_classes
    if len(values) != num_classes:
        raise InputError(f'the thresholds{where} are {len(values)}, but the model has {num_classes} classes')
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise InputError(f'the thresholds{where} must be numbers from 0 to 1, not {value!r}')
    return [float(value) for value in values]


def read_thresholds(path: str | Path) -> Any:
    """The thresholds of a file that ``tools/analysis/tune_thresholds.py`` wrote, unchecked.

    Raises:
        InputError: If it does not exist, or is not such a file.
    """
    content = read_json(Path(path), dict, EXPECTED)
    if not isinstance(content.get(KEY), (list, float, int)):
        raise InputError(f'{display_path(path)} has no "{KEY}": expected {EXPECTED}')
    return content[KEY]
