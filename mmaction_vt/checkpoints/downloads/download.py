"""Downloading a file from a web server: resumed where possible, complete or not there."""

import hashlib
import os
import re
import time
from contextlib import closing
from http.client import HTTPResponse
from pathlib import Path

from ...utils.files import PART
from .addresses import file_name, name_in
from .http_files import PARTIAL_CONTENT, DownloadError, FileServer, RangeError, TransientError, ended, read
from .progress import progress_bar
from .record import Record

PARTIAL_FILE = PART  # kept when a download fails, so that it can be resumed
WAITS = (1, 3, 9)  # seconds before each further attempt
CHUNK = 2**20
# ``name-0123abcd.pth`` of torch.hub and OpenMMLab; eight decimal digits may be a date.
HASH_IN_NAME = re.compile(r'-(?=\d*[a-f])([0-9a-f]{8})\.\w+$')


def download(address: str, folder: Path, sha256: str | None = None, progress: bool = True) -> Path:
    """Download a file into a folder of its own, under the name that the server or the address gives it.

    An interrupted download is resumed if the server supports it and still has the same file.

    Args:
        address: The address, as ``normalise`` returns it.
        folder: The folder.
        sha256: SHA-256 of the file, or its first digits.
        progress: Whether a terminal shows a progress bar.

    Raises:
        DownloadError: If the server does not send the file, or sends another; only what can be resumed is kept.
        OSError: If the folder cannot be written to.
    """
    part = folder / PARTIAL_FILE
    record = _download_part(FileServer(address), folder, progress)
    digest = sha256_of(part)
    in_name = HASH_IN_NAME.search(record.name)
    expected = sha256.lower() if sha256 else in_name[1] if in_name else ''
    if not digest.startswith(expected):
        part.unlink()
        raise DownloadError(f'got SHA-256 {digest}, expected {expected}')
    record._replace(sha256=digest).write(folder)
    return part.replace(folder / record.name)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _download_part(server: FileServer, folder: Path, progress: bool) -> Record:
    """Complete the partial file, in several attempts; the count restarts after each that makes progress."""
    part, furthest, waits = folder / PARTIAL_FILE, 0, list(WAITS)
    while True:
        try:
            return _attempt(server, folder, progress)
        except TransientError as error:
            if isinstance(error, RangeError):
                part.unlink(missing_ok=True)
            size = part.stat().st_size if part.exists() else 0
            if size > furthest:
                furthest, waits = size, list(WAITS)
            if not waits:
                raise
            time.sleep(waits.pop(0))


def _attempt(server: FileServer, folder: Path, progress: bool) -> Record:
    """Append what is missing to the partial file, and return the record of the file."""
    part, record = folder / PARTIAL_FILE, Record.read(folder)
    received = part.stat().st_size if part.exists() else 0
    headers = {}
    if record is not None and record.validator and 0 < received < (record.size or 0):
        headers = {'Range': f'bytes={received}-', 'If-Range': record.validator}
    else:
        received = 0
    response, start = server.ask(headers)
    with closing(response):
        if response.status != PARTIAL_CONTENT:
            received, record = 0, _record_of(response, server.address)
            record.write(folder)
        elif record is None or not _continues(response, received, record):
            raise RangeError('the server sends another range than was requested')
        with part.open('ab' if received else 'wb') as file:
            with progress_bar(record.name, received, record.size, progress) as advance:
                while record.size is None or received < record.size:
                    chunk = start or read(response, CHUNK, received, record.size)
                    if not chunk:
                        break
                    start = b''
                    received += file.write(chunk)
                    advance(received)
            file.flush()
            os.fsync(file.fileno())
    if received < (record.size or 0):
        raise TransientError(ended(received, record.size))
    if not received:
        raise DownloadError('the file is empty')
    return record


def _record_of(response: HTTPResponse, address: str) -> Record:
    length = response.headers.get('Content-Length', '')
    name = response.headers.get_filename() or name_in(address)
    return Record(address, file_name(name), int(length) if length.isdigit() else None, _validator(response))


def _validator(response: HTTPResponse) -> str | None:
    """A strong ETag, or when the file was changed last: what ``If-Range`` takes."""
    etag = response.headers.get('ETag', '')
    return etag if etag.startswith('"') else response.headers.get('Last-Modified')


def _continues(response: HTTPResponse, received: int, record: Record) -> bool:
    """Whether a partial response continues the partial file."""
    content_range = re.fullmatch(r'bytes (\d+)-\d+/(\d+|\*)', response.headers.get('Content-Range', '').strip())
    if content_range is None or int(content_range[1]) != received:
        return False
    same_size = content_range[2] in ('*', str(record.size))
    return same_size and _validator(response) in (None, record.validator)
