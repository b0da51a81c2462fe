"""Data sets that a program renders: arguments, the folder, and clips that several processes write.

A data set has ``train/CLASS/INDEX.mp4`` and ``val/CLASS/INDEX.mp4``, the lists ``train.txt`` and ``val.txt``, the names
of the classes in ``labels.txt`` and the arguments in ``meta.json``. A clip's class is its index modulo the classes.
"""

import json
import multiprocessing
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import cv2
from rich.progress import track

from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import write_atomically

LISTS = ('labels.txt', 'train.txt', 'val.txt')
SPLITS = ('train', 'val')


def check_arguments(at_least: dict[str, tuple[float, float]], size: int) -> None:
    """Check the arguments of a data set.

    Args:
        at_least: The value of each argument, and the least that is possible.
        size: Side of the square frames in pixels.

    Raises:
        InputError: If one is too small, or the size is odd.
    """
    for name, (value, least) in at_least.items():
        if value < least:
            raise InputError(f'{name} must be at least {least}, not {value}')
    if size % 2:
        raise InputError(f'size must be even, for H.264 in yuv420p, not {size}')


def write_clips(
    folder: Path,
    title: str,
    classes: Sequence[str],
    counts: dict[str, int],
    path_of: Callable[[str, int], str],
    write: partial,
    workers: int,
    labels_of: Callable[[int], Sequence[int]] | None = None,
) -> None:
    """Write the clips of a data set, and then its lists.

    Args:
        folder: Its folder.
        title: What is written, for the progress bar.
        classes: Names of the classes.
        counts: Number of clips of each split.
        path_of: The path of a clip below the folder, from its split and index.
        write: Writes a clip, given as split and index, unless its files exist.
        workers: Number of processes.
        labels_of: The labels of a clip, from its index. Default: one, the index modulo the classes.
    """
    labels_of = labels_of or (lambda index: [index % len(classes)])
    samples = [(split, index) for split, count in counts.items() for index in range(count)]
    for parent in {(folder / path_of(*sample)).parent for sample in samples}:
        parent.mkdir(parents=True, exist_ok=True)
    for _ in track(in_processes(write, samples, workers), description=title, total=len(samples)):
        pass
    write_atomically(folder / LISTS[0], '\n'.join(classes) + '\n')
    for split, count in counts.items():
        lines = [' '.join(map(str, (path_of(split, index), *labels_of(index)))) + '\n' for index in range(count)]
        write_atomically(folder / f'{split}.txt', ''.join(lines))


def prepare_folder(folder: Path, meta: dict, overwrite: bool) -> bool:
    """Prepare the folder for a data set with these arguments; True if the data set is complete.

    The arguments are written before the first clip and the lists after the last one.
    """
    path = folder / 'meta.json'
    if not path.exists():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileExistsError(f'{folder} exists and is not this data set; choose another folder')
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(meta, indent=2) + '\n')
        return False

    try:
        found = json.loads(path.read_text(encoding='utf-8'))
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or found.get('data_set') != meta['data_set']:
        raise FileExistsError(f'{folder} is not this data set; choose another folder')
    if found == meta:
        return all((folder / name).exists() for name in LISTS)
    if not overwrite:
        others = ', '.join(f'{key} {found.get(key)}, not {meta[key]}' for key in meta if found.get(key) != meta[key])
        raise FileExistsError(f'{folder} has a data set with {others}; choose another folder or use --overwrite')
    for name in LISTS:
        (folder / name).unlink(missing_ok=True)
    for split in SPLITS:
        shutil.rmtree(folder / split, ignore_errors=True)
    write_atomically(path, json.dumps(meta, indent=2) + '\n')
    return False


def in_processes(function: partial, items: Sequence, workers: int) -> Iterator:
    """Call a function for every item in some processes; the results are in the order of the items."""
    if workers == 1:
        yield from map(function, items)
        return
    # Not forked: forking a process with threads can deadlock.
    context = multiprocessing.get_context('spawn')
    with context.Pool(workers, initializer=prepare_process) as pool:
        yield from pool.imap(function, items, chunksize=8)


def prepare_process() -> None:
    """Use one thread, and ignore Ctrl-C, which the parent handles."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
