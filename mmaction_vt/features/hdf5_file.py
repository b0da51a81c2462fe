"""An HDF5 file that grows group by group, and is complete at every moment."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..utils.files import atomic_path, part_of
from ..utils.outputs import as_input_errors, exchange
from ..utils.systems import flush_to_disk
from .formats import About, Arrays, import_h5py


class Hdf5File:
    """A file with a group for each video, to which groups are added.

    HDF5 has no journal: a process that is killed while it writes can leave a file that no longer opens. So two copies
    take turns: a group is written to the copy that is hidden, next to the file, and then the two change names at once.
    Where the file system cannot do that, groups are written to the file itself. HDF5's own locks are not used: the
    hidden copy has one of ours.

    Args:
        path: The file; its folder is made if it is missing.
        resume: Whether to keep the groups of an existing file; otherwise it is replaced.

    Raises:
        InputError: If h5py is not installed, or the file cannot be written or is not of HDF5.
    """

    def __init__(self, path: Path, resume: bool = False) -> None:
        self.h5py = import_h5py()
        self.path = Path(os.path.realpath(path))
        self._behind: tuple[str, Arrays, About] | None = None  # what the hidden copy lacks
        self._stack = ExitStack()
        with as_input_errors(path):
            if not (resume and self.path.exists()):
                with atomic_path(self.path, sync=True) as part, self.h5py.File(part, 'w', locking=False):
                    pass
            else:
                with self.h5py.File(self.path, 'r', locking=False):  # raises an OSError if it is none
                    pass
            self._hidden = self._stack.enter_context(part_of(self.path))
            self._stack.callback(self._hidden.unlink, missing_ok=True)
            try:
                shutil.copyfile(self.path, self._hidden)
            except BaseException:
                self.close()
                raise
            self._takes_turns = exchange(self._hidden, self.path)

    def add(self, group: str, arrays: Arrays, about: About) -> None:
        """Add the group of a video, or replace it.

        Args:
            group: Its name.
            arrays: Its data sets.
            about: Its attributes.

        Raises:
            InputError: If it cannot be written; the groups before it remain.
        """
        with as_input_errors(self.path):
            target = self._hidden if self._takes_turns else self.path
            with self.h5py.File(target, 'a', locking=False) as file:
                for entry in (self._behind, (group, arrays, about)):
                    if entry is not None:
                        _write(file, *entry)
            flush_to_disk(target)
            if self._takes_turns:
                exchange(self._hidden, self.path)
                self._behind = group, arrays, about

    def close(self) -> None:
        """Remove the hidden copy."""
        self._stack.close()


def _write(file: Any, group: str, arrays: Arrays, about: About) -> None:
    made = file.require_group(group)
    for name, array in arrays.items():
        if name in made:
            del made[name]
        made.create_dataset(name, data=array)
    for name, value in about.items():
        if value is not None:
            made.attrs[name] = value
