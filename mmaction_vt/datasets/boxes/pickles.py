"""Pickles of arrays, lists and dicts, which run no code when they are read."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core import multiarray

from ...errors import InputError
from ...utils.file_kinds import check_regular_file

FUNCTIONS = {'_reconstruct': multiarray._reconstruct, 'scalar': multiarray.scalar}
ARRAY_MODULES = ('numpy._core.multiarray', 'numpy.core.multiarray')  # of NumPy 2 and 1


def read_arrays(path: str, expected: str) -> Any:
    """Read a pickle of arrays, numbers, texts, lists, tuples, sets and dicts.

    Args:
        path: The file.
        expected: What it should hold, for messages.

    Raises:
        InputError: If it does not exist, or is no such pickle.
    """
    check_regular_file('the file', path, expected)
    try:
        with Path(path).open('rb') as file:
            return _ArrayUnpickler(file, encoding='latin1').load()
    except Exception as error:  # a damaged pickle raises anything
        raise InputError(f'{path} cannot be read: {error or type(error).__name__}; expected {expected}') from error


class _ArrayUnpickler(pickle.Unpickler):
    """Reads what pickles of NumPy arrays and of plain data refer to, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if module in ARRAY_MODULES and name in FUNCTIONS:
            return FUNCTIONS[name]
        if module == 'numpy' and name in ('ndarray', 'dtype'):
            return getattr(np, name)
        if module in ('builtins', '__builtin__') and name == 'set':
            return set
        if module == '_codecs' and name == 'encode':
            return _encode
        raise pickle.UnpicklingError(f'{module}.{name} is not an array')


def _encode(text: str, encoding: str) -> bytes:
    return text.encode('latin1')
