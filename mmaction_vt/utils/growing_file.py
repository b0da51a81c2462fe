"""A file that grows row by row and is complete at every moment, also if the process is killed or the disk is full."""

import os
from contextlib import ExitStack
from pathlib import Path

from ..errors import InputError
from .files import display_path, part_of, write_atomically
from .outputs import as_input_errors, exchange
from .systems import WINDOWS, open_binary, try_lock, write_at


class GrowingFile:
    """A file to which rows are added before its end, such as the bracket of a JSON list.

    Two copies take turns: a row is written to the copy that is hidden, next to the file, and then the two change names
    at once. Where the file system cannot do that, rows are written to the file itself.

    Args:
        path: The file, which is replaced if it exists.
        body: Its first rows.
        end: What follows the rows.

    Raises:
        InputError: If it cannot be written, or another process writes to it.
    """

    def __init__(self, path: str | Path, body: bytes, end: bytes = b'') -> None:
        self.path = Path(os.path.realpath(path))
        self.end = end
        self._stack = ExitStack()
        self._length = self._hidden_length = len(body)
        self._behind = b''  # what the hidden copy lacks
        self._hidden: int | None = None
        with as_input_errors(path):
            try:
                self._open(body)
            except BaseException:
                self.close()
                raise

    def _open(self, body: bytes) -> None:
        if self.path.exists():
            self._lock(self.path)
            if WINDOWS:  # an open file cannot be replaced
                self._stack.close()
        write_atomically(self.path, body + self.end)
        self._visible = self._lock(self.path)
        self._part = self._stack.enter_context(part_of(self.path))
        self._stack.callback(self._part.unlink, missing_ok=True)
        hidden = self._descriptor(self._part)
        _write(hidden, body + self.end, 0)
        if exchange(self._part, self.path):
            self._visible, self._hidden = hidden, self._visible

    def _lock(self, path: Path) -> int:
        descriptor = self._descriptor(path)
        if try_lock(descriptor) is None:
            raise InputError(f'{display_path(path)} is being written by another process: name another file')
        return descriptor

    def _descriptor(self, path: Path) -> int:
        descriptor = open_binary(path, os.O_RDWR)
        self._stack.callback(os.close, descriptor)
        return descriptor

    def append(self, row: bytes) -> None:
        """Add a row.

        Raises:
            InputError: If it cannot be written; the rows before it remain.
        """
        with as_input_errors(self.path):
            if self._hidden is None:
                self._append_in_place(row)
                return
            _write(self._hidden, self._behind + row + self.end, self._hidden_length)
            if not exchange(self._part, self.path):
                raise OSError(f'{self.path.name} can no longer be renamed')
        self._visible, self._hidden = self._hidden, self._visible
        self._hidden_length, self._length = self._length, self._length + len(row)
        self._behind = row

    def _append_in_place(self, row: bytes) -> None:
        try:
            _write(self._visible, row + self.end, self._length)
        except OSError:
            write_at(self._visible, self.end, self._length)
            os.ftruncate(self._visible, self._length + len(self.end))
            raise
        self._length += len(row)

    def close(self) -> None:
        """Close the file, and remove the hidden copy."""
        self._stack.close()


def _write(descriptor: int, content: bytes, offset: int) -> None:
    left = memoryview(content)
    while left:
        written = write_at(descriptor, left, offset)
        left, offset = left[written:], offset + written
