"""Files with what a model says of videos: a row each, written as it comes."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from ..errors import InputError
from .inferencer import CLASS, Guess

SUFFIXES = ('.csv', '.json')
DIGITS = 6  # of a score, behind the point
LIST_BEGIN, LIST_END = b'[', b'\n]\n'
WRITER = 'tools/predict.py'


class PredictionFile:
    """A ``.csv`` or ``.json`` with a row for each video. After each row the file is whole, whatever comes next.

    A CSV file has the columns ``video``, for each place ``class_1``, ``label_1`` (if names are known) and ``score_1``,
    and ``error``; with several classifiers ``verb_1``, ``verb_label_1``, ``verb_score_1`` and so on. A JSON file is a
    list of objects with ``video`` and either ``top``, a list of the best classes (with several classifiers one for
    each), or ``error``.

    Args:
        path: The file. Its folder is made if there is none.
        classes: The number of classes of each classifier.
        top_k: How many classes a row has.
        named: Whether classes have names.
        resume: Whether a file that is there is gone on with; its rows with an error are left out, so that those videos
            are looked at again.

    Attributes:
        done: The videos that have a row without an error.
        failed: The videos that have a row with one, and what it is.

    Raises:
        InputError: If the name has another ending, the file is there and is not to be gone on with, or it is no file of
            this kind.
    """

    def __init__(
        self, path: str | Path, classes: dict[str, int], top_k: int, named: bool, resume: bool = False
    ) -> None:
        check_name(path, resume)
        self.path = Path(path)
        self.header = columns(classes, top_k, named)
        self.done: set[str] = set()
        self.failed: dict[str, str] = {}
        self.is_csv = self.path.suffix.lower() == '.csv'
        rows = self._read() if resume and self.path.exists() else []
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_name(f'{self.path.name}.part')
            self.file = part.open('wb')
            self._begin()
            for row in rows:
                self._append(row)
                self.done.add(row['video'])
            part.replace(self.path)  # what was there is lost only when all that is kept of it is in its place
        except OSError as error:
            raise InputError(f'{path} cannot be written: {error.strerror}') from error

    def __enter__(self) -> 'PredictionFile':
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def add(self, video: str, best: dict[str, list[Guess]], error: str | None = None) -> None:
        """Write the row of a video: its best classes, or why it could not be read."""
        video = printable(video)
        if error is not None:
            error = printable(error)
            self.failed[video] = error
        else:
            self.done.add(video)
        self._append(self._as_csv(video, best, error) if self.is_csv else as_json(video, best, error))

    def _as_csv(self, video: str, best: dict[str, list[Guess]], error: str | None) -> dict:
        row = dict.fromkeys(self.header, '') | dict(video=video, error=error or '')
        for task, guesses in best.items():
            for place, guess in enumerate(guesses, start=1):
                number, label, score = names(task, place)
                row |= {number: guess.number, score: f'{guess.score:.{DIGITS}f}'}
                if label in row:
                    row[label] = guess.label
        return row

    def _begin(self) -> None:
        self.file.write(csv_line(self.header) if self.is_csv else LIST_BEGIN + LIST_END)
        self.file.flush()
        self.is_first = True

    def _append(self, row: dict) -> None:
        if self.is_csv:
            self.file.write(csv_line(row[name] for name in self.header))
        else:
            text = json.dumps(row, ensure_ascii=False).encode()
            self.file.seek(-len(LIST_END), io.SEEK_END)
            self.file.write((b'' if self.is_first else b',') + b'\n' + text + LIST_END)
        self.is_first = False
        self.file.flush()

    def _read(self) -> list[dict]:
        """The rows without an error of a file that is there; one that was cut off is left out.

        Raises:
            InputError: If it is no such file, or has other columns.
        """
        try:
            text = self.path.read_bytes().decode(errors='replace')
            return self._read_csv(text) if self.is_csv else read_json(text)
        except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f'{self.path} is no file that {WRITER} wrote: name another, or remove it') from error

    def _read_csv(self, text: str) -> list[dict]:
        header, *rows = csv.reader(io.StringIO(text, newline=''))
        if header != self.header:
            raise InputError(
                f'{self.path} has the columns {", ".join(header)}, and now they are {", ".join(self.header)}: it was '
                'written with other options, so name another file'
            )
        rows = [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]
        return [row for row in rows if not row['error']]


def check_name(path: str | Path, resume: bool = False) -> None:
    """Refuse a file before anything is computed for it.

    Raises:
        InputError: If its name has another ending, or it is there and is not to be gone on with.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f'{path}: predictions are written to a name that ends in {" or ".join(SUFFIXES)}')
    if path.exists() and not resume:
        raise InputError(f'{path} is there already: --resume goes on with it; else remove it or name another')


def columns(classes: dict[str, int], top_k: int, named: bool) -> list[str]:
    header = ['video']
    for task, count in classes.items():
        for place in range(1, min(top_k, count) + 1):
            number, label, score = names(task, place)
            header += [number, label, score] if named else [number, score]
    return [*header, 'error']


def names(task: str, place: int) -> tuple[str, str, str]:
    """The columns of a place: of the class, of its name and of its score."""
    prefix = '' if task == CLASS else f'{task}_'
    return f'{task}_{place}', f'{prefix}label_{place}', f'{prefix}score_{place}'


def as_json(video: str, best: dict[str, list[Guess]], error: str | None) -> dict:
    if error is not None:
        return dict(video=video, error=error)
    top = {}
    for task, guesses in best.items():
        top[task] = [
            {'class': guess.number}
            | ({} if guess.label is None else dict(label=guess.label))
            | dict(score=round(guess.score, DIGITS))
            for guess in guesses
        ]
    return dict(video=video, top=top[CLASS] if set(top) == {CLASS} else top)


def read_json(text: str) -> list[dict]:
    """The rows without an error; each is on a line of its own."""
    lines = text.split('\n')
    if lines[0] != '[':
        raise ValueError('no list')
    rows = []
    for line in lines[1:]:
        try:
            row = json.loads(line.rstrip(','))
        except json.JSONDecodeError:  # the list's end, or a row that was cut off
            continue
        if 'error' not in row:
            rows.append(dict(video=str(row['video']), top=row['top']))
    return rows


def csv_line(values: Iterable) -> bytes:
    text = io.StringIO(newline='')
    csv.writer(text, lineterminator='\n').writerow(values)
    return text.getvalue().encode()


def printable(text: str) -> str:
    """A text as UTF-8 can write it: what in a file's name is no text is written by its number."""
    return text.encode(errors='backslashreplace').decode()
