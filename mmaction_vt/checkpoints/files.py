"""Checkpoint files: found, and read without running code from them."""

import errno
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors.torch import load_file as load_safetensors

from ..errors import InputError
from .archive import check_archive, is_archive
from .downloads.addresses import is_address
from .downloads.fetch import fetch
from .downloads.huggingface_hub import FOLDER_FILES
from .downloads.published import SCHEME, find_published
from .huggingface_files import inside, read_index, read_json
from .safetensors_header import check_header
from .tensors import shown

BEGINNING = 512  # bytes that no file has as zeros

_trusted = ContextVar('trusted', default=False)


@contextmanager
def trust_checkpoints(trust: bool = True) -> Iterator[None]:
    """Within this context a file may run code when it is loaded (``--trust-checkpoint``)."""
    token = _trusted.set(trust)
    try:
        yield
    finally:
        _trusted.reset(token)


def load_file(path: str | Path) -> dict:
    """Load a checkpoint file or a Hugging Face folder to the CPU.

    Args:
        path: A ``torch.save`` or safetensors file, a Hugging Face folder, or an address, as ``fetch`` takes it.

    Raises:
        InputError: If there is no such file, it is not a checkpoint, or it would run code and is not trusted.
    """
    path = find(path)
    return _load_folder(path) if stat.S_ISDIR(_mode_of(path)) else _load_regular(path)


def find(path: str | Path) -> Path:
    """The local path of a checkpoint; an address is fetched on first use.

    Raises:
        InputError: If it cannot be fetched.
    """
    if str(path).startswith(SCHEME):
        return find_published(str(path).removeprefix(SCHEME))
    if is_address(path):
        return fetch(str(path))
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InputError(f'checkpoint {path} does not exist: {error}') from error


def _mode_of(path: Path) -> int:
    """Kind and permissions of a file or folder that exists."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or str(error)
        missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
        raise InputError(f'checkpoint {path} {"does not exist" if missing else f"cannot be read: {reason}"}') from error


def _load_regular(path: Path) -> dict:
    """Load a file; a FIFO, a socket or a device, from which reading may never end, is refused."""
    if not stat.S_ISREG(_mode_of(path)):
        raise InputError(f'checkpoint {path} is no regular file')
    if not os.access(path, os.R_OK):
        raise InputError(f'checkpoint {path} cannot be read: {os.strerror(errno.EACCES)}')
    return _load_safetensors(path) if path.suffix.lower() == '.safetensors' else _load_torch(path)


def _load_folder(folder: Path) -> dict:
    if not os.access(folder, os.R_OK | os.X_OK):
        raise InputError(f'the folder {folder} cannot be read: {os.strerror(errno.EACCES)}')
    for name in FOLDER_FILES:
        path = folder / name
        if path.is_file():
            break
    else:
        raise InputError(f'the folder {folder} has no checkpoint: expected one of {", ".join(FOLDER_FILES)}')
    path = inside(folder, path.name, _trusted.get())
    if path.suffix == '.json':
        state: dict = {}
        for name in read_index(path):
            part = _load_regular(inside(folder, name, _trusted.get()))
            twice = next((key for key in part if key in state), None)
            if twice is not None:
                raise InputError(f'{folder / name} has {shown(twice)}, which another file of {path} has, too')
            state.update(part)
    else:
        state = _load_regular(path)
    config = inside(folder, 'config.json', _trusted.get())
    return {'state_dict': state, 'config': read_json(config) if config.exists() else {}}


def _load_safetensors(path: Path) -> dict:
    try:
        check_header(path)
        return load_safetensors(path)
    except Exception as error:
        raise InputError(f'{path} is not a complete safetensors file ({_reason(error)})') from error


def _load_torch(path: Path) -> dict:
    try:
        if is_archive(path):
            check_archive(path)
        with path.open('rb') as file:
            start = file.read(BEGINNING)
            if start and not any(start):
                raise InputError(f'{path} is incomplete or corrupt: it begins with zeros')
            file.seek(0)
            checkpoint = torch.load(file, map_location='cpu', weights_only=not _trusted.get())
            if not is_archive(path) and os.lseek(file.fileno(), 0, os.SEEK_CUR) < path.stat().st_size:
                raise InputError(f'{path} is incomplete or corrupt: something follows its last tensor')
    except InputError:
        raise
    except UnpicklingError as error:
        names = _forbidden_types(path, error)
        if not names:
            raise InputError(f'{path} is not a checkpoint: PyTorch cannot read it') from error
        raise InputError(
            f'{path} was not loaded, since loading it would run code: it uses {", ".join(names)}; '
            'give --trust-checkpoint if you trust its origin'
        ) from error
    except Exception as error:
        raise InputError(f'{path} is incomplete or corrupt: PyTorch cannot read it ({_reason(error)})') from error
    if not isinstance(checkpoint, dict):
        raise InputError(f'{path} is a {type(checkpoint).__name__}; expected a dict of tensors')
    return checkpoint


def _reason(error: Exception) -> str:
    """The first sentence of an error, or its type."""
    if isinstance(error, LookupError) or not str(error).strip():
        return f'{type(error).__name__} {shown(str(error))}' if str(error) else type(error).__name__
    line = str(error).strip().splitlines()[0].partition('. ')[0][:200]
    return line if line.isprintable() else ascii(line)


def _forbidden_types(path: Path, error: UnpicklingError) -> list[str]:
    """Names of the types that a file uses and that torch does not list as safe."""
    names: list[str] = []
    if zipfile.is_zipfile(path):
        try:
            names = torch.serialization.get_unsafe_globals_in_checkpoint(str(path))
        except Exception:  # noqa: BLE001  the file has further faults; the error names the first type
            names = []
    names = sorted(names) or re.findall(r'(?:GLOBAL|the file uses) ([\w.]+)', str(error))[:1]
    return [shown(name) for name in names[:5]] + (['others'] if len(names) > 5 else [])
