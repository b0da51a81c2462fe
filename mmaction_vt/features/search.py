"""Nearest neighbours: the moments of videos whose features are most similar to a query's."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from ..errors import InputError
from .index import Entry

SAME = 0.5  # temporal intersection over union from which two moments of a video count as one


class Moment(NamedTuple):
    """A moment of a video that is similar to a query.

    Attributes:
        video: The path of the video.
        start: Its start in seconds; None if the frame rate is unknown.
        end: Its end in seconds; None likewise.
        similarity: Cosine similarity to the query, -1 to 1.
    """

    video: str
    start: float | None
    end: float | None
    similarity: float


class Query(NamedTuple):
    """What is looked for.

    Attributes:
        vector: A unit vector (C,).
        video: The video that it is from, whose moments within ``start`` and ``end`` are not answers.
        start: Start in seconds; None for the whole video.
        end: End in seconds; None for the whole video.
    """

    vector: np.ndarray
    video: str | None = None
    start: float | None = None
    end: float | None = None


def make_query(
    vectors: np.ndarray,
    times: np.ndarray | None,
    video: str | None = None,
    start: float | None = None,
    end: float | None = None,
) -> Query:
    """A query from the features of a video: the mean of its moments' unit vectors.

    Args:
        vectors: Features (rows, C).
        times: Start and end of each row in seconds, (rows, 2); None if unknown.
        video: The path of the video.
        start: Where the query starts in the video, in seconds; only rows whose centres are within count.
        end: Where it ends.

    Raises:
        InputError: If the video has no such part, or its times are unknown.
    """
    if start is not None or end is not None:
        if times is None:
            raise InputError(f'the frame rate of {video} is unknown: omit --start and --end')
        low, high = start or 0.0, np.inf if end is None else end
        centres = times.mean(1)
        chosen = (centres >= low) & (centres <= high)
        if not chosen.any():
            raise InputError(
                f'{video} has no features between {low:g} and {high:g} seconds: they go from {times.min():g} to '
                f'{times.max():g}, and count by the centres of their windows'
            )
        vectors = vectors[chosen]
    return Query(normalize(normalize(vectors).mean(0)), video, start, end)


def normalize(vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., C) of length 1; zeros stay zeros."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(norms == 0, 1, norms)).astype(np.float32)


def nearest(entries: Iterable[Entry], query: Query, k: int) -> list[Moment]:
    """The k best moments of an index, best first, as ``best_moments`` chooses them.

    Similarities are one matrix product for each video; only its best moments stay in memory.

    Args:
        entries: The videos of the index.
        query: What is looked for.
        k: How many are wanted.

    Raises:
        InputError: If features cannot be read, or have another dimension than the query.
    """
    best: list[Moment] = []
    for entry in entries:
        best = best_moments([*best, *best_moments(scan(entry, query), query, k)], query, k)
    return best


def scan(entry: Entry, query: Query) -> Iterator[Moment]:
    """All moments of a video with their similarities.

    Args:
        entry: The video.
        query: What is looked for.

    Raises:
        InputError: If the features cannot be read, or have another dimension than the query.
    """
    vectors, times = entry.vectors()
    check_dimension(vectors.shape[1], query, entry.video)
    product = torch.from_numpy(normalize(vectors)) @ torch.from_numpy(query.vector)
    for row, similarity in enumerate(product.tolist()):
        yield moment_of(entry.video, times, row, similarity)


def check_dimension(channels: int, query: Query, name: str) -> None:
    """Check that features and a query can be compared.

    Raises:
        InputError: If their dimensions differ.
    """
    if channels != len(query.vector):
        raise InputError(
            f'features of {name} have {channels} channels, the query has {len(query.vector)}: extract both with the '
            'same model, layer and pooling'
        )


def moment_of(video: str, times: np.ndarray | None, row: int, similarity: float) -> Moment:
    """A row of a video's features as a moment."""
    start, end = (None, None) if times is None else times[row].tolist()
    return Moment(video, start, end, similarity)


def best_moments(moments: Iterable[Moment], query: Query, k: int) -> list[Moment]:
    """The k best moments, best first.

    A moment of the query itself is left out, and so is one that shares half of its time with a better one.

    Args:
        moments: Moments in any order.
        query: What is looked for.
        k: How many are wanted.
    """
    best: list[Moment] = []
    for moment in sorted(moments, key=lambda moment: -moment.similarity):
        if not is_of_query(moment, query) and not any(overlap(moment, better) > SAME for better in best):
            best.append(moment)
            if len(best) == k:
                break
    return best


def is_of_query(moment: Moment, query: Query) -> bool:
    """Whether a moment overlaps with the part of the video that the query is."""
    if query.video is None or Path(moment.video).absolute() != Path(query.video).absolute():
        return False
    if moment.start is None or moment.end is None:
        return True
    return moment.end > (query.start or 0.0) and (query.end is None or moment.start < query.end)


def overlap(one: Moment, other: Moment) -> float:
    """Temporal intersection over union of two moments; 0 for moments of different videos."""
    if one.video != other.video:
        return 0.0
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return 1.0
    shared = min(one.end, other.end) - max(one.start, other.start)
    union = max(one.end, other.end) - min(one.start, other.start)
    return max(shared, 0.0) / union if union > 0 else 1.0
