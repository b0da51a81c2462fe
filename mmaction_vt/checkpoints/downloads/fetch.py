"""Local copies of files and models with an address."""

import hashlib
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import torch
from filelock import FileLock, Timeout
from mmengine.logging import print_log

from ...errors import InputError
from . import huggingface_hub
from .addresses import is_address, local_path, name_in, normalise
from .download import download, sha256_of
from .http_files import START, DownloadError
from .record import Record
from .web_pages import is_page


def fetch(address: str, sha256: str | None = None, progress: bool = True) -> Path:
    """The local copy of a file or model, downloaded on first use.

    Files of web servers are kept in torch's hub folder, each address in a folder of its own; models and files of the
    Hugging Face Hub are in its own cache; ``file:`` addresses are read in place.

    Args:
        address: ``http://``, ``https://``, ``file://``, or ``hf://owner/name``, also with ``@revision`` and
            ``/file`` after it. Pages of Dropbox, Google Drive, GitHub and Hugging Face that show a file or a model
            stand for it.
        sha256: SHA-256 of the file, or its first digits.
        progress: Whether a terminal shows a progress bar.

    Returns:
        The file, or for ``hf://owner/name`` the folder.

    Raises:
        InputError: If it cannot be fetched, or is not the expected file.
    """
    target = normalise(address)
    scheme = urlsplit(target).scheme if is_address(target) else ''
    if scheme in ('http', 'https'):
        return _fetch_file(address, target, sha256, progress)
    if scheme not in ('hf', 'file'):
        raise InputError(f'unknown scheme of {address}; choose from http://, https://, hf://, file://')
    path = huggingface_hub.download(target) if scheme == 'hf' else local_path(target)
    if not path.exists():
        raise InputError(f'checkpoint {address} does not exist')
    if sha256 and path.is_file() and not (digest := sha256_of(path)).startswith(sha256.lower()):
        raise InputError(f'{path} is not the expected file: got SHA-256 {digest}, expected {sha256.lower()}')
    return path


def _fetch_file(address: str, target: str, sha256: str | None, progress: bool) -> Path:
    hub = Path(torch.hub.get_dir()) / 'checkpoints'
    folder = hub / hashlib.sha256(target.encode()).hexdigest()[:16]
    path = _cached(folder, sha256)
    if path is not None:
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / '.lock', address):
            path = _cached(folder, sha256)  # another process may have fetched it in the meantime
            if path is None:
                _remove_complete(folder)
                _remove_page(hub / name_in(address))
                path = download(target, folder, sha256, progress)
    except DownloadError as error:
        raise InputError(
            f'cannot fetch {address}: {error}; get the file with a browser and give its path instead'
        ) from error
    except OSError as error:
        raise InputError(
            f'cannot fetch {address}: {folder} cannot be written to ({error.strerror or error}); set TORCH_HOME to a '
            'folder with enough space'
        ) from error
    return path


def _cached(folder: Path, sha256: str | None) -> Path | None:
    """The complete file in a folder, or None if there is none or it is not the expected one."""
    record = Record.read(folder)
    path = folder / record.name if record else folder
    if record is None or record.sha256 is None or not path.is_file():
        return None
    right = path.stat().st_size == (record.size or path.stat().st_size) and not _holds_page(path)
    return path if right and record.sha256.startswith((sha256 or '').lower()) else None


def _holds_page(path: Path) -> bool:
    with path.open('rb') as file:
        return is_page(file.read(START))


def _remove_complete(folder: Path) -> None:
    record = Record.read(folder)
    if record is not None:
        (folder / record.name).unlink(missing_ok=True)


def _remove_page(path: Path) -> None:
    """Remove a web page that was stored in torch's hub folder under the name of a checkpoint."""
    if path.is_file() and _holds_page(path):
        path.unlink()


def _locked(path: Path, address: str) -> AbstractContextManager:
    """Lock a folder, so that one process downloads and the others wait."""
    lock = FileLock(path)
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        print_log(f'Waiting for another process that is downloading {address}', 'current')
        return lock.acquire()
