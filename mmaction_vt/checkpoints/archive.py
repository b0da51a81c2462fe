"""The zip archive that a PyTorch checkpoint is: whole, or not read.

PyTorch checks none of the checksums that it writes, and finds an archive in spite of what follows it.
"""

import os
import zipfile
from pathlib import Path

from ..errors import InputError

ZIP_START = b'PK\x03\x04'
END_MARK, END_RECORD = b'PK\x05\x06', 22  # how the last record of an archive begins, and its bytes
CHUNK = 2**20
# Claimed bytes for each of the file's that are believed: PyTorch compresses nothing, other programs may.
LARGEST_RATIO = 20
SMALL = 2**26


def is_archive(path: Path) -> bool:
    """Whether PyTorch takes a file for a zip archive."""
    with path.open('rb') as file:
        return file.read(len(ZIP_START)) == ZIP_START


def check_archive(path: Path) -> None:
    """Check that a zip archive is complete and that each entry has the content that its checksum says.

    Raises:
        InputError: If it is truncated or altered, something follows it, two entries have the same name, or they claim
            far more bytes than the file has.
    """
    fault = _fault_of(path)
    if fault:
        raise InputError(f'{path} is incomplete or corrupt: PyTorch cannot read it ({fault})')


def _fault_of(path: Path) -> str | None:
    name = ''
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            fault = _fault_of_directory(archive, path.stat().st_size)
            if fault or not any(entry.CRC for entry in entries):  # torch.save can omit the checksums
                return fault
            for entry in entries:
                name = _shown(entry.filename)
                _read(archive, entry)
    except zipfile.BadZipFile as error:
        reason = str(error)
        return f'the checksum of {name} is not that of its content' if reason.startswith('Bad CRC') else reason
    except Exception as error:  # noqa: BLE001  whatever zipfile raises, the archive is the cause
        return f'{name or "its directory"}: {str(error).strip() or type(error).__name__}'
    return None


def _fault_of_directory(archive: zipfile.ZipFile, size: int) -> str | None:
    """What is wrong with the directory of an archive in a file of ``size`` bytes."""
    if _end_of(archive) != size:
        return 'something follows the end of the archive'
    entries = archive.infolist()
    if not entries:
        return 'the archive is empty'
    if min(entry.header_offset for entry in entries):
        return 'something precedes the archive'
    names = archive.namelist()
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        return f'the archive has two entries named {_shown(twice)}'
    claimed = sum(entry.file_size for entry in entries)
    if claimed > max(SMALL, LARGEST_RATIO * size):
        return f'its entries claim {claimed / 2**20:,.0f} MB, the file has {size / 2**20:,.1f} MB'
    return None


def _end_of(archive: zipfile.ZipFile) -> int:
    """Where the archive ends by its own end record and comment."""
    file = archive.fp
    if file is None:
        return -1
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - END_RECORD - 2**16)
    file.seek(start)
    tail = file.read()
    at = len(tail) - END_RECORD
    if not tail.startswith(END_MARK, at):
        at = tail.rfind(END_MARK)
    length = int.from_bytes(tail[at + END_RECORD - 2 : at + END_RECORD], 'little')
    return start + at + END_RECORD + length


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Read an entry to its end, where zipfile compares the checksum; at most as many bytes as it claims are kept."""
    with archive.open(entry) as file:
        while file.read(CHUNK):
            pass


def _shown(name: str) -> str:
    return name if name.isprintable() and len(name) < 100 else ascii(name)[:100]
