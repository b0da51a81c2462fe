"""Files of predictions: a row for each video, written as it is computed."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import InputError
from ..models.heads import CLASS
from ..utils.files import PREDICTION_SUFFIXES, check_suffix, display_path
from ..utils.growing_file import GrowingFile
from ..utils.outputs import check_output
from .predictions import Guess

DIGITS = 6  # of a score, after the point
LIST_BEGIN, LIST_END = b'[', b'\n]\n'
ROW_BEGIN = '{"video": '
DECISIONS = ('labels', 'none_of_these')
WRITER = 'tools/predict.py'


class PredictionFile:
    """A ``.csv`` or ``.json`` with a row for each video, which is complete and valid at every moment.

    A CSV file has the columns ``video``, for each rank ``class_1``, ``label_1`` (if names are known) and ``score_1``,
    and ``error``; with several classifiers ``verb_1``, ``verb_label_1``, ``verb_score_1`` and so on. A JSON file is a
    list of objects with ``video`` and either ``top``, a list of the best classes (with several classifiers one for
    each), or ``error``.

    Models with several labels per video have a column ``labels`` too: the classes that reach their thresholds, best
    first, with spaces between them; in JSON a list like ``top``. Those that may not answer have ``none_of_these``, 1
    or 0.

    Args:
        path: The file; its folder is made if it is missing.
        classes: The number of classes of each classifier.
        top_k: Classes per row.
        named: Whether classes have names.
        resume: Whether to continue an existing file; its rows with an error are left out, so that those videos are
            processed again.
        overwrite: Whether to replace an existing file.
        decides: ``labels`` or ``none_of_these``, the column of a model's decisions, if it makes any.

    Attributes:
        done: Videos with scores.
        failed: Videos with an error, and the error.

    Raises:
        InputError: If the suffix is neither, the file exists and is neither to be resumed nor replaced, it is not of
            this kind, another process writes to it, or it cannot be written.
    """

    def __init__(
        self,
        path: str | Path,
        classes: dict[str, int],
        top_k: int,
        named: bool,
        resume: bool = False,
        overwrite: bool = False,
        decides: str | None = None,
    ) -> None:
        check_name(path, resume, overwrite)
        self.path = Path(path)
        self.header = columns(classes, top_k, named, decides)
        self.done: set[str] = set()
        self.failed: dict[str, str] = {}
        self.is_csv = self.path.suffix.lower() == '.csv'
        rows = self._read() if resume and self.path.exists() else []
        self.is_first = True
        body = csv_line(self.header) if self.is_csv else LIST_BEGIN
        body += b''.join(map(self._line, rows))
        self.done.update(row['video'] for row in rows)
        self.file = GrowingFile(self.path, body, b'' if self.is_csv else LIST_END)

    def __enter__(self) -> 'PredictionFile':
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def add(
        self,
        video: str,
        best: dict[str, list[Guess]],
        error: str | None = None,
        decision: dict[str, list[Guess] | bool] | None = None,
    ) -> None:
        """Write the row of a video: its best classes, or the error.

        Args:
            video: The video.
            best: The best classes of each classifier.
            error: Why it could not be read.
            decision: ``labels`` or ``none_of_these``, if the model decides.

        Raises:
            InputError: If it cannot be written; the rows before it remain.
        """
        video = printable(video)
        if error is not None:
            error = printable(error)
            self.failed[video] = error
        else:
            self.done.add(video)
        decision = decision or {}
        row = self._as_csv(video, best, error) if self.is_csv else as_json(video, best, error)
        if error is None:
            row |= {name: _cell(value) if self.is_csv else _value(value) for name, value in decision.items()}
        self.file.append(self._line(row))

    def _as_csv(self, video: str, best: dict[str, list[Guess]], error: str | None) -> dict:
        row: dict[str, Any] = dict.fromkeys(self.header, '') | dict(video=video, error=error or '')
        for task, guesses in best.items():
            for rank, guess in enumerate(guesses, start=1):
                index, label, score = names(task, rank)
                row |= {index: guess.class_index, score: f'{guess.score:.{DIGITS}f}'}
                if label in row:
                    row[label] = guess.label
        return row

    def _line(self, row: dict) -> bytes:
        if self.is_csv:
            return csv_line(row[name] for name in self.header)
        comma, self.is_first = b'' if self.is_first else b',', False
        return comma + b'\n' + json.dumps(row, ensure_ascii=False).encode()

    def _read(self) -> list[dict]:
        """The rows without an error of an existing file; one that was cut off is left out.

        Raises:
            InputError: If it is not such a file, or has other columns.
        """
        try:
            text = self.path.read_bytes().decode(errors='replace')
            return self._read_csv(text) if self.is_csv else read_json(text)
        except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f'{self.path} was not written by {WRITER}: remove it or name another file') from error

    def _read_csv(self, text: str) -> list[dict]:
        header, *rows = csv.reader(io.StringIO(text, newline=''), strict=True)
        if header != self.header:
            raise InputError(
                f'{self.path} was written with other options: got the columns {", ".join(header)}, expected '
                f'{", ".join(self.header)}; name another file'
            )
        if rows and len(rows[-1]) != len(header):  # it was cut off
            del rows[-1]
        complete = [dict(zip(header, row, strict=True)) for row in rows]
        return [row for row in complete if not row['error']]


def check_name(path: str | Path, resume: bool = False, overwrite: bool = False, inputs: Iterable[str] = ()) -> None:
    """Check that a file can be written, before anything is computed.

    Args:
        path: The file.
        resume: Whether an existing one is continued.
        overwrite: Whether an existing one is replaced.
        inputs: Files that are read.

    Raises:
        InputError: If its suffix is neither .csv nor .json, it exists and is neither to be resumed nor replaced, or it
            cannot be written.
    """
    check_suffix('the file of predictions', path, PREDICTION_SUFFIXES)
    check_output(path, 'the file of predictions', True, inputs)
    if Path(path).exists() and not (resume or overwrite):
        raise InputError(
            f'{display_path(path)} exists: --resume continues it, --overwrite replaces it; else name another'
        )


def columns(classes: dict[str, int], top_k: int, named: bool, decides: str | None = None) -> list[str]:
    header = ['video']
    for task, count in classes.items():
        for rank in range(1, min(top_k, count) + 1):
            index, label, score = names(task, rank)
            header += [index, label, score] if named else [index, score]
    return [*header, *([decides] if decides else []), 'error']


def names(task: str, rank: int) -> tuple[str, str, str]:
    """The columns of a rank: of the class, its name and its score."""
    prefix = '' if task == CLASS else f'{task}_'
    return f'{task}_{rank}', f'{prefix}label_{rank}', f'{prefix}score_{rank}'


def as_json(video: str, best: dict[str, list[Guess]], error: str | None) -> dict:
    if error is not None:
        return dict(video=video, error=error)
    top = {task: _value(guesses) for task, guesses in best.items()}
    return dict(video=video, top=top[CLASS] if set(top) == {CLASS} else top)


def _value(decision: list[Guess] | bool) -> list[dict] | bool:
    """Classes with names and scores, or a yes or no, as JSON has them."""
    if isinstance(decision, bool):
        return decision
    return [
        {'class': guess.class_index}
        | ({} if guess.label is None else dict(label=guess.label))
        | dict(score=round(guess.score, DIGITS))
        for guess in decision
    ]


def _cell(decision: list[Guess] | bool) -> str:
    """The same in a cell: indices with spaces between them, or 1 or 0."""
    return str(int(decision)) if isinstance(decision, bool) else ' '.join(str(guess.class_index) for guess in decision)


def read_json(text: str) -> list[dict]:
    """The rows without an error of a list with a row per line."""
    begin, *lines = text.rstrip('\n').split('\n')
    if begin != '[':
        raise ValueError('not a list')
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line.removesuffix(','))
        except json.JSONDecodeError:
            is_cut = line == ']' or line.startswith(ROW_BEGIN) or ROW_BEGIN.startswith(line)
            if number == len(lines) and is_cut:  # the list's end, or a row that was cut off
                break
            raise
        if 'error' not in row:
            decided = {name: row[name] for name in DECISIONS if name in row}
            rows.append(dict(video=str(row['video']), top=row['top'], **decided))
    return rows


def csv_line(values: Iterable) -> bytes:
    text = io.StringIO(newline='')
    csv.writer(text, lineterminator='\n').writerow(values)
    return text.getvalue().encode()


def printable(text: str) -> str:
    """A text that UTF-8 can encode: bytes of a file name that are no text are escaped."""
    return text.encode(errors='backslashreplace').decode()
