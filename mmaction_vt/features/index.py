"""The index of extracted features: a line of JSON for each video."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import InputError
from ..utils.file_kinds import check_regular_file, display_path
from .formats import FEATURES, HDF5_SUFFIXES, TIMES, read_features

INDEX_NAME = 'index.jsonl'
INDEX_SUFFIX = '.jsonl'
WRITER = 'tools/extract_features.py'
# What a line has besides the options.
OWN_KEYS = ('video', 'file', 'group', 'fps', 'num_frames', 'times', 'shape')


class Entry(NamedTuple):
    """The features of a video, as the index knows them.

    Attributes:
        video: The path of the video, as it was given.
        file: The file of its features.
        group: Its group in an HDF5 file, otherwise None.
        fps: Frames per second of the video; None if unknown.
        num_frames: Frames of the video; None if unknown.
        times: Start and end of each row in seconds; None if the frame rate is unknown.
        shape: The shape of the features.
        options: The options that they were extracted with.
    """

    video: str
    file: Path
    group: str | None
    fps: float | None
    num_frames: int | None
    times: list[list[float]] | None
    shape: tuple[int, ...]
    options: dict[str, Any]

    def read(self) -> np.ndarray:
        """The features.

        Raises:
            InputError: If their file cannot be read.
        """
        return read_features(self.file, self.group)[FEATURES]

    def vectors(self) -> tuple[np.ndarray, np.ndarray | None]:
        """The features as one vector in float32 per row, (rows, C), and the rows' times (rows, 2).

        Raises:
            InputError: If their file cannot be read, or they are maps.
        """
        return as_vectors(read_features(self.file, self.group), self.video)


def as_vectors(arrays: dict[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """One vector in float32 for each row of features, (rows, C), and the rows' times (rows, 2).

    Args:
        arrays: What ``read_features`` returns.
        name: Where they are from, for messages.

    Raises:
        InputError: If they are not vectors.
    """
    features, times = arrays[FEATURES], arrays.get(TIMES)
    features = np.atleast_2d(features.astype(np.float32))
    if features.ndim != 2 or (times is not None and len(times) != len(features)):
        raise InputError(
            f'the features of {name} have the shape {features.shape}, not one vector for each moment: extract them '
            'with --pool cls or mean, and without --views all where a moment has several'
        )
    return features, times


def index_path(path: str | Path) -> Path:
    """The index of a folder of features, or of an HDF5 file; an index itself is returned as it is."""
    path = Path(path)
    if path.suffix.lower() in HDF5_SUFFIXES:
        return path.with_suffix(INDEX_SUFFIX)
    return path if path.suffix.lower() == INDEX_SUFFIX else path / INDEX_NAME


def read_index(path: str | Path) -> list[Entry]:
    """The videos of an index, without those that could not be read.

    Args:
        path: The folder that ``tools/extract_features.py`` wrote, its HDF5 file, or the index in it.

    Raises:
        InputError: If there is no index, or it has no features.
    """
    place = index_path(path)
    check_regular_file('the index of features', place)
    entries = [_entry(row, place) for row in read_rows(place) if 'error' not in row]
    if not entries:
        raise InputError(f'{display_path(place)} has no features: none of its videos could be read')
    return entries


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of an index; a last one that was cut off is left out.

    Raises:
        InputError: If the file cannot be read, or is not an index.
    """
    try:
        lines = path.read_bytes().decode().split('\n')
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                if number == len(lines):
                    return
                raise
            if not isinstance(row['video'], str) or ('error' not in row and not isinstance(row['file'], str)):
                raise TypeError(f'line {number}')
            yield row
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f'{display_path(path)} is not an index of features: {WRITER} did not write it ({error})'
        ) from error


def _entry(row: dict[str, Any], index: Path) -> Entry:
    options = {name: value for name, value in row.items() if name not in OWN_KEYS}
    try:
        return Entry(
            row['video'], index.parent / row['file'], row.get('group'), row['fps'], row['num_frames'], row['times'],
            tuple(row['shape']), options,
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise InputError(f'{display_path(index)} is not an index of features: a line lacks {error}') from error
