"""An index of faiss over extracted features, built once and searched many times."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import InputError
from ..utils.file_kinds import check_regular_file, display_path
from ..utils.outputs import output_path
from .index import Entry
from .search import Moment, Query, check_dimension, normalize


def import_faiss() -> ModuleType:
    """The package faiss.

    Raises:
        InputError: If it is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise InputError('--index needs the package faiss: pip install faiss-cpu, or omit it') from error
    return faiss


def build_index(entries: Sequence[Entry], path: Path) -> Any:
    """Build an exact index (inner product of unit vectors) of all moments, and write it.

    Args:
        entries: The videos of an index of features.
        path: The file to write, which ``faiss.read_index`` reads too.

    Raises:
        InputError: If faiss is not installed, features cannot be read or differ in dimension, or the file cannot be
            written.
    """
    faiss = import_faiss()
    index: Any = None
    for entry in entries:
        vectors = normalize(entry.vectors()[0])
        if index is None:
            index = faiss.IndexFlatIP(vectors.shape[1])
        if vectors.shape[1] != index.d:
            raise InputError(f'features of {entry.video} have {vectors.shape[1]} channels, others have {index.d}')
        index.add(vectors)
    with output_path(path) as part:
        faiss.write_index(index, str(part))
    return index


def load_index(entries: Sequence[Entry], path: Path) -> Any:
    """Read an index that ``build_index`` wrote.

    Args:
        entries: The videos of the index of features that it was built from.
        path: Its file.

    Raises:
        InputError: If faiss is not installed, the file is not an index, or it was built from other features.
    """
    faiss = import_faiss()
    check_regular_file('--index', path)
    try:
        index = faiss.read_index(str(path))
    except RuntimeError as error:
        raise InputError(f'--index {display_path(path)} is not an index of faiss') from error
    expected = sum(num_rows(entry) for entry in entries)
    if index.ntotal != expected:
        raise InputError(
            f'--index {display_path(path)} has {index.ntotal} moments, the features have {expected}: it was built from '
            'others; --overwrite builds it again'
        )
    return index


def num_rows(entry: Entry) -> int:
    """How many moments the features of a video have."""
    return entry.shape[0] if len(entry.shape) > 1 else 1


def find(index: Any, entries: Sequence[Entry], query: Query, k: int) -> Iterator[Moment]:
    """The k nearest moments, and those that are as near, best first.

    Args:
        index: What ``build_index`` returns.
        entries: The videos that it was built from.
        query: What is looked for.
        k: How many are wanted; all if there are fewer.

    Raises:
        InputError: If the query has another dimension.
    """
    check_dimension(index.d, query, 'the index')
    similarities, rows = index.search(query.vector[None], min(k, index.ntotal))
    firsts = np.cumsum([0, *map(num_rows, entries)])
    for similarity, row in zip(similarities[0].tolist(), rows[0].tolist(), strict=True):
        number = int(np.searchsorted(firsts, row, side='right')) - 1
        times = entries[number].times
        start, end = (None, None) if times is None else times[row - int(firsts[number])]
        yield Moment(entries[number].video, start, end, similarity)
