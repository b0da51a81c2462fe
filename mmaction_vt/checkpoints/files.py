"""Checkpoint files: where they lie and how they are read without running what is in them."""

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from pickle import UnpicklingError
from urllib.parse import urlparse

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file as load_safetensors

from ..errors import InputError

# What a Hugging Face folder holds, best first; an index names the files of a model that is stored in parts.
FOLDER_FILES = (
    'model.safetensors',
    'model.safetensors.index.json',
    'pytorch_model.bin',
    'pytorch_model.bin.index.json',
)
_trusted = ContextVar('trusted', default=False)


@contextmanager
def trust_checkpoints(trust: bool = True) -> Iterator[None]:
    """Within this context files may run code when they are read (``--trust-checkpoint``)."""
    token = _trusted.set(trust)
    try:
        yield
    finally:
        _trusted.reset(token)


def load_file(path: str | Path) -> dict:
    """Everything that a checkpoint file or a Hugging Face folder holds, on the CPU.

    Args:
        path: A ``torch.save`` or safetensors file, a Hugging Face folder, or the address of a file (http, https or
            file), which is fetched once into torch's hub folder.

    Raises:
        InputError: If there is no such file, if it is no checkpoint, or if it asks to run code and is not trusted.
    """
    if urlparse(str(path)).scheme in ('http', 'https', 'file'):
        path = fetch(str(path))
    path = Path(path).expanduser()
    if path.is_dir():
        return _load_folder(path)
    if not path.is_file():
        raise InputError(f'checkpoint {path} does not exist')
    if path.suffix == '.safetensors':
        return _load_safetensors(path)
    return _load_torch(path)


def fetch(address: str) -> Path:
    """The local copy of a file on the web, fetched on first use with a progress bar.

    Raises:
        InputError: If it cannot be fetched.
    """
    folder = Path(torch.hub.get_dir()) / 'checkpoints'
    target = folder / Path(urlparse(address).path).name
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            torch.hub.download_url_to_file(address, str(target))
        except OSError as error:
            raise InputError(
                f'cannot fetch {address} ({error}): put the file somewhere yourself and give its path instead'
            ) from error
    return target


def _load_folder(folder: Path) -> dict:
    for name in FOLDER_FILES:
        path = folder / name
        if path.is_file():
            break
    else:
        raise InputError(f'the folder {folder} holds no checkpoint: one of {", ".join(FOLDER_FILES)} is looked for')
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
        raise InputError(f'{path} is not a whole safetensors file ({error})') from error


def _load_torch(path: Path) -> dict:
    try:
        checkpoint = torch.load(path, map_location='cpu', weights_only=not _trusted.get())
    except UnpicklingError as error:
        names = _forbidden_types(path, error)
        if not names:
            raise InputError(f'{path} is not a checkpoint: PyTorch cannot read it') from error
        raise InputError(
            f'{path} was not loaded, because reading it would run code: it asks for {", ".join(names)}; '
            'give --trust-checkpoint if you trust where it comes from'
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(f'{path} is not a whole checkpoint: PyTorch cannot read it ({reason})') from error
    if not isinstance(checkpoint, dict):
        raise InputError(f'{path} holds a {type(checkpoint).__name__}, where a dict of tensors is expected')
    return checkpoint


def _forbidden_types(path: Path, error: UnpicklingError) -> list[str]:
    """Names of the types that a file asks for and that are not on torch's list of safe ones."""
    if zipfile.is_zipfile(path):
        names = torch.serialization.get_unsafe_globals_in_checkpoint(str(path))
        if names:
            return sorted(names)
    return re.findall(r'(?:GLOBAL|asks for) ([\w.]+)', str(error))[:1]
