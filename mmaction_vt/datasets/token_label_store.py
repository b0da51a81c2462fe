"""Token labels of a teacher, computed once and kept in files that are mapped into memory.

A store is a folder: ``store.json`` says what it holds, ``values.npy`` has the logits in half precision, ``classes.npy``
whose logits they are, and ``done.npy`` which rows are written. The rows of one sample are its views.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError

FORMAT = 1
KEYS = ('format', 'num_samples', 'num_views', 'grid', 'num_top', 'num_classes', 'seed', 'data', 'pipeline', 'teacher')


class TokenLabelStore:
    """Labels of every view of every sample of a data set.

    Args:
        folder: The store's folder.

    Attributes:
        about: What the store holds: see ``KEYS``.

    Raises:
        InputError: If there is no store in the folder.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        path = self.folder / 'store.json'
        if not path.is_file():
            raise InputError(f'{folder} holds no token labels: tools/data/token_labels.py makes them')
        self.about = json.loads(path.read_text())
        if self.about.get('format') != FORMAT:
            raise InputError(f'{folder} holds token labels of another format: make them again')
        self._maps = None

    @classmethod
    def create(cls, folder: str | Path, about: Mapping[str, object]) -> 'TokenLabelStore':
        """Make an empty store, or open the one that is there if it is to hold the same.

        Several processes may do so at once.

        Raises:
            InputError: If the folder holds other labels; the message says in what they differ.
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
            _put(folder / 'store.json', lambda path: path.write_text(json.dumps(about, indent=1)))
        store = cls(folder)
        store.check(about, KEYS)
        return store

    def check(self, about: Mapping[str, object], keys: Sequence[str]) -> None:
        """Refuse a store that was made for something else.

        Raises:
            InputError: If one of the keys differs.
        """
        differing = [key for key in keys if self.about[key] != json.loads(json.dumps(about[key]))]
        if differing:
            raise InputError(
                f'{self.folder} holds token labels with other {", ".join(differing)} than this config asks for: '
                'name another folder, or delete it'
            )

    def check_complete(self) -> None:
        """Refuse a store that is not finished.

        Raises:
            InputError: If a row has not been written.
        """
        missing = int((self.maps()[2] == 0).sum())
        if missing:
            raise InputError(
                f'{self.folder} lacks {missing} of {len(self.maps()[2])} token maps: run tools/data/token_labels.py '
                'again, and it goes on'
            )

    def maps(self) -> tuple[np.memmap, np.memmap, np.memmap]:
        """Values, classes and what is done, as arrays over the files."""
        if self._maps is None:
            names = ('values', 'classes', 'done')
            self._maps = tuple(np.load(self.folder / f'{name}.npy', mmap_mode='r+') for name in names)
        return self._maps

    def __getstate__(self) -> dict:
        return {**self.__dict__, '_maps': None}

    def row(self, sample: int, view: int) -> int:
        return sample * self.about['num_views'] + view

    def read(self, sample: int, view: int) -> tuple[Tensor, Tensor]:
        """Values and classes (T, H, W, k) of one view of one sample."""
        values, classes, _ = self.maps()
        row = self.row(sample, view)
        return torch.from_numpy(values[row].astype(np.float32)), torch.from_numpy(classes[row].astype(np.int64))

    def write(self, rows: Sequence[int], values: Tensor, classes: Tensor) -> None:
        """Put labels (N, T, H, W, k) into rows."""
        stored_values, stored_classes, done = self.maps()
        stored_values[rows] = values.cpu().numpy()
        stored_classes[rows] = classes.cpu().numpy()
        done[rows] = 1

    def flush(self) -> None:
        """Bring everything to the disk, the notes of what is done last."""
        for array in self.maps():
            array.flush()


def digest(content: object) -> str:
    """A short text that differs where the content does."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def digest_of_samples(samples: Sequence[Mapping[str, object]]) -> str:
    """A digest of a data set's samples, in order; the folders that the videos lie in do not count."""
    paths = ('filename', 'frame_dir')
    return digest([{k: Path(v).name if k in paths else v for k, v in sample.items()} for sample in samples])


def _make_array(path: Path, shape: tuple[int, ...], dtype: type) -> None:
    _put(path, lambda temporary: np.lib.format.open_memmap(temporary, mode='w+', dtype=dtype, shape=shape).flush())


def _put(path: Path, write: object) -> None:
    """Write a file whole and under its name only if no other process has done so."""
    temporary = path.with_name(f'{path.name}.{os.getpid()}')
    write(temporary)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass  # another process was first, with the same content
    finally:
        temporary.unlink()
