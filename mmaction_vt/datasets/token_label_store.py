"""Token labels of a teacher, computed once and stored in memory-mapped files.

A store is a folder: ``store.json`` describes it, ``values.npy`` has the largest logits of each token in half precision,
``classes.npy`` their classes, and ``done.npy`` marks the rows that are written. The rows of a sample are its views.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError

FORMAT = 1
KEYS = ('format', 'num_samples', 'num_views', 'grid', 'num_top', 'num_classes', 'seed', 'data', 'pipeline', 'teacher')


class Arrays(NamedTuple):
    """Memory-mapped arrays of a store, with a row per view of a sample.

    Attributes:
        values: Logits (rows, T, H, W, k).
        classes: Their classes, likewise.
        done: 1 for rows that are written, (rows,).
    """

    values: np.memmap
    classes: np.memmap
    done: np.memmap


class TokenLabelStore:
    """Labels of every view of every sample of a data set.

    Args:
        folder: The store's folder.

    Attributes:
        about: Description of the store: see ``KEYS``.

    Raises:
        InputError: If there is no store in the folder.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        path = self.folder / 'store.json'
        if not path.is_file():
            raise InputError(f'{folder} has no token labels: tools/data/token_labels.py computes them')
        self.about = json.loads(path.read_text(encoding='utf-8'))
        if self.about.get('format') != FORMAT:
            raise InputError(f'the token labels in {folder} have another format: compute them again')
        self._arrays: Arrays | None = None

    @classmethod
    def create(cls, folder: str | Path, about: Mapping[str, Any]) -> 'TokenLabelStore':
        """Create an empty store, or open an existing one with the same description.

        Several processes may do so at once.

        Raises:
            InputError: If the folder has other labels; the message names the differing keys.
        """
        folder = Path(folder)
        about = {'format': FORMAT, **about}
        folder.mkdir(parents=True, exist_ok=True)
        rows = about['num_samples'] * about['num_views']
        labels = (rows, *about['grid'], about['num_top'])
        if not (folder / 'store.json').is_file():
            _make_array(folder / 'values.npy', labels, np.float16)
            _make_array(folder / 'classes.npy', labels, np.uint16)
            _make_array(folder / 'done.npy', (rows,), np.uint8)
            _put(folder / 'store.json', lambda path: path.write_text(json.dumps(about, indent=1), encoding='utf-8'))
        store = cls(folder)
        store.check(about, KEYS)
        return store

    def check(self, about: Mapping[str, Any], keys: Sequence[str]) -> None:
        """Check that a store was made for the same data and model.

        Raises:
            InputError: If one of the keys differs.
        """
        differing = [key for key in keys if self.about[key] != json.loads(json.dumps(about[key]))]
        if differing:
            raise InputError(
                f'the token labels in {self.folder} differ from this config in {", ".join(differing)}: choose another '
                'folder, or delete it'
            )

    def check_complete(self) -> None:
        """Check that a store is complete.

        Raises:
            InputError: If a row has not been written.
        """
        done = self.arrays().done
        missing = int((done == 0).sum())
        if missing:
            raise InputError(
                f'{missing} of {len(done)} token maps are missing in {self.folder}: run tools/data/token_labels.py '
                'again to complete them'
            )

    def arrays(self) -> Arrays:
        """The arrays, opened on first use."""
        if self._arrays is None:
            self._arrays = Arrays(*(np.load(self.folder / f'{name}.npy', mmap_mode='r+') for name in Arrays._fields))
        return self._arrays

    def __getstate__(self) -> dict:
        return {**self.__dict__, '_arrays': None}

    def row(self, sample: int, view: int) -> int:
        return sample * self.about['num_views'] + view

    def read(self, sample: int, view: int) -> tuple[Tensor, Tensor]:
        """Values and classes (T, H, W, k) of one view of one sample."""
        values, classes, _ = self.arrays()
        row = self.row(sample, view)
        return torch.from_numpy(values[row].astype(np.float32)), torch.from_numpy(classes[row].astype(np.int64))

    def write(self, rows: Sequence[int], values: Tensor, classes: Tensor) -> None:
        """Write labels (N, T, H, W, k) to rows."""
        stored_values, stored_classes, done = self.arrays()
        stored_values[rows] = values.cpu().numpy()
        stored_classes[rows] = classes.cpu().numpy()
        done[rows] = 1

    def flush(self) -> None:
        """Flush everything to disk, ``done`` last."""
        for array in self.arrays():
            array.flush()


def digest(content: object) -> str:
    """A short hash of JSON-like content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def digest_of_samples(samples: Sequence[Mapping[str, Any]]) -> str:
    """A digest of a data set's samples, in order, regardless of the folders of the videos."""
    paths = ('filename', 'frame_dir')
    return digest([{k: Path(v).name if k in paths else v for k, v in sample.items()} for sample in samples])


def _make_array(path: Path, shape: tuple[int, ...], dtype: type) -> None:
    _put(path, lambda temporary: np.lib.format.open_memmap(temporary, mode='w+', dtype=dtype, shape=shape).flush())


def _put(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file atomically, unless another process has written it already."""
    temporary = path.with_name(f'{path.name}.{os.getpid()}')
    write(temporary)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass  # another process was first, with the same content
    except OSError:  # a file system without hard links
        if not path.exists():
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
