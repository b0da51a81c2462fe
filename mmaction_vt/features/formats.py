"""Files of features: safetensors, npz, or one HDF5 file with a group for each video."""

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from ..errors import InputError
from ..utils.file_kinds import check_regular_file, display_path
from ..utils.outputs import output_path

Arrays = Mapping[str, np.ndarray]
About = Mapping[str, Any]
HDF5 = 'hdf5'
HDF5_SUFFIXES = ('.h5', '.hdf5')
SUFFIXES = {'safetensors': '.safetensors', 'npz': '.npz', HDF5: HDF5_SUFFIXES[0]}
FORMATS = tuple(SUFFIXES)
FEATURES, TIMES = 'features', 'times'


def write_safetensors(path: Path, arrays: Arrays, about: About) -> None:
    """Write a file with named arrays; what is known about them is its metadata, in JSON."""
    metadata = {name: json.dumps(value) for name, value in about.items()}
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with output_path(path) as part:
        save_file(contiguous, part, metadata)


def write_npz(path: Path, arrays: Arrays, about: About) -> None:
    """Write a file with named arrays; what is known about them is in further arrays, in JSON if it is no text."""
    known = {
        name: np.array(value if isinstance(value, (str, int, float)) else json.dumps(value))
        for name, value in about.items()
    }
    with output_path(path) as part, part.open('wb') as file:
        np.savez(file, **{**known, **arrays})  # type: ignore[arg-type]  # its options have other types


WRITERS: dict[str, Callable[[Path, Arrays, About], None]] = {'safetensors': write_safetensors, 'npz': write_npz}


def read_features(path: str | Path, group: str | None = None) -> dict[str, np.ndarray]:
    """Read the features of a video.

    Args:
        path: A ``.safetensors``, ``.npz`` or ``.h5`` file.
        group: The group of the video in an HDF5 file.

    Returns:
        ``features``, and ``times`` (rows, 2) in seconds if the video has a frame rate.

    Raises:
        InputError: If there is no such file, or it is not one of features.
    """
    path = Path(path)
    check_regular_file('the file of features', path)
    try:
        if path.suffix.lower() in HDF5_SUFFIXES:
            return _read_hdf5(path, group)
        if path.suffix.lower() == SUFFIXES['npz']:
            with np.load(path, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in (FEATURES, TIMES) if name in arrays or name == FEATURES}
        if path.suffix.lower() == SUFFIXES['safetensors']:
            with safe_open(path, framework='numpy') as tensors:
                names = {FEATURES, *({TIMES} & set(tensors.keys()))}
                return {name: tensors.get_tensor(name) for name in sorted(names)}
    except InputError:
        raise
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, SafetensorError) as error:
        raise InputError(
            f'{display_path(path)} is not a file of features, as tools/extract_features.py writes it: {error}'
        ) from error
    raise InputError(f'a file of features ends in {", ".join(SUFFIXES.values())}, not {display_path(path)}')


def _read_hdf5(path: Path, group: str | None) -> dict[str, np.ndarray]:
    with import_h5py().File(path, 'r', locking=False) as file:
        if group is None or group not in file:
            raise InputError(f'{display_path(path)} has no group {group}: name a video of it')
        found = file[group]
        return {name: found[name][()] for name in (FEATURES, TIMES) if name in found or name == FEATURES}


def import_h5py() -> ModuleType:
    """The package h5py.

    Raises:
        InputError: If it is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise InputError('HDF5 needs the package h5py: pip install h5py, or choose another --format') from error
    return h5py
