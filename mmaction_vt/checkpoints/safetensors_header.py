"""The header of a safetensors file: the library takes the last of two entries with the same name."""

import json
import struct
from pathlib import Path
from typing import Any

from ..errors import InputError
from .tensors import shown

LENGTH = struct.Struct('<Q')


def check_header(path: Path) -> None:
    """Check that the header of a safetensors file names each tensor once; the library checks the rest.

    Raises:
        InputError: If a name is there twice.
        ValueError: If the header is no JSON.
    """
    with path.open('rb') as file:
        start = file.read(LENGTH.size)
        if len(start) < LENGTH.size:
            raise ValueError('it has no header')
        (length,) = LENGTH.unpack(start)
        if length > path.stat().st_size - LENGTH.size:
            raise ValueError(f'its header should have {length} bytes, which the file does not have')
        json.loads(file.read(length), object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f'its header has {shown(twice)} twice')
    return dict(pairs)
