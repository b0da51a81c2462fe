"""Scores of windows in a file that grows, so that an interrupted run can be resumed."""

import json
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ..errors import InputError
from ..utils.files import display_path
from ..utils.growing_file import GrowingFile

KIND = 'mmaction_vt windows'


class WindowFile:
    """A file in JSON lines: what was scored, and then the scores of each window, in order.

    Scores are written so that they are read back exactly, as float32.

    Args:
        path: The file.
        about: What identifies the scores: the video, the model, the windows.
        classes: Number of classes of each classifier.
        num_windows: Number of windows.
        resume: Whether the rows of an existing file are kept.

    Attributes:
        count: Windows with scores.
        scores: Scores (windows, classes) of each classifier; rows from ``count`` on are not set.

    Raises:
        InputError: If an existing file is to be resumed and is of another kind or run, or it cannot be written.
    """

    def __init__(
        self, path: str | Path, about: dict[str, Any], classes: dict[str, int], num_windows: int, resume: bool = False
    ) -> None:
        self.path, self.count = Path(path), 0
        self.scores = {task: np.zeros((num_windows, number), np.float32) for task, number in classes.items()}
        self.head = {'kind': KIND, **about, 'classes': classes, 'windows': num_windows}
        if resume and self.path.exists():
            self._read()
        self._open(self.count)

    def _open(self, count: int) -> None:
        self.count = count
        rows = b''.join(self._row(number) for number in range(count))
        self.file = GrowingFile(self.path, json.dumps(self.head, ensure_ascii=True).encode() + b'\n' + rows)

    def __enter__(self) -> 'WindowFile':
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def keep(self, count: int) -> None:
        """Drop the rows of all windows but the first ones."""
        if count < self.count:
            self.file.close()
            self._open(count)

    def add(self, scores: dict[str, np.ndarray]) -> None:
        """Write the scores of the next window.

        Raises:
            InputError: If they cannot be written; the rows before remain.
        """
        for task, values in scores.items():
            self.scores[task][self.count] = values
        self.file.append(self._row(self.count))
        self.count += 1

    def _row(self, number: int) -> bytes:
        parts = [
            f'"{task}": [{", ".join(values[number].astype(str).tolist())}]' for task, values in self.scores.items()
        ]
        return f'{{"window": {number}, {", ".join(parts)}}}\n'.encode()

    def _read(self) -> None:
        """Read the rows of an existing file; one that was cut off is left out."""
        shown = display_path(self.path)
        try:
            with self.path.open(encoding='utf-8') as lines:
                self._check_head(json.loads(next(lines, '')), shown)
                for line in lines:
                    if not line.endswith('\n'):
                        break
                    row = json.loads(line)
                    if row.pop('window') != self.count:
                        raise ValueError('a window is missing')
                    for task, values in row.items():
                        self.scores[task][self.count] = values
                    self.count += 1
        except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f'{shown} does not have the scores of windows: remove it or name another output'
            ) from error

    def _check_head(self, found: dict, shown: str) -> None:
        if found.get('kind') != KIND:
            raise ValueError('another kind')
        for key, value in self.head.items():
            if found.get(key) != value:
                raise InputError(
                    f'{shown} has the scores of another run: {key} is {found.get(key)}, not {value}; --overwrite '
                    'replaces it'
                )
