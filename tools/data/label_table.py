"""A table of videos with several labels each."""

import re
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from common import VideoIndex, read_table

from mmaction_vt.errors import InputError

SPLIT = 'split'
BETWEEN = re.compile(r'[;,|]')
TRAIN, VALS = 'train', ('val', 'validation', 'test')
EXPECTED = 'a CSV file with the columns path and labels, such as a.mp4,running;jumping, and optionally split'


class Labelled(NamedTuple):
    """A video with its labels.

    Attributes:
        path: The path below the folder of the videos.
        labels: Names of its classes.
        split: ``train`` or one of ``VALS``; empty if the table does not say.
    """

    path: str
    labels: tuple[str, ...]
    split: str


def read_labelled(table: Path, folder: Path) -> tuple[list[Labelled], list[str]]:
    """The videos of a table that are in a folder, and the paths of the others.

    Raises:
        InputError: If the table cannot be read, a video is listed twice, or none is in the folder.
    """
    index, found, missing = VideoIndex(folder), {}, []
    for number, row in read_table(table, ('path',), EXPECTED):
        if 'labels' not in row:
            raise InputError(f'{table}, line 1: missing columns: labels; expected {EXPECTED}')
        path = index.find(row['path'])
        if path is None:
            missing.append(row['path'])
            continue
        if path in found:
            raise InputError(f'{table}, line {number}: {row["path"]} is listed twice: put its labels into one line')
        names = (name.strip() for name in BETWEEN.split(row['labels'] or ''))
        labels = tuple(dict.fromkeys(name for name in names if name))
        found[path] = Labelled(path, labels, (row.get(SPLIT) or '').strip().lower())
    if not found:
        raise InputError(f'{folder} has none of the {len(missing)} videos of {table}, such as {missing[0]}')
    return list(found.values()), missing


def split_labelled(videos: list[Labelled], val_share: float, seed: int) -> tuple[list[Labelled], list[Labelled]]:
    """The videos for training and for validation: as the table says, or drawn at random.

    Raises:
        InputError: If only some videos have a split, one is unknown, a split has no video, or a class has none for
            training.
    """
    splits = {video.split for video in videos}
    unknown = splits - {TRAIN, *VALS}
    if splits == {''}:
        train, val = draw_split(videos, val_share, seed)
    elif unknown:
        raise InputError(
            f'{SPLIT} must be {TRAIN} or one of {", ".join(VALS)} for every video, not {min(unknown) or "empty"}'
        )
    else:
        train, val = ([v for v in videos if (v.split == TRAIN) == is_train] for is_train in (True, False))
    if not train or not val:
        raise InputError(f'no video is left for {"validation" if train else "training"}')
    lacking = sorted(set(count_labels(val)) - set(count_labels(train)))
    if lacking:
        raise InputError(f'the class {lacking[0]} has videos for validation and none for training')
    return train, val


def draw_split(videos: list[Labelled], val_share: float, seed: int) -> tuple[list[Labelled], list[Labelled]]:
    """A random share of the videos for validation; a class keeps at least one video for training."""
    wanted = min(max(round(val_share * len(videos)), 1), len(videos) - 1)
    order = sorted(videos)
    Random(seed).shuffle(order)
    left, val = count_labels(videos), set()
    for video in order:
        if len(val) < wanted and all(left[label] > 1 for label in video.labels):
            val.add(video.path)
            left.subtract(video.labels)
    return [v for v in videos if v.path not in val], [v for v in videos if v.path in val]


def count_labels(videos: list[Labelled]) -> Counter[str]:
    """The number of videos of each class."""
    return Counter(label for video in videos for label in video.labels)
