"""Checkpoint files: found, and read without running code from them."""

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file as load_safetensors

from ..errors import InputError
from .downloads.addresses import is_address
from .downloads.fetch import fetch
from .downloads.huggingface_hub import FOLDER_FILES
from .downloads.published import SCHEME, find_published

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
    if path.is_dir():
        return _load_folder(path)
    if not path.is_file():
        raise InputError(f'checkpoint {path} does not exist')
    if path.suffix == '.safetensors':
        return _load_safetensors(path)
    return _load_torch(path)


def find(path: str | Path) -> Path:
    """The local path of a checkpoint; an address is fetched on first use.

    Raises:
        InputError: If it cannot be fetched.
    """
    if str(path).startswith(SCHEME):
        return find_published(str(path).removeprefix(SCHEME))
    return fetch(str(path)) if is_address(path) else Path(path).expanduser()


def _load_folder(folder: Path) -> dict:
    for name in FOLDER_FILES:
        path = folder / name
        if path.is_file():
            break
    else:
        raise InputError(f'the folder {folder} has no checkpoint: expected one of {", ".join(FOLDER_FILES)}')
    if path.suffix == '.json':
        parts = sorted(set(json.loads(path.read_text())['weight_map'].values()))
        state = {key: value for part in parts for key, value in load_file(folder / part).items()}
    else:
        state = load_file(path)
    config = folder / 'config.json'
    return {'state_dict': state, 'config': json.loads(config.read_text()) if config.is_file() else {}}


def _load_safetensors(path: Path) -> dict:
    try:
        return load_safetensors(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f'{path} is not a complete safetensors file ({error})') from error


def _load_torch(path: Path) -> dict:
    try:
        checkpoint = torch.load(path, map_location='cpu', weights_only=not _trusted.get())
    except UnpicklingError as error:
        names = _forbidden_types(path, error)
        if not names:
            raise InputError(f'{path} is not a checkpoint: PyTorch cannot read it') from error
        raise InputError(
            f'{path} was not loaded, since loading it would run code: it uses {", ".join(names)}; '
            'give --trust-checkpoint if you trust its origin'
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(f'{path} is incomplete or corrupt: PyTorch cannot read it ({reason})') from error
    if not isinstance(checkpoint, dict):
        raise InputError(f'{path} is a {type(checkpoint).__name__}; expected a dict of tensors')
    return checkpoint


def _forbidden_types(path: Path, error: UnpicklingError) -> list[str]:
    """Names of the types that a file uses and that torch does not list as safe."""
    if zipfile.is_zipfile(path):
        names = torch.serialization.get_unsafe_globals_in_checkpoint(str(path))
        if names:
            return sorted(names)
    return re.findall(r'(?:GLOBAL|the file uses) ([\w.]+)', str(error))[:1]
